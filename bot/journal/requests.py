"""Whom was asked for what, and everything that goes out once: kept in the transaction that enqueues the message.

A process that is killed before that transaction ends has said nothing; after it, everything is on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from bot.journal.outbox_upsert import upsert_messages
from bot.journal.schema import ACTION_REQUEST, FINDING, OUTBOX, SENT_ONCE, TICKET
from bot.journal.transactions import Store, insert
from domain.lifecycle import Verdict
from domain.outgoing import OutgoingMessage
from domain.requests import ActionRequest, OnceKey, OpenFinding, ResolvedFinding

_STANDING = [v.value for v in Verdict if v.open] + [Verdict.UNKNOWN.value, Verdict.WAIVED.value]

_AT_ONCE = 500  # names in one query: every database takes as many


class Requests(Store):
    """Who was asked, what was said once, and what is open, of all tickets at once."""

    def enqueue_once(
        self,
        claims: Sequence[OnceKey],
        wishes: Iterable[OutgoingMessage],
        now: datetime,
        asks: Iterable[ActionRequest] = (),
    ) -> bool:
        """Enqueue messages, with what makes them come once: all of it, or nothing. False when every once-key was
        made before; then nothing is enqueued.
        """
        with self.write() as connection:
            first = [_claim(connection, claim, now) for claim in claims]  # each of them, whatever the others
            # One that is new is enough: what others were told of before does not keep it back.
            if not any(first):
                return False
            upsert_messages(connection, wishes, now)
            rows = [{name: getattr(ask, name) for name in ActionRequest.__dataclass_fields__} for ask in asks]
            if rows:
                connection.execute(ACTION_REQUEST.insert(), rows)
            return True

    def sent_once(self, claims: Iterable[OnceKey]) -> frozenset[OnceKey]:
        """Those of the claims that were made before, in few queries."""
        wanted = frozenset(claims)
        asked = sorted({claim.what for claim in wanted})
        query = select(SENT_ONCE.c.once_key, SENT_ONCE.c.day)
        with self.read() as connection:
            made = {
                OnceKey(*row)
                for first in range(0, len(asked), _AT_ONCE)
                for row in connection.execute(
                    query.where(SENT_ONCE.c.once_key.in_(asked[first : first + _AT_ONCE]))
                )
            }
        # A key may have been made for other days as well.
        return wanted & made

    def points(self) -> dict[str, tuple[OpenFinding, ...]]:
        """What is open, waived or unseen of every ticket ("source:id") that is not gone."""
        columns = (FINDING.c.rule_id, FINDING.c.verdict, FINDING.c.since, FINDING.c.deadline)
        query = (
            select(FINDING.c.ticket, *columns)
            .join(TICKET, TICKET.c.ticket == FINDING.c.ticket)
            .where(FINDING.c.verdict.in_(_STANDING), TICKET.c.not_found_at.is_(None))
            .order_by(FINDING.c.rule_id)
        )
        found: dict[str, list[OpenFinding]] = {}
        with self.read() as connection:
            for ticket, rule, verdict, since, deadline in connection.execute(query):
                found.setdefault(ticket, []).append(OpenFinding(rule, Verdict(verdict), since, deadline))
        return {ticket: tuple(points) for ticket, points in found.items()}

    def settled(self, after: datetime, until: datetime) -> tuple[ResolvedFinding, ...]:
        """Rules that came in order between two moments, but for those that were when the ticket was first seen."""
        query = (
            select(FINDING.c.ticket, FINDING.c.rule_id)
            .join(TICKET, TICKET.c.ticket == FINDING.c.ticket)
            .where(FINDING.c.verdict == Verdict.MET.value, FINDING.c.since > TICKET.c.first_seen)
            .where(FINDING.c.since > after, FINDING.c.since <= until, TICKET.c.not_found_at.is_(None))
            .order_by(TICKET.c.source, FINDING.c.ticket, FINDING.c.rule_id)
        )
        with self.read() as connection:
            return tuple(ResolvedFinding(*row) for row in connection.execute(query))

    def requests(self, since: datetime | None = None) -> tuple[ActionRequest, ...]:
        """Who was asked for what is open still, oldest first; or, with `since`, what was settled after it."""
        wanted = ACTION_REQUEST.c.settled_at > since if since else ACTION_REQUEST.c.settled_at.is_(None)
        columns = [ACTION_REQUEST.c[name] for name in ActionRequest.__dataclass_fields__]
        with self.read() as connection:
            rows = connection.execute(
                select(*columns).where(wanted).order_by(ACTION_REQUEST.c.at, ACTION_REQUEST.c.id)
            )
            return tuple(ActionRequest(**row) for row in rows.mappings())

    def settle(self, ended: Iterable[tuple[str, str]], now: datetime) -> None:
        """These lines ("source:id", line) are open no more: who is asked for them later is asked anew."""
        with self.write() as connection:
            for ticket, line in ended:
                same = (
                    ACTION_REQUEST.c.ticket == ticket,
                    ACTION_REQUEST.c.line == line,
                    ACTION_REQUEST.c.settled_at.is_(None),
                )
                connection.execute(update(ACTION_REQUEST).where(*same).values(settled_at=now))

    def reminded(self, container: str, since: datetime) -> int:
        """How many reminders were enqueued in a conversation since a moment (UTC)."""
        query = select(func.count()).select_from(OUTBOX)
        ours = (OUTBOX.c.channel_or_ticket == container, OUTBOX.c.ticket.startswith("reminder:"))
        with self.read() as connection:
            return int(connection.execute(query.where(*ours, OUTBOX.c.created_at >= since)).scalar_one())


def _claim(connection: Connection, claim: OnceKey, now: datetime) -> bool:
    new = insert(connection, SENT_ONCE).values(once_key=claim.what, day=claim.day, at=now)
    first = new.on_conflict_do_nothing().returning(SENT_ONCE.c.once_key)
    return connection.execute(first).first() is not None
