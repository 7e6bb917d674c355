"""Editions of a norm beside each other: one per day, and the one of the planned or the actual start judges."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from build import EMPTY, english, facts, unplaced

from domain.lifecycle import State
from domain.ticket import Change
from rules.engine import evaluate, why_not
from rules.loading.loader import PACKS, PolicyError, in_force, load_packs

PRESENT = (PACKS / "vo-icr.yaml").read_text(encoding="utf-8")
ENDED = PRESENT.replace(
    "effective_from: 2023-10-17", "effective_from: 2023-10-17\neffective_until: 2027-12-31"
)


def moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def entered(state: str, day: str) -> Change:
    return Change("state", "", state, None, moment(day))


def edition(version: str, starts: str, lacks: str = "ICR-09") -> str:
    """A made-up edition that no longer asks one thing."""
    head, *rules = PRESENT.split("  - id: ")
    head = head.replace('version: "2.1"', f'version: "{version}"').replace("2023-10-17", starts)
    head = head.replace("cite: Vo-ICR R&D v2.1", f"cite: Vo-ICR R&D v{version}")
    kept = [rule for rule in rules if not rule.startswith(lacks)]
    return "  - id: ".join([head, *kept])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "vo-icr.yaml").write_text(ENDED, encoding="utf-8")
    (tmp_path / "vo-icr@3.0.yaml").write_text(edition("3.0", "2028-01-01"), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("now", "planned", "created", "version"),
    [
        ("2027-06-01", EMPTY, "2027-05-01", "2.1"),
        ("2028-06-01", EMPTY, "2027-05-01", "3.0"),
        ("2027-06-01", "2028-02-01", "2027-05-01", "3.0"),
        # A start that is past and did not happen is no start: what is to come is judged by today.
        ("2028-06-01", "2027-12-30", "2027-05-01", "3.0"),
        ("2028-06-01", "2001-01-01", "2028-05-01", "3.0"),
        # Midnight is where the norm is issued: 23:30 in Brussels, and half past midnight there.
        ("2027-06-01", "2027-12-31T22:30", "2027-05-01", "2.1"),
        ("2027-06-01", "2027-12-31T23:30", "2027-05-01", "3.0"),
    ],
)
def test_what_is_to_come_is_judged_by_its_planned_start(folder, now, planned, created, version):
    start = planned if planned is EMPTY else moment(planned)
    judged_by(folder, version, State.SCHEDULED, now, planned_start=start, created=moment(created))


@pytest.mark.parametrize(
    ("state", "given", "version"),
    [
        (State.IMPLEMENT, {"actual_start": moment("2027-12-30")}, "2.1"),
        (State.SCHEDULED, {"actual_start": moment("2027-12-30")}, "2.1"),
        (State.SCHEDULED, {"actual_start": moment("2029-01-01")}, "3.0"),  # ahead of now: a slip of the pen
        (State.REVIEW, {"history": (entered("implement", "2027-12-30"),)}, "2.1"),
        (State.CLOSED, {"history": (entered("closed", "2027-12-30"),)}, "2.1"),
        (State.SCHEDULED, {"history": (entered("implement", "2027-12-30"),)}, "3.0"),  # and was taken back
        (State.IMPLEMENT, {"history": (entered("implement", "2028-02-01"),)}, "3.0"),
        (
            State.IMPLEMENT,
            {"history": (entered("implement", "2027-12-30"), entered("implement", "2028-02-01"))},
            "2.1",
        ),
        # Nothing tells when it began: as planned, but not before the ticket was there, nor later than now.
        (State.IMPLEMENT, {"planned_start": moment("2027-12-30")}, "2.1"),
        (State.IMPLEMENT, {"planned_start": moment("2001-01-01"), "created": moment("2028-05-01")}, "3.0"),
        (State.IMPLEMENT, {}, "3.0"),
        (State.CLOSED, {}, "2.1"),  # over since its last change, in 2026
        (
            State.IMPLEMENT,
            {
                "history": (entered("implement", "2027-12-30"),),
                "history_readable": False,
                "planned_start": moment("2028-02-01"),
            },
            "3.0",
        ),
    ],
)
def test_what_has_begun_is_judged_by_when_it_did(folder, state, given, version):
    judged_by(folder, version, state, "2028-06-01", **given)


def test_what_is_under_way_before_its_plan_is_not_judged_by_an_edition_to_come(folder):
    judged_by(folder, "2.1", State.IMPLEMENT, "2027-06-01", planned_start=moment("2028-02-01"))


def judged_by(folder, version, state, now, **given):
    packs = load_packs(["vo-icr"], folder)
    one = facts(state=state, now=moment(now), **given)
    found = evaluate(one, packs)
    assert {f.cite.split(" §")[0] for f in found} == {f"Vo-ICR R&D v{version}"}
    assert ("ICR-09" in {f.id for f in found}) == (version == "2.1")
    assert (why_not(one, packs, "ICR-09") is None) == (version == "2.1")


def test_a_rule_of_another_edition_says_so(folder):
    packs = load_packs(["vo-icr"], folder)
    later = facts(now=moment("2028-06-01"))
    assert english(why_not(later, packs, "ICR-09")) == (
        "'Vo-ICR R&D v2.1' is not in force on the day this ticket is judged by."
    )


def test_one_edition_a_day(folder):
    packs = load_packs(["vo-icr"], folder)
    assert [pack.version for pack in packs] == ["2.1", "3.0"]
    for day in ("2023-10-17", "2027-12-31", "2028-01-01", "2040-01-01"):
        assert len(in_force(packs, moment(day).date())) == 1


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (
            "vo-icr@3.0",
            edition("3.0", "2027-12-31"),
            "vo-icr: version 2.1 and version 3.0 are both in force on 2027-12-31; "
            "give the first an effective_until before that day",
        ),
        (
            "vo-icr@4.0",
            edition("4.0", "2029-01-01"),
            "vo-icr: version 3.0 and version 4.0 are both in force on 2029-01-01; "
            "give the first an effective_until before that day",
        ),
        (
            "vo-icr@3.1",
            edition("3.0", "2030-01-01"),
            'vo-icr@3.1.yaml: version: "3.0" must be the one in the file name, "3.1"',
        ),
    ],
)
def test_what_is_refused_of_editions(folder, name, text, problem):
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_packs(["vo-icr"], folder)
    assert unplaced(caught.value.problems) == [problem]
