"""Erasing a person and forgetting old tickets, on both databases; the chain stays whole."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from test_journal_ledger import COMMENT, LATER, NOW, TICKET, finding

from bot.journal import Journal, digest
from bot.journal.audit import Entry
from bot.journal.audit_causes import Cause
from bot.journal.schema import METADATA
from domain.lifecycle import State, Verdict
from domain.outgoing import OutgoingMessage
from domain.people import Role
from domain.ports.messaging import Place
from domain.pseudonym import Persona
from domain.sentence import say
from domain.ticket import Ticket, TicketKind
from domain.waiver import Waiver

KARIM = Persona(frozenset({"acc-9"}), frozenset({"Karim Aziz"}))
SNAPSHOT = {"approvals": [{"person": {"id": "acc-9", "name": "Karim Aziz"}}], "history": ["Karim Aziz → An"]}


def lived(journal: Journal, ticket: Ticket = TICKET) -> None:
    """A ticket that tells of Karim Aziz wherever it can."""
    subject = ticket.subject
    comment = replace(COMMENT, ticket=subject, container=ticket.id, body={"text": "Approved by Karim Aziz"})
    told = OutgoingMessage(
        "slack", subject, "handover-1:acc-9", "D1", "h", {"text": "x"}, say("y"), recipients=("Karim Aziz",)
    )
    journal.store(ticket, [finding("ICR-1", Verdict.MISSING)], SNAPSHOT, NOW, [comment, told])
    waiver = Waiver(
        subject, ("ICR-1",), "Karim Aziz said so", "Karim Aziz", Role.CAB, NOW, NOW + timedelta(days=9)
    )
    journal.record_waiver(waiver, "acc-9")
    for due in journal.due_rows(NOW):
        slot = journal.lease(due.id, "me", NOW, 60)
        assert slot is not None
        journal.begin(slot, Place("10001"), NOW, 60)
        journal.confirm(slot, f"r{due.id}", NOW)
    journal.record(
        Entry(Cause.INTERACTION, subject, {"did": "seen"}, {"by": {"id": "acc-9", "name": "Karim Aziz"}}), NOW
    )


def everything(journal: Journal) -> str:
    with journal.read() as connection:
        return repr([list(connection.execute(table.select())) for table in METADATA.sorted_tables])


def whole(journal: Journal) -> list[str]:
    return [str(flaw) for flaw in journal.audit_flaws({})]


@pytest.mark.parametrize("words", ["acc-9", "Karim Aziz", "karim  aziz"])
def test_an_account_is_found_by_id_and_by_name(journal: Journal, words: str) -> None:
    lived(journal)
    assert journal.accounts(words) == {"acc-9": frozenset({"Karim Aziz"})}
    assert journal.accounts("Karim") == {}


def test_all_that_is_kept_of_a_person_is_told(journal: Journal) -> None:
    lived(journal)
    told = {(place.table, place.where.partition("/")[0]) for place in journal.told_of(KARIM)}
    assert told == {
        *(("ticket", "snapshot"), ("slot", "desired_body"), ("slot", "recipients")),
        *(("waiver", name) for name in ("reason", "by_id", "by_name")),
        *(("audit_beside", part) for part in ("snapshot", "personal")),
    }
    assert journal.told_of(Persona(frozenset({"acc-1"}), frozenset({"Nobody Here"}))) == ()


def test_erasing_leaves_the_chain_whole_and_no_name(journal: Journal) -> None:
    lived(journal)
    before = journal.audit_head()
    done = journal.erase(KARIM, LATER)
    left = everything(journal)
    assert "Karim" not in left
    assert left.count("acc-9") == 1, "only in the kind by which the notification is known outside"
    assert done.changed == {"slot": 2, "ticket": 1, "waiver": 1, "audit_beside": 5}
    assert (whole(journal), journal.audit_head().seq) == ([], before.seq + 1)
    assert journal.told_of(KARIM) == ()
    (waiver,) = journal.waivers_of("jira:10001")
    assert (waiver.by, waiver.reason) == (done.pseudonym, f"{done.pseudonym} said so")
    row = journal.ticket("jira", "CHG-1")
    snapshot = journal.snapshot("jira", "10001")
    assert row is not None
    assert snapshot is not None
    assert row.snapshot_hash == digest(snapshot)
    assert snapshot["approvals"] == [{"person": {"id": done.pseudonym, "name": done.pseudonym}}]
    assert [(s.kind, bool(s.applied_hash)) for s in journal.rows_of("jira:10001")] == [
        ("comment", True),
        ("handover-1:acc-9", True),
    ]
    assert journal.due_rows(LATER) == ()


def test_what_was_erased_cannot_be_changed_unnoticed(journal: Journal) -> None:
    lived(journal)
    name = journal.erase(KARIM, LATER).pseudonym
    with journal.write() as connection:
        connection.execute(
            text(f"UPDATE audit_personal SET body = replace(body, '{name}', 'An') WHERE seq = 1")
        )
    assert whole(journal) == ["row 1: its snapshot part, kept beside the chain, was changed"]


def test_nothing_is_left_in_the_file(sqlite_journal: Journal) -> None:
    lived(sqlite_journal)
    sqlite_journal.erase(KARIM, LATER)
    database = sqlite_journal.engine.url.database
    assert database is not None
    found = [b"Karim" in path.read_bytes() for path in Path(database).parent.glob("sluis.db*")]
    assert found
    assert not any(found)


def closed(number: str, updated: datetime) -> Ticket:
    return replace(TICKET, id=number, key=f"CHG-{number}", state=State.CLOSED, updated=updated, fields={})


def test_only_what_was_closed_long_ago_is_forgotten(journal: Journal) -> None:
    old, young = NOW - timedelta(days=400), NOW - timedelta(days=10)
    release = replace(
        TICKET, id="7", key="REL-7", kind=TicketKind.RELEASE, state=State.IMPLEMENT, updated=old,
        fields={"changes": replace(TICKET.fields["planned_start"], value=("CHG-4",))},
    )  # fmt: skip
    for ticket in (
        closed("1", old),
        closed("2", young),
        replace(closed("3", old), state=State.ASSESS),
        closed("4", old),
        release,
        replace(closed("5", old), state=State.CANCELED),
    ):
        lived(journal, ticket)
    journal.gone("jira", "3", old)
    assert journal.forget_before(NOW - timedelta(days=365), NOW) == 3
    assert sorted(row.key for row in journal.called("CHG-2") + journal.called("CHG-4")) == ["CHG-2", "CHG-4"]
    assert [journal.called(key) for key in ("CHG-1", "CHG-3", "CHG-5")] == [(), (), ()]
    assert journal.rows_of("jira:1") == journal.waivers_of("jira:1") == ()
    assert (journal.snapshot("jira", "1"), journal.previous("jira", "1")) == (None, {})
    assert whole(journal) == []
    found = journal.audit_excerpt({"jira:1"})
    assert found is not None
    assert (len(found.rows), found.beside) == (8, ())
    told = json.loads(found.rows[-1].facts)
    assert (found.rows[-1].cause, told["tickets"]) == ("pruned", ["jira:1", "jira:3", "jira:5"])
    assert journal.forget_before(NOW - timedelta(days=365), NOW) == 0
    assert journal.audit_head().seq == found.head.seq, "nothing forgotten, nothing told"
