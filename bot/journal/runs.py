"""How far each source was read, what was sent on which day, and the runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update

from bot.journal.schema import CURSOR, RUN, SENT_ONCE
from bot.journal.transactions import Store, insert


class Runs(Store):
    """Cursors, once-a-day rows and runs."""

    def mark(self, source: str) -> datetime | None:
        """The moment (UTC) up to which the source was read without a gap; None when it never was."""
        return self._cursor(source, CURSOR.c.at)

    def set_mark(self, source: str, at: datetime) -> None:
        """Move the mark forward; one that lies back is ignored, because what was read stays read."""
        with self.write() as connection:
            new = insert(connection, CURSOR).values(source=source, at=at)
            connection.execute(
                new.on_conflict_do_update(
                    index_elements=["source"],
                    set_={"at": new.excluded.at},
                    # A row may be there without a mark: the end of a run that read it whole makes one too.
                    where=or_(CURSOR.c.at.is_(None), CURSOR.c.at < new.excluded.at),
                )
            )

    def last_success(self, source: str) -> datetime | None:
        """When (UTC) a run last finished in which this source was read completely; None for never."""
        return self._cursor(source, CURSOR.c.success_at)

    def was_sent(self, what: str, day: date) -> bool:
        """Whether `what` was claimed for that day (in the calendar of whom it is sent to)."""
        with self.read() as connection:
            query = select(SENT_ONCE.c.once_key).where(SENT_ONCE.c.once_key == what, SENT_ONCE.c.day == day)
            return connection.execute(query).first() is not None

    def mark_sent(self, what: str, day: date, now: datetime) -> bool:
        """Claim `what` for that day. True for the first who asks, False for everybody after."""
        with self.write() as connection:
            new = insert(connection, SENT_ONCE).values(once_key=what, day=day, at=now)
            first = new.on_conflict_do_nothing().returning(SENT_ONCE.c.once_key)
            return connection.execute(first).first() is not None

    def start_run(self, mode: str, now: datetime) -> int:
        """Note that a run starts; gives its number. A run without an end was killed."""
        with self.write() as connection:
            new = RUN.insert().values(mode=mode, started=now).returning(RUN.c.id)
            return int(connection.execute(new).scalar_one())

    def end_run(
        self, run: int, now: datetime, exit_code: int, report: Any, complete: Sequence[str] = ()
    ) -> None:
        """Note how a run ended. `report` is JSON-able; `complete` names the sources read to their end."""
        with self.write() as connection:
            values = {"ended": now, "exit_code": exit_code, "report": report}
            connection.execute(update(RUN).where(RUN.c.id == run).values(values))
            for source in complete:
                new = insert(connection, CURSOR).values(source=source, success_at=now)
                fresh = {"success_at": new.excluded.success_at}
                connection.execute(new.on_conflict_do_update(index_elements=["source"], set_=fresh))

    def last_run(self) -> dict[str, Any] | None:
        """The latest run: id, started, ended (UTC), mode, report, exit_code; None before the first."""
        with self.read() as connection:
            row = connection.execute(select(RUN).order_by(RUN.c.id.desc()).limit(1)).mappings().first()
            return None if row is None else dict(row)

    def _cursor(self, source: str, column: Any) -> datetime | None:
        with self.read() as connection:
            moment: datetime | None = connection.execute(
                select(column).where(CURSOR.c.source == source)
            ).scalar_one_or_none()
            return moment
