"""New journals in SQLite without running every migration again: the first of a process is migrated, and what that came
to is written into the next ones.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect


class Migrations:
    """Stands in for `alembic.command` in `bot.journal.migrate`. Whatever is not a new SQLite file is migrated."""

    def __init__(self) -> None:
        self._dump: list[str] = []

    def upgrade(self, config: Config, revision: str) -> None:
        connection: Connection = config.attributes["connection"]
        if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
            command.upgrade(config, revision)
            return
        if not self._dump:
            command.upgrade(config, revision)
            self._dump = dump(connection.connection.driver_connection)
            return
        for statement in self._dump:
            connection.exec_driver_sql(statement)


def dump(database: Any) -> list[str]:
    """The statements that make a database anew, its rows included."""
    assert isinstance(database, sqlite3.Connection)
    return [line for line in database.iterdump() if line not in ("BEGIN TRANSACTION;", "COMMIT;")]
