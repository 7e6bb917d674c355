"""Since when the bot follows what, since when it acts, and what was closed meanwhile before anybody looked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from bot.journal.schema import CLOSED_UNSEEN, COVERAGE, RUN
from bot.journal.transactions import Store, insert

ACT = "act"
"""The mode of runs that write outside."""


class Coverage(Store):
    """When each project or table was first read whole, and what was closed since then before it was looked at."""

    def cover(self, source: str, scopes: Iterable[str], at: datetime) -> None:
        """Note that these parts of a source are followed since a moment; an earlier one stands."""
        with self.write() as connection:
            for scope in scopes:
                new = insert(connection, COVERAGE).values(source=source, scope=scope, since=at)
                connection.execute(new.on_conflict_do_nothing())

    def covered(self, source: str) -> dict[str, datetime]:
        """Since when (UTC) each part of a source is followed."""
        query = select(COVERAGE.c.scope, COVERAGE.c.since).where(COVERAGE.c.source == source)
        with self.read() as connection:
            return {row.scope: row.since for row in connection.execute(query)}

    def found_closed(self, ticket: str, closed: datetime, now: datetime) -> None:
        """Note that a ticket ("source:id") is told of as closed (UTC) before it was looked at. To be noted before the
        ticket itself is stored, which makes the next look another than the first.
        """
        with self.write() as connection:
            new = insert(connection, CLOSED_UNSEEN).values(ticket=ticket, closed_at=closed, found_at=now)
            connection.execute(new.on_conflict_do_nothing())

    def closed_unseen(self, ticket: str) -> datetime | None:
        """When (UTC) a ticket was closed that was noted so; None for any other."""
        query = select(CLOSED_UNSEEN.c.closed_at).where(CLOSED_UNSEEN.c.ticket == ticket)
        with self.read() as connection:
            found: datetime | None = connection.execute(query).scalar_one_or_none()
            return found

    def all_closed_unseen(self, since: datetime) -> dict[str, datetime]:
        """When (UTC) each ticket was closed that was noted so since a moment."""
        query = select(CLOSED_UNSEEN.c.ticket, CLOSED_UNSEEN.c.closed_at)
        query = query.where(CLOSED_UNSEEN.c.found_at >= since).order_by(CLOSED_UNSEEN.c.ticket)
        with self.read() as connection:
            return {row.ticket: row.closed_at for row in connection.execute(query)}

    def acting_since(self) -> datetime | None:
        """When (UTC) the first run began that wrote outside and after which no run only observed; None before it."""
        observed = select(func.max(RUN.c.id)).where(RUN.c.mode != ACT).scalar_subquery()
        query = select(func.min(RUN.c.started)).where(
            RUN.c.mode == ACT, RUN.c.id > func.coalesce(observed, 0)
        )
        with self.read() as connection:
            found: datetime | None = connection.execute(query).scalar_one_or_none()
            return found
