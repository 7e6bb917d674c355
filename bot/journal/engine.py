"""Opening the store: SQLite in a file (the default) or PostgreSQL, each the way that was proven safe."""

from __future__ import annotations

import os
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SAWarning

from domain.redaction import hidden

if sys.platform != "win32":
    import fcntl

BUSY_MS = 5000
"""How long a writer waits for another one of the same process."""

READ_ONLY = "sluis_read_only"
"""Execution option: this engine only reads, so its transactions need not wait for writers."""

_PORTS = range(1, 65536)
_NO_PORT = (
    "the port in the database URL is no number from 1 to 65535; write postgresql://user@host:5432/database, and"
    " @ : / in a password as %40 %3A %2F"
)

_POSTGRES = {"postgres", "postgresql", "postgresql+psycopg"}


class JournalError(Exception):
    """The journal cannot be used. `str()` is one line that says what to do, without password or query."""


class JournalGone(JournalError):
    """The file of the journal was removed or replaced while it was open. It does not come back to this process: what
    would be written now, nobody would ever read.
    """


def connect(url: str, *, exclusive: bool = False) -> Engine:
    """An engine on `sqlite:///path/to/file.db` or `postgresql://user:password@host/database`, tried once.

    With `exclusive`, an SQLite journal is this process's alone until the engine is disposed: two bots on one
    file would speak twice. On PostgreSQL the leases of the rows do that, so several processes may share it.
    Raises JournalError.
    """
    parsed = parse(url)
    sqlite = parsed.drivername == "sqlite"
    if sqlite:
        _look_for_folder(Path(str(parsed.database)).resolve().parent)
    lock = _lock(Path(str(parsed.database))) if exclusive and sqlite else None
    try:
        engine = _sqlite(parsed) if sqlite else _postgres(parsed)
        _try(engine, parsed)
    except JournalError:
        _unlock(lock)
        raise
    if sqlite:
        stay_with_file(engine)
    event.listen(engine, "engine_disposed", lambda _: _unlock(lock))
    return engine


def parse(url: str) -> URL:
    """The address of a journal. Raises JournalError, without what stands in it: that may be part of a password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise JournalError(
            "the database URL cannot be read; write sqlite:///sluis.db or postgresql://..."
        ) from None
    except ValueError:
        raise JournalError(_NO_PORT) from None
    if parsed.drivername in _POSTGRES:
        if parsed.port not in (None, *_PORTS):
            raise JournalError(_NO_PORT)
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise JournalError(f"unknown kind of database {parsed.drivername!r}; use sqlite:/// or postgresql://")
    if parsed.host or parsed.port or parsed.username:
        raise JournalError(
            "a file has no host, port or user; write three slashes and its path: sqlite:///sluis.db"
        )
    if parsed.database in (None, "", ":memory:"):
        raise JournalError("a journal in memory forgets what was said; give a file: sqlite:///sluis.db")
    return parsed.set(drivername="sqlite")


def _look_for_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise JournalError(f"the folder {folder} does not exist; make it, or set another database URL")


def _sqlite(url: URL) -> Engine:
    engine = _engine(url)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _engine(url: URL, **options: Any) -> Engine:
    try:
        with warnings.catch_warnings():
            # Of an option that it does not know.
            warnings.simplefilter("error", SAWarning)
            return create_engine(url, **options)
    except (ArgumentError, SAWarning, TypeError, ValueError):
        raise JournalError(
            "the database URL has options that cannot be used; see what follows its ?"
        ) from None


def stay_with_file(engine: Engine) -> None:
    """Before each transaction and each new connection, see that the file is still the one that was opened. What is
    open stays open when its name is removed, so that SQLite itself would write on without a word.
    """
    path = Path(str(engine.url.database)).resolve()
    opened = _identity(path)

    def check(*_: object) -> None:
        if _identity(path) != opened:
            # For whoever starts next, be it by itself: what this journal knew to be said stands outside.
            with suppress(OSError):
                gone_mark(path).touch()
            raise JournalGone(
                f"the journal {path} was removed or replaced while it was in use — put a copy back with `sluis journal"
                " restore` and start again; without one, what was said is looked for outside before it is said again"
            )

    event.listen(engine, "do_connect", check)
    # First, before the transaction is begun.
    event.listen(engine, "begin", check, insert=True)


def gone_mark(journal: Path) -> Path:
    """The file that tells that a journal of this name was removed or replaced under a bot."""
    return journal.with_name(f"{journal.name}.gone")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _postgres(url: URL) -> Engine:
    try:
        # A server that was restarted leaves dead connections in the pool: each is tried before it is used. Behind a
        # pooler another transaction may be on another session, where what was prepared on this one does not exist.
        return _engine(url, pool_pre_ping=True, connect_args={"prepare_threshold": None})
    except ModuleNotFoundError:
        raise JournalError("PostgreSQL needs a driver: install the extra, sluiswachter[postgres]") from None


def behind_pooler(connection: Connection) -> bool:
    """Whether something between us and PostgreSQL hands out its sessions (pgbouncer and its like), so that nothing may
    be left on one: a lock would stay with the next who gets it.
    """
    # A pooler answers for the session with a number of its own, which the session itself does not have.
    told = connection.connection.driver_connection
    own = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    return told is not None and bool(told.info.backend_pid != own)


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions of its own, and deferred ones
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a row confirmed before a power cut must still be there after it
        "foreign_keys=ON",
        "secure_delete=ON",  # what is erased must not be read back from the file
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A deferred transaction that turns into a writing one fails with "database is locked" at once when
    # another has written meanwhile, whatever the busy time-out; one that begins as a writer waits its turn.
    reads = connection.get_execution_options().get(READ_ONLY)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _try(engine: Engine, url: URL) -> None:
    where = url.database if engine.dialect.name == "sqlite" else f"on {url.host or 'the local socket'}"
    try:
        # As a writer, so that a file which can only be read is found out here and not at the first message.
        with engine.begin():
            pass
    except DBAPIError as error:
        engine.dispose()
        raise JournalError(f"the journal {where} cannot be opened for writing: {one_line(error)}") from None


def one_line(error: DBAPIError) -> str:
    """What the database itself said, without the statement and its values."""
    return hidden(" ".join(str(error.orig).split()))[:200]


def _lock(database: Path) -> TextIO | None:
    if sys.platform == "win32":  # no flock there: one bot per file is then up to the admin
        return None
    path = database.with_name(database.name + ".lock")
    try:
        file = path.open("a+", encoding="ascii")
    except OSError as error:
        raise JournalError(f"cannot write {path}: {error.strerror}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise JournalError(
            f"the journal is in use by another process (pid {holder}); stop that first"
        ) from None
    # Only under the lock: until then the file names the process that holds it.
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _unlock(lock: TextIO | None) -> None:
    with suppress(OSError):
        if lock is not None:
            # The file itself stays: whoever has just opened it would else lock one that nobody finds any more.
            lock.close()
