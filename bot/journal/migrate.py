"""Bringing a journal to the schema this version knows, at every start."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from bot.journal.engine import JournalError, one_line

_SCRIPTS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x736C756973  # "sluis": processes on one PostgreSQL migrate one after the other


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings for a connection that is already in a transaction; it needs no ini file."""
    config = Config()
    # Alembic interpolates its settings: a percent sign in a path must be doubled.
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine) -> None:
    """Bring the schema up to date, all or nothing. Raises JournalError when it is newer than this version, or
    when the account may not change it.
    """
    try:
        _upgrade(engine)
    except DBAPIError as error:
        raise JournalError(f"the journal's tables cannot be made or changed: {one_line(error)}") from None


def _upgrade(engine: Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config = alembic_config(connection)
        scripts = ScriptDirectory.from_config(config)
        present = set(MigrationContext.configure(connection).get_current_heads())
        known = {script.revision for script in scripts.walk_revisions()}
        if strange := present - known:
            raise JournalError(
                f"the journal was written by a newer version (schema {', '.join(sorted(strange))}); "
                "start that version, or use another database"
            )
        if present != set(scripts.get_heads()):
            command.upgrade(config, "head")
