"""A person who is in every table that can hold one: told, erased, and forgotten in time; the chain stays whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from test_journal_ledger import NOW, TICKET, finding
from test_journal_privacy import everything, whole

from bot.journal import Allowance, Decided, Journal, Reading
from bot.journal.receipts import ReceiptRow
from bot.journal.schema import METADATA
from bot.journal.schema import TICKET as TICKETS
from bot.policy.looks import observed
from domain.fields import Field
from domain.lifecycle import State, Verdict
from domain.outgoing import OutgoingMessage
from domain.people import Group, Membership, Person, Role, RoleMembers
from domain.ports.interactions import Interaction, InteractionKind
from domain.ports.messaging import Place
from domain.pseudonym import Persona
from domain.requests import ActionRequest, OnceKey
from domain.sentence import say
from domain.snooze import Snooze, SnoozeKind
from domain.ticket import Ticket
from domain.waiver import Waiver

RITA = Person("acc-rita-55", "Rita Goossens")
HERS = Persona(frozenset({"acc-rita-55", "U0RITA9999"}), frozenset({"Rita Goossens"}))
SUBJECT = "jira:10001"
PEOPLE = (
    "ticket",
    "finding",
    "look",
    "slot",
    "waiver",
    "deed",
    "pause",
    "receipt",
    "membership",
    "sent",
    "run",
    "audit_beside",
)
"""Tables that tell of her."""


def did(journal: Journal, number: int, at: datetime, ticket: str, **made: object) -> None:
    """She did something on Slack, and was answered."""
    journal.keep(Interaction(f"press:{number}", InteractionKind.PRESS, "U0RITA9999", "seen", ""), at)
    deed = journal.next_interaction("me", at, 60)
    assert deed
    assert journal.decide(deed, "me", Decided("seen", {}, ticket, RITA.id, RITA.name, **made), at)  # type: ignore[arg-type]
    journal.answered(deed, at)


def lived(journal: Journal, ticket: Ticket = TICKET, at: datetime = NOW) -> None:
    """She is in all of it."""
    late = at + timedelta(days=9)
    mail = {"subject": "CHG-1", "text": "Dear Rita Goossens,\nyour contact is Rita Goossens"}
    letter = OutgoingMessage("mail", SUBJECT, "handover-1:operations", "team:operations", "h", mail, say("x"),
                  recipients=("Rita Goossens",))  # fmt: skip
    snapshot = {"approvals": [{"person": {"id": RITA.id, "name": RITA.name}}]}
    hers = replace(ticket, fields={"implementer": Field((RITA,)), "risks": Field("Ask Rita Goossens")})
    reading = Reading("", observed(hers, (), at, at))
    who = replace(finding("ICR-1", Verdict.MISSING), who=(RITA,))
    journal.store(ticket, [who], snapshot, at, [letter], reading)
    for due in journal.due_rows(at):
        slot = journal.lease(due.id, "me", at, 60)
        assert slot and journal.begin(slot, Place("team:operations"), at, 60)
        journal.confirm(slot, "<letter>", at)
    pause = Snooze(SUBJECT, RITA.id, RITA.name, SnoozeKind.SEEN, at, late, "D1")
    did(journal, 1, at, SUBJECT, pause=pause)
    did(journal, 2, at, SUBJECT, receipt=ReceiptRow(SUBJECT, "handover-1:operations", RITA.id, RITA.name, at))
    did(journal, 3, at, SUBJECT, waiver=Waiver(SUBJECT, ("ICR-1",), "why", RITA.name, Role.CAB, at, late))
    did(journal, 4, at, "")  # asked for help, about no ticket
    body = {"text": f"{RITA.name}: CHG-1"}
    reminder = OutgoingMessage(
        "slack", f"reminder:{RITA.name}", "reminder:0123", "D1", "h", body, say("x"), once=True
    )
    ask = ActionRequest(SUBJECT, "ICR-1", Role.OPERATIONS.value, at)
    assert journal.enqueue_once(
        [OnceKey(f"remind:{SUBJECT}:2@{RITA.name}", at.date())], [reminder], at, [ask]
    )
    for due in journal.due_rows(at):
        slot = journal.lease(due.id, "me", at, 60)
        assert slot and journal.begin(slot, Place("D1"), at, 60)
        journal.confirm(slot, "m1", at)
    joined = RoleMembers(
        (RITA,), (Group("ops", "Operations"),), memberships=(Membership(RITA, "ops", at, told=True, seen=at),)
    )
    journal.watch("jira", {Role.OPERATIONS: joined}, at)
    journal.watch(
        "jira", {Role.OPERATIONS: replace(joined, people=(), memberships=())}, at + timedelta(hours=1)
    )
    journal.allow(Allowance(300, RITA.name, "rgoossens", late), at)
    run = journal.start_run("act", at)
    journal.end_run(run, at, 0, {"notes": ["Rita Goossens: held back"]}, ["jira"])


def rows(journal: Journal) -> dict[str, int]:
    with journal.read() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in METADATA.sorted_tables
        }


def test_she_is_told_of_in_every_table_that_holds_her(journal: Journal) -> None:
    lived(journal)
    assert {place.table for place in journal.told_of(HERS)} == set(PEOPLE)
    for words in ("Rita Goossens", "acc-rita-55", "U0RITA9999"):
        assert journal.accounts(words).keys() & HERS.ids


def test_erasing_leaves_nothing_of_her_anywhere(journal: Journal) -> None:
    lived(journal)
    before = rows(journal)
    done = journal.erase(HERS, NOW)
    left = everything(journal)
    assert [word for word in ("Rita", "Goossens", "acc-rita-55", "U0RITA9999") if word in left] == []
    assert set(done.changed) == set(PEOPLE)
    assert journal.told_of(HERS) == ()
    assert whole(journal) == []
    assert rows(journal) == before | {"audit": before["audit"] + 1}
    assert journal.due_rows(NOW) == (), "nothing goes out anew"
    (notice,) = journal.notices("jira", "10001")
    assert notice.receipt and notice.receipt.person == done.pseudonym


def test_in_time_all_of_it_is_forgotten(journal: Journal) -> None:
    old = NOW - timedelta(days=800)
    lived(journal, replace(TICKET, state=State.CLOSED, updated=old), old)
    assert journal.forget_before(NOW - timedelta(days=730), NOW) == 1
    assert journal.told_of(HERS) == ()
    assert whole(journal) == []
    kept = {name: number for name, number in rows(journal).items() if number}
    assert kept.keys() == {"audit", "audit_head", "cursor", "meta", "group_observation"}


@pytest.mark.parametrize("days", [0, 700])
def test_what_is_younger_or_of_an_open_ticket_is_kept(journal: Journal, days: int) -> None:
    at = NOW - timedelta(days=days)
    lived(journal, replace(TICKET, state=State.CLOSED, updated=at), at)
    before = rows(journal)
    assert journal.forget_before(NOW - timedelta(days=730), NOW) == 0
    assert rows(journal) == before


def test_of_an_open_ticket_who_was_reminded_and_who_was_in_the_group_is_kept(journal: Journal) -> None:
    """Else it would be reminded anew, and an approval of then would count as that of a stranger."""
    old = NOW - timedelta(days=800)
    lived(journal, replace(TICKET, updated=old), old)
    with journal.write() as connection:
        connection.execute(update(TICKETS).values(first_seen=old - timedelta(days=1)))
    journal.forget_before(NOW - timedelta(days=730), NOW)
    left = rows(journal)
    assert (
        left["sent_once"],
        left["membership"],
        left["receipt"],
        left["action_request"],
        left["snooze"],
    ) == (
        1,
        1,
        1,
        1,
        1,
    )
    assert whole(journal) == []
