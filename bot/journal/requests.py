"""Whom was asked for what, and everything that goes out once: kept in the transaction that enqueues the message.

A process that is killed before that transaction ends has said nothing; after it, everything is on record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from bot.journal.outbox_upsert import upsert_messages
from bot.journal.schema import ASKED, FINDING, SENT, SLOT, TICKET
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
            if not any(first):
                return False
            upsert_messages(connection, wishes, now)
            rows = [{name: getattr(ask, name) for name in ActionRequest.__dataclass_fields__} for ask in asks]
            if rows:
                connection.execute(ASKED.insert(), rows)
            return True

    def sent_once(self, claims: Iterable[OnceKey]) -> frozenset[OnceKey]:
        """Those of the claims that were made before, in few queries."""
        asked = sorted({claim.what for claim in claims})
        query = select(SENT.c.what, SENT.c.day)
        with self.read() as connection:
            return frozenset(
                OnceKey(*row)
                for first in range(0, len(asked), _AT_ONCE)
                for row in connection.execute(query.where(SENT.c.what.in_(asked[first : first + _AT_ONCE])))
            )

    def points(self) -> dict[tuple[str, str], tuple[OpenFinding, ...]]:
        """What is open, waived or unseen of every ticket that is not gone, by source and id."""
        columns = (FINDING.c.rule_id, FINDING.c.verdict, FINDING.c.since, FINDING.c.deadline)
        query = (
            select(FINDING.c.source, FINDING.c.ticket_id, *columns)
            .join(TICKET, (TICKET.c.source == FINDING.c.source) & (TICKET.c.id == FINDING.c.ticket_id))
            .where(FINDING.c.verdict.in_(_STANDING), TICKET.c.gone_at.is_(None))
            .order_by(FINDING.c.rule_id)
        )
        found: dict[tuple[str, str], list[OpenFinding]] = {}
        with self.read() as connection:
            for source, id_, rule, verdict, since, deadline in connection.execute(query):
                found.setdefault((source, id_), []).append(
                    OpenFinding(rule, Verdict(verdict), since, deadline)
                )
        return {key: tuple(points) for key, points in found.items()}

    def settled(self, after: datetime, until: datetime) -> tuple[ResolvedFinding, ...]:
        """Rules that came in order between two moments, but for those that were when the ticket was first seen."""
        query = (
            select(FINDING.c.source, FINDING.c.ticket_id, FINDING.c.rule_id)
            .join(TICKET, (TICKET.c.source == FINDING.c.source) & (TICKET.c.id == FINDING.c.ticket_id))
            .where(FINDING.c.verdict == Verdict.MET.value, FINDING.c.since > TICKET.c.first_seen)
            .where(FINDING.c.since > after, FINDING.c.since <= until, TICKET.c.gone_at.is_(None))
            .order_by(FINDING.c.source, FINDING.c.ticket_id, FINDING.c.rule_id)
        )
        with self.read() as connection:
            return tuple(ResolvedFinding(*row) for row in connection.execute(query))

    def requests(self, since: datetime | None = None) -> tuple[ActionRequest, ...]:
        """Who was asked for what is open still, oldest first; or, with `since`, what was settled after it."""
        wanted = ASKED.c.settled_at > since if since else ASKED.c.settled_at.is_(None)
        columns = [ASKED.c[name] for name in ActionRequest.__dataclass_fields__]
        with self.read() as connection:
            rows = connection.execute(select(*columns).where(wanted).order_by(ASKED.c.at, ASKED.c.id))
            return tuple(ActionRequest(**row) for row in rows.mappings())

    def settle(self, ended: Iterable[tuple[str, str]], now: datetime) -> None:
        """These lines ("source:id", line) are open no more: who is asked for them later is asked anew."""
        with self.write() as connection:
            for ticket, line in ended:
                same = (ASKED.c.ticket == ticket, ASKED.c.line == line, ASKED.c.settled_at.is_(None))
                connection.execute(update(ASKED).where(*same).values(settled_at=now))

    def reminded(self, container: str, since: datetime) -> int:
        """How many reminders were enqueued in a conversation since a moment (UTC)."""
        query = select(func.count()).select_from(SLOT)
        ours = (SLOT.c.container == container, SLOT.c.ticket.startswith("reminder:"))
        with self.read() as connection:
            return int(connection.execute(query.where(*ours, SLOT.c.created_at >= since)).scalar_one())


def _claim(connection: Connection, claim: OnceKey, now: datetime) -> bool:
    new = insert(connection, SENT).values(what=claim.what, day=claim.day, at=now)
    first = new.on_conflict_do_nothing().returning(SENT.c.what)
    return connection.execute(first).first() is not None
