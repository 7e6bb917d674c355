"""Who confirmed to have received which formal notification, and which ones still wait for that. Nothing is ever changed
or deleted: it is evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select, update

from bot.journal.outbox import BACK, HANDOVER, MAIL, taken_back
from bot.journal.schema import OUTBOX, RECEIPT, TICKET
from bot.journal.transactions import Store, insert


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt as it is put on record: by whom (account and name in the ticket's system), of which notification."""

    ticket: str
    kind: str
    account: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SentRow:
    """A notification that was delivered by the message service: to whom, when (UTC), and who confirmed it."""

    ticket: str
    kind: str
    target: str
    container: str
    sent: datetime
    recipients: tuple[str, ...]
    person: str = ""
    confirmed: datetime | None = None


_TAKEN_BACK = taken_back(~BACK.c.closed)


class Receipts(Store):
    """One receipt for each notification: the first that was given."""

    def notification(self, ticket: str, kind: str) -> SentRow | None:
        """What was delivered of this kind about a ticket ("source:id"); None when nothing was."""
        return next(iter(self._sent(OUTBOX.c.ticket == ticket, OUTBOX.c.kind == kind)), None)

    def notifications(self, since: datetime) -> tuple[SentRow, ...]:
        """All that was delivered since then (UTC) about tickets that are not gone, the oldest first; but for what was
        taken back: of that no receipt is waited for.
        """
        return self._sent(OUTBOX.c.applied_at >= since, ~_TAKEN_BACK)

    def _sent(self, *conditions: ColumnElement[bool]) -> tuple[SentRow, ...]:
        received = and_(RECEIPT.c.ticket == OUTBOX.c.ticket, RECEIPT.c.kind == OUTBOX.c.kind)
        there = and_(TICKET.c.ticket == OUTBOX.c.ticket, TICKET.c.not_found_at.is_(None))
        place = (OUTBOX.c.target, OUTBOX.c.at_container)
        columns = (OUTBOX.c.ticket, OUTBOX.c.kind, *place, OUTBOX.c.applied_at, OUTBOX.c.recipients)
        query = (
            select(*columns, RECEIPT.c.person, RECEIPT.c.at)
            .select_from(OUTBOX.join(TICKET, there).outerjoin(RECEIPT, received))
            # A letter has no button: its receipt cannot be asked for.
            .where(HANDOVER, OUTBOX.c.applied_at.is_not(None), OUTBOX.c.target != MAIL, *conditions)
            .order_by(OUTBOX.c.applied_at, OUTBOX.c.id)
        )
        with self.read() as connection:
            return tuple(
                SentRow(*row[:5], tuple(row[5]), row[6] or "", row[7]) for row in connection.execute(query)
            )


def put_receipt(connection: Connection, receipt: ReceiptRow) -> bool:
    """Keep a receipt in the transaction of the caller, and have the ticket judged again for it. False when there was
    one already.
    """
    row = {name: getattr(receipt, name) for name in ("ticket", "kind", "account", "person", "at")}
    first = insert(connection, RECEIPT).values(row).on_conflict_do_nothing(index_elements=["ticket", "kind"])
    if connection.execute(first.returning(RECEIPT.c.id)).first() is None:
        return False
    same = TICKET.c.ticket == receipt.ticket
    connection.execute(update(TICKET).where(same).values(recheck_at=receipt.at))
    return True
