"""Where no rule was asked at all, that is what is said: three causes, and never that all is in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from build import complete, facts, subject

from bot.messages.findings_report import as_json, as_text
from bot.messages.i18n.speaker import Translator
from bot.policy.ticket_summary import overview
from bot.report import Report
from domain.document import Tone
from domain.lifecycle import State
from domain.looks import Looks
from domain.ticket import Change, TicketKind
from rules.engine import evaluate
from rules.grouping import group_findings
from rules.loading.loader import Pack, load_packs
from rules.nothing_asked import WhyNothing, nothing_asked

VO_ICR, PATCH = load_packs(["vo-icr"]), load_packs(["patch"])
BEFORE = datetime(2023, 6, 1, 16, tzinfo=UTC)
BEGAN = {"created": BEFORE, "history": (Change("state", "", "implement", None, BEFORE),)}
CALM = {"subjects": (subject(c=1, i=1, a=1),)}
EN, NL = (Translator(one, ZoneInfo("Europe/Amsterdam")) for one in ("en", "nl"))

CAUSES: list[tuple[str, dict[str, Any], tuple[Pack, ...], str | None]] = [
    ("no pack", {"state": State.SCHEDULED}, (), "no_norm"),
    ("no pack, closed", {"state": State.CLOSED}, (), "no_norm"),
    ("begun before the norm", {"state": State.IMPLEMENT, **BEGAN}, VO_ICR, "not_in_force"),
    (
        "begun before it, by its own start",
        {"state": State.SCHEDULED, "actual_start": BEFORE},
        VO_ICR,
        "not_in_force",
    ),
    (
        "begun before it, taken back and begun again",
        {
            "state": State.IMPLEMENT,
            "created": BEFORE,
            "history": (
                Change("state", "scheduled", "implement", None, BEFORE),
                Change("state", "implement", "scheduled", None, BEFORE + timedelta(days=1)),
                Change("state", "scheduled", "implement", None, datetime(2024, 1, 1, tzinfo=UTC)),
            ),
        },
        VO_ICR,
        "not_in_force",
    ),
    (
        "begun before it by the bot's own looks",
        {
            "state": State.IMPLEMENT,
            "created": BEFORE,
            "history_readable": False,
            "looks": Looks(BEFORE + timedelta(days=1)),
        },
        VO_ICR,
        "not_in_force",
    ),
    ("looked at before the norm", {"state": State.ASSESS, "now": BEFORE}, VO_ICR, "not_in_force"),
    (
        "planned before it, and still to come",
        {"state": State.SCHEDULED, "planned_start": BEFORE},
        VO_ICR,
        None,
    ),
    (
        "planned after it",
        {"state": State.SCHEDULED, "now": BEFORE, "planned_start": datetime(2024, 1, 1, tzinfo=UTC)},
        VO_ICR,
        None,
    ),
    ("no patch", {"state": State.SCHEDULED, **CALM}, PATCH, "not_asked"),
    (
        "no patch, and a start that nobody can believe",
        {"state": State.SCHEDULED, "actual_start": datetime(2006, 3, 1, tzinfo=UTC), **CALM},
        PATCH,
        "not_asked",
    ),
    ("a problem", {"state": State.SCHEDULED, "kind": TicketKind.PROBLEM}, VO_ICR, "not_asked"),
    ("canceled", {"state": State.CANCELED}, (), None),
    ("judged", {"state": State.SCHEDULED}, VO_ICR, None),
]


@pytest.mark.parametrize(
    ("given", "packs", "why"), [row[1:] for row in CAUSES], ids=[row[0] for row in CAUSES]
)
def test_why_nothing_is_asked(given: dict[str, Any], packs: tuple[Pack, ...], why: str | None) -> None:
    one = facts(**given)
    found = evaluate(one, packs)
    unasked = nothing_asked(one, packs, found)
    assert (unasked.why.value if unasked else None) == why
    assert bool(found) == (why is None and one.ticket.state is not State.CANCELED)


@pytest.mark.parametrize(
    ("given", "packs", "english", "dutch"),
    [
        (
            {"state": State.SCHEDULED},
            (),
            "Nothing was judged: no norm is switched on here.",
            "Er is niets beoordeeld: er staat hier geen norm aan.",
        ),
        (
            {"state": State.IMPLEMENT, **BEGAN},
            VO_ICR,
            "Nothing was judged: the rollout began on Thu 1 Jun 2023, 18:00, when none of the norms used here was in"
            " force.",
            "Er is niets beoordeeld: de uitrol begon op do 1 jun 2023, 18:00, toen geen van de normen die hier gebruikt"
            " worden van kracht was.",
        ),
        (
            {"state": State.ASSESS, "now": BEFORE},
            VO_ICR,
            "Nothing was judged: none of the norms used here is in force on Thu 1 Jun 2023, 18:00, by which this is"
            " judged.",
            "Er is niets beoordeeld: geen van de normen die hier gebruikt worden is van kracht op do 1 jun 2023, 18:00,"
            " het moment waarnaar dit ticket beoordeeld wordt.",
        ),
        (
            {"state": State.SCHEDULED, **CALM},
            PATCH,
            "Nothing was judged: the norms used here ask nothing of a ticket like this one.",
            "Er is niets beoordeeld: de normen die hier gebruikt worden vragen niets van een ticket als dit.",
        ),
    ],
)
def test_it_is_said_in_these_words(
    given: dict[str, Any], packs: tuple[Pack, ...], english: str, dutch: str
) -> None:
    one = facts(**given)
    found = evaluate(one, packs)
    unasked = nothing_asked(one, packs, found)
    assert unasked is not None
    for speak, told in ((EN, english), (NL, dutch)):
        text = as_text(one, found, speak, unasked)
        assert told in text
        assert not any(good in text for good in ("Ready", "in order", "Klaar", "in orde"))
        assert as_json(one, found, speak, unasked)["nothing_asked"] == {
            "why": unasked.why.value,
            "told": told,
        }
    assert overview(group_findings(found), one.ticket.state, unasked).tone is Tone.INFO


def test_what_was_judged_names_no_such_reason() -> None:
    one = complete()
    assert as_json(one, evaluate(one, VO_ICR), EN)["nothing_asked"] is None


def test_whoever_does_not_know_the_reason_says_that_nothing_was_judged() -> None:
    one = facts(state=State.SCHEDULED)
    assert "Nothing was judged." in as_text(one, (), EN)


def test_a_report_counts_each_ticket_by_its_last_look() -> None:
    report, one = Report("act", BEFORE), facts(state=State.SCHEDULED)
    unasked = nothing_asked(one, (), ())
    for ticket in ("jira:1", "jira:2", "jira:1"):
        report.judged(ticket, (), unasked)
    report.judged("jira:2", evaluate(one, VO_ICR), None)
    assert report.as_json()["nothing_asked"] == {"no_norm": 1, "not_in_force": 0, "not_asked": 0}
    assert {why.value for why in WhyNothing} == set(report.as_json()["nothing_asked"])
