"""Moments ahead of now in every table: brought back, and what was done by them is free to be done again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from test_journal_ledger import COMMENT, NOW, TICKET, finding

from bot.journal import Journal
from bot.journal.schema import AUDIT, METADATA, Utc
from domain.lifecycle import Verdict
from domain.people import Group, Person, Role, RoleMembers
from domain.requests import ActionRequest, OnceKey

THEN = NOW + timedelta(days=30)
CAB = {Role.CAB: RoleMembers((Person("an", "An"),), (Group("g", "CAB"),))}


def lived(journal: Journal, at: datetime) -> None:
    """One run by a clock that says `at`."""
    run = journal.start_run("act", at)
    journal.watch("jira", CAB, at)
    journal.store(TICKET, [finding("ICR-1", Verdict.MISSING)], {}, at, [COMMENT])
    journal.enqueue_once(
        [OnceKey("remind:x", at.date())], [], at, [ActionRequest("jira:10001", "l", "cab", at)]
    )
    journal.cover("jira", ["CHG"], at)
    journal.found_closed("jira:10001", NOW, at)
    journal.set_mark("jira", at)
    journal.end_run(run, at, 0, {"sources": {"jira": {"complete": True}}}, ["jira"])


AHEAD_OF_ITSELF = {"ticket.planned_start"}
"""What the ticket says, and no clock of ours."""


def moments_ahead(journal: Journal, now: datetime) -> set[str]:
    columns = [
        c for t in METADATA.sorted_tables if t is not AUDIT for c in t.columns if isinstance(c.type, Utc)
    ]
    with journal.read() as connection:
        return {
            f"{c.table.name}.{c.name}"
            for c in columns
            if connection.execute(sa.select(sa.func.count()).select_from(c.table).where(c > now)).scalar_one()
        }


def test_nothing_lies_ahead_any_more(journal: Journal) -> None:
    lived(journal, THEN)
    assert journal.ahead(NOW) == THEN
    journal.disbelieve(NOW)
    assert (journal.ahead(NOW), moments_ahead(journal, NOW)) == (None, AHEAD_OF_ITSELF)
    assert journal.sent_once([OnceKey("remind:x", THEN.date())]) == frozenset()
    assert [row.id for row in journal.due_again("jira", NOW)] == [TICKET.id]


@pytest.mark.parametrize(
    ("runs", "mark"),
    [
        ([], None),
        ([(NOW - timedelta(hours=2), True)], NOW - timedelta(hours=2)),
        ([(NOW - timedelta(hours=2), True), (NOW - timedelta(hours=1), False)], NOW - timedelta(hours=2)),
    ],
)
def test_the_mark_goes_back_to_the_last_run_that_can_be_believed(
    journal: Journal, runs: list[tuple[datetime, bool]], mark: datetime | None
) -> None:
    for at, complete in runs:
        journal.end_run(journal.start_run("act", at), at, 0, {"sources": {"jira": {"complete": complete}}})
    lived(journal, THEN)
    journal.disbelieve(NOW)
    assert journal.mark("jira") == mark
    journal.set_mark("jira", NOW)
    assert journal.mark("jira") == NOW


def test_what_is_right_stays_as_it_is(journal: Journal) -> None:
    lived(journal, NOW)
    assert journal.ahead(NOW - timedelta(minutes=5)) is None
    assert journal.mark("jira") == NOW
    assert journal.sent_once([OnceKey("remind:x", NOW.date())])
