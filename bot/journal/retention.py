"""Forgetting tickets that were closed long ago. The audit chain stays; what stands beside it about them goes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, literal, or_, select

from bot.journal.audit import Entry, append
from bot.journal.audit_causes import Cause
from bot.journal.outbox_row import GENERAL
from bot.journal.schema import (
    AUDIT,
    AUDIT_PERSONAL,
    CHANGE_HINT,
    INTERACTION,
    MEMBERSHIP,
    METADATA,
    OUTBOX,
    RELEASE_CHANGE,
    RUN,
    SENT_ONCE,
    TICKET,
)
from bot.journal.transactions import Store
from domain.lifecycle import State

_OVER = [state.value for state in State if state.over]
_GENERAL_CAUSES = (Cause.WRITE, Cause.ALLOWANCE, Cause.INTERACTION, Cause.EXPORTED)
"""Causes of rows about no ticket of which the persons are forgotten. Of settings hashes stand beside: these stay."""
_CHUNK = 400
"""Tickets forgotten in one transaction: others wait for it."""


class Retention(Store):
    """How long things are kept."""

    def forget_before(self, moment: datetime, at: datetime) -> int:
        """Forget every ticket that was closed before a moment and has not changed since, or is gone since then:
        its findings, snapshots, messages, waivers, and what people did about it. Gives how many. A change of a
        release that is kept is kept with it.
        """
        forgotten = 0
        while tickets := self._forget_some(moment, at):
            forgotten += tickets
        with self.write() as connection:
            _forget_general(connection, moment, at)
        return forgotten

    def _forget_some(self, moment: datetime, at: datetime) -> int:
        with self.write() as connection:
            query = select(TICKET.c.ticket).where(_over_since(moment))
            ordered = query.order_by(TICKET.c.source, TICKET.c.ticket).limit(_CHUNK)
            tickets = list(connection.execute(ordered).scalars())
            if not tickets:
                return 0
            seqs = select(AUDIT.c.seq).where(AUDIT.c.ticket.in_(tickets))
            parts = _take_away(connection, AUDIT_PERSONAL.c.seq.in_(seqs))
            for table in _about_tickets():
                connection.execute(delete(table).where(table.c.ticket.in_(tickets)))
            append(connection, Entry(Cause.PRUNED, "", {"tickets": tickets, "parts": parts}), at)
            return len(tickets)


def _over_since(moment: datetime) -> ColumnElement[bool]:
    release = TICKET.alias()
    kept_for_release = exists().where(
        RELEASE_CHANGE.c.child_key == TICKET.c.key,
        release.c.ticket == RELEASE_CHANGE.c.ticket,
        release.c.source == TICKET.c.source,
        release.c.state.not_in(_OVER),
    )
    closed = and_(TICKET.c.state.in_(_OVER), TICKET.c.updated < moment)
    # Of an emergency the end of its time to make good counts, where that is later than its closing.
    settled = or_(TICKET.c.settle_by.is_(None), TICKET.c.settle_by < moment)
    return and_(or_(closed, TICKET.c.not_found_at < moment), settled, ~kept_for_release)


def _about_tickets() -> list[Table]:
    """Every table whose rows are about a ticket by its "source:id"."""
    # The chain is never forgotten. Word that a ticket changed is looked at first: it may be open again.
    kept = (AUDIT, CHANGE_HINT)
    return [table for table in METADATA.sorted_tables if "ticket" in table.c and table not in kept]


def _forget_general(connection: Connection, moment: datetime, at: datetime) -> None:
    """What is about no ticket, or about many: reminders and digests that went out, what people asked on Slack, reports
    of runs, who left a group before the first ticket that is kept was seen.
    """
    general = or_(*(OUTBOX.c.ticket.startswith(f"{group}:") for group in GENERAL))
    connection.execute(delete(OUTBOX).where(general, OUTBOX.c.once, OUTBOX.c.applied_at < moment))
    connection.execute(delete(RUN).where(RUN.c.started < moment))
    connection.execute(delete(INTERACTION).where(INTERACTION.c.ticket == "", INTERACTION.c.done_at < moment))
    # A once-key names its ticket between colons. It goes with that ticket, which would else be reminded anew.
    about = "%:" + TICKET.c.ticket + ":%"
    kept = exists().where(literal(":").concat(SENT_ONCE.c.once_key).concat(":").like(about))
    connection.execute(delete(SENT_ONCE).where(SENT_ONCE.c.at < moment, ~kept))
    # Approvals on a ticket that is kept are judged by who was in the group then.
    first = select(func.min(TICKET.c.first_seen)).scalar_subquery()
    left = (MEMBERSHIP.c.until < moment, or_(first.is_(None), MEMBERSHIP.c.until < first))
    connection.execute(delete(MEMBERSHIP).where(*left))
    old = (AUDIT.c.ticket == "", AUDIT.c.cause.in_(_GENERAL_CAUSES), AUDIT.c.at < moment)
    if parts := _take_away(connection, AUDIT_PERSONAL.c.seq.in_(select(AUDIT.c.seq).where(*old))):
        append(connection, Entry(Cause.PRUNED, "", {"tickets": [], "parts": parts}), at)


def _take_away(connection: Connection, which: ColumnElement[bool]) -> dict[str, str]:
    """Take away what stands beside rows; gives what the chain is to say of it."""
    gone = connection.execute(
        delete(AUDIT_PERSONAL).where(which).returning(AUDIT_PERSONAL.c.seq, AUDIT_PERSONAL.c.part)
    )
    return {f"{seq}/{part}": "" for seq, part in sorted(tuple(row) for row in gone)}
