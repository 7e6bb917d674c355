"""What stands in the journal's tables is held against the record: deliveries, receipts, waivers with their words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from test_journal_audit import WAIVER, whole
from test_journal_ledger import COMMENT, LATER, NOW, SNAPSHOT, TICKET, finding

from bot.journal import Decided, Journal
from bot.journal.receipts import ReceiptRow
from domain.lifecycle import Verdict
from domain.ports.interactions import Interaction, InteractionKind
from domain.ports.messaging import Place
from domain.pseudonym import Persona

GIVEN = LATER + timedelta(minutes=5)
AHEAD = NOW + timedelta(days=30)
HANDOVER = replace(COMMENT, target="slack", kind="handover-1:acc-7", container="C1", recipients=("Karim",))


def lived(journal: Journal, later: timedelta = timedelta()) -> None:
    """A notification was delivered and its receipt confirmed; an exception was given, and one that was ended."""
    at, given = LATER + later, GIVEN + later
    journal.store(TICKET, [finding("ICR-1", Verdict.MISSING)], SNAPSHOT, NOW, [HANDOVER])
    (due,) = journal.due_rows(NOW)
    slot = journal.lease(due.id, "me", NOW, 60)
    assert slot is not None
    journal.begin(slot, Place("C1"), NOW, 60)
    journal.confirm(slot, "501.1", at)
    journal.keep(Interaction("press:1", InteractionKind.PRESS, "U1"), given)
    deed = journal.next_interaction("me", given, 60)
    assert deed is not None
    receipt = ReceiptRow("jira:10001", HANDOVER.kind, "acc-9", "Karim", given)
    journal.decide(
        deed, "me", Decided("received", {}, "jira:10001", "acc-9", "Karim", receipt=receipt), given
    )
    journal.record_waiver(WAIVER, "acc-9")
    journal.end_waiver("jira:10001", "ICR-1", LATER, by="Karim")
    journal.record_waiver(replace(WAIVER, recorded_at=GIVEN), "acc-9")


ON_RECORD = f"on record it was at {LATER.isoformat()}"


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (
            ["UPDATE outbox SET applied_at = '2026-03-02 07:00:00.000000'"],
            [
                "row 3: the journal has the handover-1 for jira:10001 as delivered on slack at"
                f" 2026-03-02T07:00:00+00:00; {ON_RECORD}"
            ],
        ),
        (
            ["UPDATE outbox SET remote_id = '502.1'"],
            [
                "the journal has the handover-1 for jira:10001 as delivered on slack at"
                f" {LATER.isoformat()}; on record it was not"
            ],
        ),
        (
            ["UPDATE receipt SET person = 'Bea'"],
            ["row 4: the journal's receipt of handover-1 for jira:10001 is not that on record"],
        ),
        (
            ["UPDATE receipt SET kind = 'handover-2:acc-7'"],
            [
                "the journal's receipt of handover-2 for jira:10001 is not that on record",
                "row 4: the receipt of handover-1 for jira:10001 is not in the journal any more",
            ],
        ),
        (
            ["DELETE FROM receipt"],
            ["row 4: the receipt of handover-1 for jira:10001 is not in the journal any more"],
        ),
        (
            ["UPDATE waiver SET reason = 'Agreed with the DPO' WHERE id = 1"],
            ["row 5: the journal gives another reason or person for a waiver of ICR-1 for jira:10001"],
        ),
        (
            ["UPDATE waiver SET by_name = 'Bea' WHERE id = 2"],
            ["row 7: the journal gives another reason or person for a waiver of ICR-1 for jira:10001"],
        ),
        (
            ["UPDATE waiver SET ended_by = 'Bea' WHERE id = 1"],
            ["row 5: the journal gives another reason or person for a waiver of ICR-1 for jira:10001"],
        ),
        (
            ["UPDATE waiver SET recorded_at = '2026-03-02 06:00:00.000000' WHERE id = 2"],
            ["row 7: the journal's waivers of ICR-1 for jira:10001 are not those on record"],
        ),
    ],
)
def test_what_was_changed_past_the_bot_is_named(journal: Journal, statements, told) -> None:
    lived(journal)
    assert whole(journal) == []
    with journal.write() as connection:
        for statement in statements:
            connection.execute(text(statement))
    assert whole(journal) == told


def test_whoever_is_erased_is_erased_on_both_sides(journal: Journal) -> None:
    lived(journal)
    journal.erase(Persona(frozenset({"acc-9"}), frozenset({"Karim"})), GIVEN)
    assert whole(journal) == []
    (row,) = journal.audit_amendments()
    assert (row.cause, row.seq) == ("erased", 8)


def test_what_was_forgotten_is_not_missed(journal: Journal) -> None:
    lived(journal)
    journal.gone("jira", "10001", GIVEN)
    journal.forget_before(AHEAD, AHEAD)
    assert whole(journal) == []


def test_moments_of_a_clock_that_was_ahead_are_brought_back_on_both_sides(journal: Journal) -> None:
    lived(journal, timedelta(days=30))
    journal.disbelieve(GIVEN)
    assert whole(journal) == []


def test_one_that_was_received_before_is_on_record_once(journal: Journal) -> None:
    lived(journal)
    journal.keep(Interaction("press:2", InteractionKind.PRESS, "U1"), GIVEN)
    deed = journal.next_interaction("me", GIVEN, 60)
    assert deed is not None
    second = ReceiptRow("jira:10001", HANDOVER.kind, "acc-8", "Bea", GIVEN + timedelta(minutes=1))
    journal.decide(deed, "me", Decided("received", {}, "jira:10001", "acc-8", "Bea", receipt=second), GIVEN)
    assert whole(journal) == []
