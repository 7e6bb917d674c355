"""Editions of a norm beside each other: one per day, and the one of the planned start judges."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from build import EMPTY, english, facts, unplaced

from rules.engine import evaluate, why_not
from rules.loading.loader import PACKS, PolicyError, in_force, load_packs

PRESENT = (PACKS / "vo-icr.yaml").read_text(encoding="utf-8")
ENDED = PRESENT.replace(
    "effective_from: 2023-10-17", "effective_from: 2023-10-17\neffective_until: 2027-12-31"
)


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


def moment(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "planned", "created", "version"),
    [
        ("2027-06-01", EMPTY, "2027-05-01", "2.1"),
        ("2028-06-01", EMPTY, "2027-05-01", "3.0"),
        ("2027-06-01", "2028-02-01", "2027-05-01", "3.0"),
        ("2028-06-01", "2027-12-30", "2027-05-01", "2.1"),
        # Midnight is where the norm is issued: 23:30 in Brussels, and half past midnight there.
        ("2027-06-01", "2027-12-31T22:30", "2027-05-01", "2.1"),
        ("2027-06-01", "2027-12-31T23:30", "2027-05-01", "3.0"),
        # A start before the ticket existed is a slip of the pen.
        ("2028-06-01", "2001-01-01", "2028-05-01", "3.0"),
    ],
)
def test_the_edition_of_the_planned_start_judges(folder, now, planned, created, version):
    packs = load_packs(["vo-icr"], folder)
    start = planned if planned is EMPTY else moment(planned)
    given = facts(now=moment(now), planned_start=start, created=moment(created))
    found = evaluate(given, packs)
    assert {f.cite.split(" §")[0] for f in found} == {f"Vo-ICR R&D v{version}"}
    assert ("ICR-09" in {f.id for f in found}) == (version == "2.1")
    assert (why_not(given, packs, "ICR-09") is None) == (version == "2.1")


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
