"""Word from outside that tickets may have changed: kept until they were looked at, whatever happens to the process."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, select, update

from bot.journal.schema import CHANGE_HINT
from bot.journal.transactions import Store, insert
from domain.ports.source import ChangeHint, Deletion
from domain.ticket import TicketSubject

KEPT = timedelta(days=2)
"""How long the word is kept, to know a repeated delivery again."""
FRESH = timedelta(days=1)
"""What could not be looked at for so long is left to the census."""


class PendingHint(NamedTuple):
    """A ticket ("source:id") to look at. `last` is the number of the latest word about it; `deleted`: it was said to
    be deleted.
    """

    ticket: str
    last: int
    deleted: bool

    @property
    def source(self) -> str:
        """Whose ticket it is."""
        return TicketSubject.parse(self.ticket).source

    @property
    def id(self) -> str:
        """The ticket's id in its source."""
        return TicketSubject.parse(self.ticket).id


class WebhookEvents(Store):
    """The queue of what is to be looked at."""

    def record_hint(self, source: str, hints: Iterable[ChangeHint], now: datetime) -> int:
        """Keep what was told, at `now` (UTC). Gives how much of it is new: the same event of the same ticket counts
        once. Committed when this returns.
        """
        rows = [
            {
                "ticket": str(TicketSubject(source, hint.id)),
                "event": hint.event
                or secrets.token_hex(16),  # without a name of its own every word is another
                "deleted": isinstance(hint, Deletion),
                "received_at": now,
            }
            for hint in hints
        ]
        with self.write() as connection:
            new = 0
            for row in rows:
                once = (
                    insert(connection, CHANGE_HINT)
                    .values(row)
                    .on_conflict_do_nothing()
                    .returning(CHANGE_HINT.c.id)
                )
                new += connection.execute(once).first() is not None
            return new

    def pending_hints(self, now: datetime) -> tuple[PendingHint, ...]:
        """The tickets to look at, each once, in the order in which they were first spoken of."""
        first = func.min(CHANGE_HINT.c.id)
        said = select(CHANGE_HINT.c.ticket, func.max(CHANGE_HINT.c.id)).add_columns(
            func.max(CHANGE_HINT.c.id).filter(CHANGE_HINT.c.deleted).is_not(None)
        )
        open_ = (CHANGE_HINT.c.done_at.is_(None), CHANGE_HINT.c.received_at > now - FRESH)
        query = said.where(*open_).group_by(CHANGE_HINT.c.ticket).order_by(first)
        with self.read() as connection:
            return tuple(PendingHint(*row) for row in connection.execute(query))

    def looked_at(self, heard: PendingHint, now: datetime) -> None:
        """The ticket was looked at: what was said until then is done. Word that came meanwhile stays."""
        about = (CHANGE_HINT.c.ticket == heard.ticket, CHANGE_HINT.c.id <= heard.last)
        with self.write() as connection:
            connection.execute(
                update(CHANGE_HINT).where(*about, CHANGE_HINT.c.done_at.is_(None)).values(done_at=now)
            )
            # Tidied where something is written anyway; nothing else comes by the old rows.
            connection.execute(delete(CHANGE_HINT).where(CHANGE_HINT.c.received_at < now - KEPT))
