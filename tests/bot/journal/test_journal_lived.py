"""Journals of two weeks (`tests/lived.py`) as an earlier schema left them, opened and gone on with by this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from lived import CHANGE, FOLDER, RELEASE, ROLLED_OUT, RUNS, Lived, at

from bot.journal import Journal
from domain.people import Group, RoleMembers
from tests.released import kept, loaded

SCHEMAS = ("0012", "0013")
"""Revisions of which there is such a journal. Whatever migrations come later, all of these can be opened."""


@pytest.fixture(params=SCHEMAS)
def office(request: pytest.FixtureRequest, blank_url: str) -> Iterator[Lived]:
    """The office at the moment of its last run, with nothing but what its journal kept."""
    kind = "sqlite" if blank_url.startswith("sqlite") else "postgresql"
    loaded(blank_url, kept(request.param, kind, FOLDER))
    made = Lived(blank_url, RUNS[-1])
    made.edit(RUNS[-1])
    yield made
    made.ctx.journal.close()


def known(journal: Journal) -> dict[str, object]:
    """What it knows of the tickets, of what was said of them, and of what people did."""
    cab = journal.watched("jira", RoleMembers(groups=(Group("g-cab", "CAB"),)))["g-cab"]
    return {
        "tickets": {row.key: row.state.value for row in journal.open_tickets()},
        "verdicts": {v.value: n for v, n in Counter(journal.previous("jira", "chg-1").values()).items()},
        "messages": [
            len([slot for slot in journal.rows_of(ticket) if slot.applied_hash])
            for ticket in (CHANGE, ROLLED_OUT, RELEASE)
        ],
        "notices": [
            (notice.stage, notice.recipients, notice.receipt and notice.receipt.person)
            for notice in journal.notices("jira", "chg-2")
        ],
        "underway": [(one.stage, one.recipients) for one in journal.underway("jira", "chg-2")],
        "pauses": [(one.person, one.kind.value, one.until) for one in journal.snoozes_of(CHANGE)],
        "waivers": [(one.by, one.rules, one.until) for one in journal.waivers_of(CHANGE)],
        "members": [(one.person.name, one.since) for one in cab.memberships],
        "deeds": [(one["action"], one["outcome"]) for one in journal.interactions_of(CHANGE)],
        "hints": [(one.source, one.id) for one in journal.pending_hints(at(17, 10, 5))],
        "open asks": Counter((ask.audience, ask.step) for ask in journal.requests()),
        "flaws": list(journal.audit_flaws({})),
        "rows of the trail": journal.audit_length(),
    }


def test_all_that_was_known_is_known(office: Lived) -> None:
    assert known(office.ctx.journal) == {
        "tickets": {"CHG-1": "authorize", "CHG-2": "review", "CHG-3": "review", "REL-1": "authorize"},
        "verdicts": {"met": 3, "waived": 1, "pending": 11, "unknown": 1},
        "messages": [3, 15, 3],
        "notices": [
            (1, ("Operations",), "Carla"),
            (1, ("Web team",), None),
            (2, ("Operations",), None),
            (2, ("Web team",), None),
        ],
        "underway": [(1, ("Dina",)), (1, ("Bo",)), (2, ("Dina",)), (2, ("Bo",))],
        "pauses": [("Carla", "snoozed", at(17, 8))],
        "waivers": [("Carla", ("ICR-03",), at(30, 17))],
        "members": [("Carla", at(2, 8))],
        "deeds": [("snooze", "snoozed"), ("waive", "waived")],
        "hints": [("jira", "chg-1"), ("jira", "chg-2")],
        "open asks": {
            ("team:Web team", None): 31,
            ("change_manager", 0): 20,
            ("cab", 1): 19,
            ("cab", None): 4,
            ("dpo", None): 1,
        },
        "flaws": [],
        "rows of the trail": 124,
    }


def test_nothing_is_said_again(office: Lived) -> None:
    report = office.run(full=True)
    assert (report.sources["jira"].read, office.posts()) == (4, [])


def test_it_goes_on_where_it_was(office: Lived) -> None:
    office.now = at(25, 8)
    office.run()
    # Carla's exception ends on Monday, which is four working days away: that is told once, beside the digest.
    told = ["CHG-1 · New portal — “é” 🚦", "Web team · Wed 25 Nov 2026"]
    assert office.posts() == told, "the exception that ends, and the digest of the next day"
    assert list(office.ctx.journal.audit_flaws({})) == []
