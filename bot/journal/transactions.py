"""Transactions, the one upsert of both databases, and hashing: what every part of the journal stands on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.journal.engine import READ_ONLY, JournalError, one_line
from bot.journal.schema import META


class Store:
    """Access to one database. No transaction of it may be held while waiting for an outside system."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reader = engine.execution_options(**{READ_ONLY: True})

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A writing transaction: committed at the end, rolled back on any exception. Raises JournalError when the
        database cannot take it now: a full disk, a lost line, somebody else's lock.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        # Of this kind alone: a broken constraint is a mistake of ours, and is to be seen as one.
        except OperationalError as error:
            raise JournalError(f"the journal cannot be written: {one_line(error)}") from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A reading transaction, which waits for nobody. Raises JournalError when the database does not answer."""
        try:
            with self._reader.begin() as connection:
                yield connection
        except OperationalError as error:
            raise JournalError(f"the journal cannot be read: {one_line(error)}") from error

    def answers(self) -> bool:
        """Whether the journal can be read and a writer gets its turn, for the health check."""
        try:
            with self.write() as connection:
                # A table of its own: what answers may be another database, or an empty one.
                return connection.execute(select(func.count()).select_from(META)).scalar_one() is not None
        except (SQLAlchemyError, JournalError):
            return False

    def close(self) -> None:
        """Close all connections and give up the lock."""
        self.engine.dispose()


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the connection's dialect."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def digest(value: Any) -> str:
    """A hash of a JSON-able value that does not depend on the order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
