"""Copies of a journal, made while the bot runs, and putting one back so that nothing is said twice.

What was said after the copy was made is not in it. So a journal that was put back is told so: for a while, messages
that it does not know are looked for outside before they are posted, also where that is slow (`Backups.restored`).
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bot.journal.engine import JournalError, connect, parse
from bot.journal.schema import AUDIT, META, RUN
from bot.journal.transactions import Store, insert

_WATCHFUL = timedelta(days=7)
"""How long after it was put back a journal's gaps are looked into: everything open is judged again in that time."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Restored:
    """What came between these moments (UTC) the journal does not know: it was put back `at` from a copy."""

    since: datetime
    at: datetime


class Backups(Store):
    """What a journal knows of having been put back."""

    def put_back(self, now: datetime) -> None:
        """Note that this journal is a copy put back, and what came after it unknown."""
        with self.write() as connection:
            last = [
                connection.execute(select(func.max(moment))).scalar_one_or_none()
                for moment in (AUDIT.c.at, RUN.c.started, RUN.c.ended)
            ]
            # The copy's last sign of life: what was said after that is what it does not know.
            known = max((moment for moment in last if moment), default=_BEGINNING)
            value = f"{known.isoformat()} {now.astimezone(UTC).isoformat()}"
            new = insert(connection, META).values(name="put_back", value=value)
            fresh = {"value": new.excluded.value}
            connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=fresh))

    def restored(self, now: datetime) -> Restored | None:
        """The gap of a journal that was put back lately; None when there is none."""
        with self.read() as connection:
            query = select(META.c.value).where(META.c.name == "put_back")
            value = str(connection.execute(query).scalar_one_or_none() or "")
        if not value:
            return None
        gap = Restored(*map(datetime.fromisoformat, value.split()))
        return gap if now < gap.at + _WATCHFUL else None


def back_up(url: str, to: Path) -> None:
    """Copy an SQLite journal, whole and as of one moment, also while a bot uses it. Raises JournalError."""
    source = _file(url, "use pg_dump")
    if to.exists():
        raise JournalError(f"{to} exists; give a new name")
    if not source.is_file():
        raise JournalError(f"there is no journal {source}")
    # Under another name until it is whole: half a copy must not pass for one.
    part = to.with_name(to.name + ".part")
    try:
        with closing(sqlite3.connect(source)) as journal, closing(sqlite3.connect(part)) as copy:
            journal.backup(copy)
        part.replace(to)
    except (sqlite3.Error, OSError) as error:
        raise JournalError(f"{to} cannot be written: {error}") from None


def restore(url: str, copy: Path) -> Path | None:
    """Put a copy in the place of an SQLite journal that nobody uses. Gives where the one that stood there is now.
    Raises JournalError.
    """
    target = _file(url, "use pg_restore, then `sluis journal put-back`")
    _examine(copy)
    connect(url, exclusive=True).dispose()  # fails while a bot has it
    aside = target.with_name(f"{target.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    with closing(sqlite3.connect(target)) as journal:
        journal.execute("PRAGMA journal_mode=DELETE")  # the log goes into the file, which can then be moved
    stood = target.stat().st_size > 0
    # Put aside, not written over: the copy may turn out to be the wrong one.
    target.replace(aside)
    back_up(f"sqlite:///{copy}", target)
    if not stood:
        aside.unlink()
    return aside if stood else None


def _examine(copy: Path) -> None:
    if not copy.is_file():
        raise JournalError(f"there is no copy {copy}")
    try:
        with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as journal:
            whole = journal.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            # Any SQLite file may be whole; a journal has been through Alembic.
            journal.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise JournalError(f"{copy} is no journal: {error}") from None
    if not whole:
        raise JournalError(f"{copy} is damaged; take another copy")


def _file(url: str, instead: str) -> Path:
    parsed = parse(url)
    if parsed.drivername != "sqlite":
        raise JournalError(f"this is for SQLite; for PostgreSQL {instead}")
    return Path(str(parsed.database))
