"""Moments that nobody can mean count as nothing, and the finding says why; none of them is a crash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from build import HIDDEN, NOW, complete, day, english, facts, ticket

from bot.messages.i18n.speaker import Translator
from domain import parsing
from domain.facts import Child
from domain.fields import FIELDS, Field, Kind
from domain.lifecycle import State, Verdict
from rules.engine import evaluate, why_not
from rules.loading.loader import load_packs
from rules.nonsense import believed
from rules.wording import saw

ALL = ["vo-icr", "ibp-fo", "processes", "patch", "keten-dap"]
EVERY = load_packs(ALL)
MOMENTS = [name for name, spec in FIELDS.items() if spec.kind is Kind.MOMENT]
EDGES = [
    *(
        "0001-01-01T00:00:00.000+0018",
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59",
        "9999-12-31T23:59:59.000-0500",
    ),
    *("1899-12-31", "2200-01-01T00:00:00Z"),
]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"planned_end": day(8), "planned_start": day(9)},
            {
                "planned_end": "says 08/03 12:00, which is before Planned start, 09/03 12:00, so it does not count."
            },
        ),
        (
            {"actual_end": day(8), "actual_start": day(9)},
            {
                "actual_end": "says 08/03 12:00, which is before Actual start, 09/03 12:00, so it does not count."
            },
        ),
        ({"planned_end": day(9), "planned_start": day(9)}, {}),
        (
            {"actual_start": NOW + timedelta(minutes=1)},
            {"actual_start": "says 10/03 09:01, which is still to come, so it does not count."},
        ),
        (
            {"actual_end": day(11), "actual_start": day(9)},
            {"actual_end": "says 11/03 12:00, which is still to come, so it does not count."},
        ),
        ({"actual_start": NOW + timedelta(seconds=59)}, {}),
        ({"planned_start": day(20), "planned_end": day(21)}, {}),
        (
            {"planned_start": datetime(2036, 3, 12, tzinfo=UTC)},
            {"planned_start": "says 12/03 00:00, more than ten years away, so it does not count."},
        ),
        (
            {"deadline": datetime(2016, 3, 1, tzinfo=UTC)},
            {"deadline": "says 01/03 00:00, more than ten years away, so it does not count."},
        ),
        # A start that does not count makes no end too early.
        (
            {"actual_start": day(11), "actual_end": day(9)},
            {"actual_start": "says 11/03 12:00, which is still to come, so it does not count."},
        ),
        ({"planned_start": HIDDEN, "planned_end": day(9)}, {}),
    ],
)
def test_what_does_not_count_and_why(given, told):
    seen = believed(facts(**given))
    found = {name: field for name, field in seen.ticket.fields.items() if field.doubt}
    assert {name: english(saw(seen, name)).partition(" says ")[2] for name in found} == {
        name: words.removeprefix("says ") for name, words in told.items()
    }
    assert not any(field.filled for field in found.values())
    assert believed(seen) is seen


@pytest.mark.parametrize("raw", EDGES)
@pytest.mark.parametrize("name", MOMENTS)
def test_a_date_at_the_edge_of_the_calendar_in_any_field_is_judged_and_told(name, raw):
    field = parsing.moment(raw)
    assert (field.value, field.raw) == (None, raw)
    given = facts(**{name: field}, state=State.CLOSED, chain_wide=True, patch=True)
    evaluate(given, EVERY)
    assert english(saw(believed(given), name)) == (
        f"{FIELDS[name].label} says '{raw}', which is no usable date, so it does not count."
    )


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("year", [1900, 2015, 2036, 2199])
@pytest.mark.parametrize("name", MOMENTS)
def test_a_far_year_is_never_a_crash_and_never_evidence(name, year, language):
    far = datetime(year, 6, 1, 23, 59, tzinfo=UTC)
    given = facts(**{name: Field(far)}, state=State.CLOSED, chain_wide=True, patch=True)
    speak = Translator(language, ZoneInfo("Europe/Amsterdam"))
    for finding in evaluate(given, EVERY):
        assert speak(finding.seen) and speak(finding.wanted)
    assert not believed(given).field(name).filled


@pytest.mark.parametrize(
    ("given", "rule", "verdict", "told"),
    [
        (
            {"actual_end": day(7)},
            "ICR-07",
            Verdict.MISSING,
            "Still empty: Actual end. Actual end says 07/03 12:00, which is before Actual start, 08/03 12:00, "
            "so it does not count.",
        ),
        (
            {"actual_start": day(12), "actual_end": day(13), "state": State.IMPLEMENT},
            "ICR-07",
            Verdict.PENDING,
            "Still empty: Actual start, Actual end. "
            "Actual start says 12/03 12:00, which is still to come, so it does not count. "
            "Actual end says 13/03 12:00, which is still to come, so it does not count.",
        ),
    ],
)
def test_a_rule_that_reads_it_is_not_met_and_says_why(given, rule, verdict, told):
    found = {one.id: one for one in evaluate(complete(**given), load_packs(["vo-icr"]))}[rule]
    assert (found.verdict, english(found.seen)) == (verdict, told)


def test_a_planned_start_of_another_age_chooses_no_edition():
    given = facts(planned_start=datetime(2099, 1, 1, tzinfo=UTC))
    packs = [pack.model_copy(update={"effective_until": NOW.date()}) for pack in load_packs(["vo-icr"])]
    assert evaluate(given, packs) and why_not(given, packs, "ICR-02") is None


def test_the_changes_of_a_release_are_looked_at_so_too():
    inside = ticket(fields={"actual_start": Field(day(20))})
    [child] = believed(facts(children=(Child("CHG-2", inside), Child("CHG-3", None)))).children[:1]
    assert child.ticket is not None and child.ticket.field("actual_start").value is None
