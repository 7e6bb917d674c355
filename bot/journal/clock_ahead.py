"""Moments that lie ahead: a clock was once wrong, and what it wrote must not hold for as long as it was ahead.

What is on record in the audit trail stays as it is; a row tells that it was done.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, and_, delete, func, select, update

from bot.journal.audit import Entry, append
from bot.journal.audit_causes import Cause
from bot.journal.schema import (
    ACTION_REQUEST,
    CHANGE_HINT,
    CLOSED_UNSEEN,
    COVERAGE,
    CURSOR,
    FINDING,
    GROUP_OBSERVATION,
    INTERACTION,
    MEMBERSHIP,
    OUTBOX,
    RECEIPT,
    RUN,
    SENT_ONCE,
    SNOOZE,
    TICKET,
)
from bot.journal.transactions import Store

SLACK = timedelta(minutes=10)
"""By so much clocks differ without anything being wrong; listings overlap by more or less as much."""
_LONGEST_LEASE = timedelta(hours=1)
_RUNS = 500

_PAST: tuple[Column[datetime], ...] = (
    CURSOR.c.success_at,
    COVERAGE.c.since,
    CLOSED_UNSEEN.c.found_at,
    *(TICKET.c[name] for name in ("first_seen", "checked_at", "not_found_at", "hidden_at")),
    FINDING.c.since,
    GROUP_OBSERVATION.c.looked_at,
    *(MEMBERSHIP.c[name] for name in ("seen", "until")),
    *(OUTBOX.c[name] for name in ("created_at", "applied_at", "first_attempt_at", "failing_since")),
    RECEIPT.c.at,
    *(ACTION_REQUEST.c[name] for name in ("at", "settled_at")),
    *(RUN.c[name] for name in ("started", "ended")),
    *(CHANGE_HINT.c[name] for name in ("received_at", "done_at")),
    *(INTERACTION.c[name] for name in ("received_at", "decided_at", "done_at")),
)
"""What tells when something was done by the bot or seen by it: that cannot lie ahead."""


class ClockAhead(Store):
    """What a clock that was ahead left behind."""

    def ahead(self, now: datetime) -> datetime | None:
        """The latest moment (UTC) that a run left behind and that lies ahead; None when there is none. A clock that was
        ahead is known by its runs: to look through every table in each run would cost more than it tells.
        """
        queries = [select(func.max(column)) for column in (CURSOR.c.at, CURSOR.c.success_at, RUN.c.started)]
        with self.read() as connection:
            found = [connection.execute(query).scalar_one_or_none() for query in queries]
        return max((at for at in found if at and at > now + SLACK), default=None)

    def disbelieve(self, now: datetime) -> None:
        """Bring every moment that lies ahead back to the present, and have done again what was done by them: what was
        read since the last run that can be believed, what was judged then, and what was said once.
        """
        limit = now + SLACK
        with self.write() as connection:
            _marks(connection, limit)
            # Before their moments are brought back, by which they are known.
            judged = update(TICKET).where(TICKET.c.checked_at > limit)
            connection.execute(judged.values(recheck_at=now))
            connection.execute(delete(SENT_ONCE).where(SENT_ONCE.c.at > limit))
            _snoozes(connection, now, limit)
            _waits(connection, now)
            # What the source states itself is not by our clock.
            seen = and_(MEMBERSHIP.c.stated_by_source.is_(False), MEMBERSHIP.c.since > limit)
            connection.execute(update(MEMBERSHIP).where(seen).values(since=now))
            for column in _PAST:
                back = update(column.table).where(column > limit).values({column: now})
                connection.execute(back)
            append(connection, Entry(Cause.CLOCK, "", {"after": limit.isoformat()}), now)


def _marks(connection: Connection, limit: datetime) -> None:
    """Back to the last run that can be believed and read the source whole; where there is none it is read anew."""
    query = select(RUN.c.started, RUN.c.report).where(RUN.c.started <= limit, RUN.c.report.is_not(None))
    runs = list(connection.execute(query.order_by(RUN.c.id.desc()).limit(_RUNS)))
    for source in connection.execute(select(CURSOR.c.source).where(CURSOR.c.at > limit)).scalars().all():
        at = _last_whole(source, ((row.started, row.report) for row in runs))
        connection.execute(update(CURSOR).where(CURSOR.c.source == source).values(at=at))


def _last_whole(source: str, runs: Iterable[tuple[datetime, object]]) -> datetime | None:
    for started, report in runs:
        sources = report.get("sources", {}) if isinstance(report, dict) else {}
        if sources.get(source, {}).get("complete"):
            return started
    return None


def _snoozes(connection: Connection, now: datetime, limit: datetime) -> None:
    """For as long as was asked, from now."""
    for row in connection.execute(
        select(SNOOZE.c.id, SNOOZE.c.at, SNOOZE.c.until).where(SNOOZE.c.at > limit)
    ).all():
        until = row.until - (row.at - now)
        connection.execute(update(SNOOZE).where(SNOOZE.c.id == row.id).values(at=now, until=until))


def _waits(connection: Connection, now: datetime) -> None:
    """Nothing waits for a moment that was reckoned from a wrong one: it is tried now."""
    for table in (OUTBOX, INTERACTION):
        later = update(table).where(table.c.next_attempt_at > now)
        connection.execute(later.values(next_attempt_at=now))
        held = update(table).where(table.c.lease_until > now + _LONGEST_LEASE)
        connection.execute(held.values(lease_owner=None, lease_until=None))
    # Not now: the write itself may have begun a moment ago.
    doubted = update(OUTBOX).where(OUTBOX.c.doubt_until > now + SLACK)
    connection.execute(doubted.values(doubt_until=now + SLACK))
