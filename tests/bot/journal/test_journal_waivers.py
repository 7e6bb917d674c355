"""Waivers in the journal: kept for ever, ended once, and their ticket looked at again when time asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pytest
from build import day, ticket
from sqlalchemy import select

from bot.journal import Journal
from bot.journal.schema import WAIVER
from domain.finding import Finding
from domain.lifecycle import Severity, State, Verdict
from domain.people import Role
from domain.sentence import say
from domain.waiver import Waiver

MADE = Waiver(
    "jira:1",
    ("ICR-09", "ICR-13"),
    "Follows after the summer",
    "Karim Aziz",
    Role.CAB,
    day(3),
    day(20),
    "acc-1",
)
ONE, OTHER = (replace(MADE, rules=(rule,)) for rule in MADE.rules)


def finding(verdict: Verdict = Verdict.MISSING, **more: object) -> Finding:
    given = (
        "ICR-09",
        "vo-icr",
        (("en", "x"),),
        "",
        verdict,
        State.CLOSED,
        Severity.REQUIRED,
        "ICR-09",
        0,
        (),
    )
    return replace(Finding(*given, say("seen"), say("wanted")), **more)


def store(journal: Journal, now: datetime, findings: Iterable[Finding] = ()) -> None:
    journal.store(ticket(), tuple(findings), {}, now)


def again(journal: Journal, now: datetime) -> list[str]:
    return [row.key for row in journal.due_again("jira", now)]


def test_what_is_recorded_is_read_back(journal: Journal) -> None:
    journal.record_waiver(MADE, "acc-1")
    assert journal.waivers_of("jira:1") == (ONE, OTHER)
    assert journal.waivers_of("jira:2") == ()


def test_an_end_is_written_once_and_nothing_is_deleted(journal: Journal) -> None:
    journal.record_waiver(MADE, "acc-1")
    assert journal.end_waiver("jira:1", "ICR-09", day(5), "Lotte Claes") == 1
    assert journal.end_waiver("jira:1", "ICR-09", day(6)) == 0
    assert journal.end_waiver("jira:2", "ICR-13", day(6)) == 0
    assert journal.end_waiver("jira:1", "ICR-13", day(20)) == 0, "it had lapsed already"
    assert journal.waivers_of("jira:1") == (replace(ONE, until=day(5)), OTHER)
    with journal.read() as connection:
        columns = (WAIVER.c.rule_id, WAIVER.c.by_id, WAIVER.c.until, WAIVER.c.ended_at, WAIVER.c.ended_by)
        rows = [tuple(row) for row in connection.execute(select(*columns).order_by(WAIVER.c.id))]
    assert rows == [
        ("ICR-09", "acc-1", day(20), day(5), "Lotte Claes"),
        ("ICR-13", "acc-1", day(20), None, ""),
    ]


def test_recording_and_ending_have_the_ticket_looked_at_again(journal: Journal) -> None:
    store(journal, day(2))
    assert again(journal, day(30)) == []
    journal.record_waiver(MADE, "acc-1")
    assert again(journal, day(3)) == ["CHG-1"]
    store(journal, day(4))
    assert again(journal, day(30)) == []
    journal.end_waiver("jira:1", "ICR-09", day(5))
    assert again(journal, day(5)) == ["CHG-1"]


@pytest.mark.parametrize(
    ("findings", "before", "at"),
    [
        ([finding()], None, None),
        ([finding(Verdict.WAIVED, waiver=ONE)], day(19), day(20)),
        ([finding(settle_by=day(8))], day(7), day(8)),
        ([finding(settle_by=day(3))], None, None),
        ([finding(again=day(8))], day(7), day(8)),
        ([finding(again=day(3))], None, None),
        ([finding(again=day(8)), finding(settle_by=day(6), id="ICR-13")], day(5), day(6)),
        ([finding(Verdict.WAIVED, waiver=ONE), finding(settle_by=day(8), id="ICR-13")], day(7), day(8)),
    ],
)
def test_time_alone_brings_a_ticket_back(journal: Journal, findings, before, at) -> None:
    store(journal, day(4), findings)
    if at is None:
        assert again(journal, day(30)) == []
    else:
        assert (again(journal, before), again(journal, at)) == ([], ["CHG-1"])


def test_a_waiver_recorded_while_its_ticket_is_judged_is_not_overlooked(journal: Journal) -> None:
    store(journal, day(2))
    journal.record_waiver(replace(MADE, recorded_at=day(4)), "acc-1")
    store(journal, day(3), [finding(settle_by=day(8))])  # judged before, stored after
    assert again(journal, day(4)) == ["CHG-1"]
    store(journal, day(5), [finding(settle_by=day(8))])
    assert (again(journal, day(6)), again(journal, day(8))) == ([], ["CHG-1"])


def test_a_ticket_that_is_gone_is_not_looked_for(journal: Journal) -> None:
    store(journal, day(2))
    journal.record_waiver(MADE, "acc-1")
    journal.gone("jira", "1", day(3))
    assert again(journal, day(4)) == []


def test_people_are_reminded_of_open_tickets_and_of_what_an_emergency_skipped(journal: Journal) -> None:
    skipped = [finding(settle_by=day(8))]
    for key, state, findings in (
        ("1", State.IMPLEMENT, ()),
        ("2", State.CLOSED, ()),
        ("3", State.CLOSED, skipped),
        ("4", State.CANCELED, ()),
    ):
        journal.store(ticket(state, id=key, key=key), findings, {}, day(2))
    assert [row.key for row in journal.rows_awaiting()] == ["1", "3"]
    journal.gone("jira", "3", day(3))
    assert [row.key for row in journal.rows_awaiting()] == ["1"]


def test_until_when_an_emergency_makes_good_is_remembered_while_it_must(journal: Journal) -> None:
    assert journal.settle_by("jira", "1") is None
    store(journal, day(2), [finding(settle_by=day(8))])
    assert journal.settle_by("jira", "1") == day(8)
    store(journal, day(3), [finding(Verdict.MET)])
    assert journal.settle_by("jira", "1") is None
