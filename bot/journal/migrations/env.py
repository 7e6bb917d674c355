"""Run by Alembic. The connection, and its transaction, come from `bot.journal.migrate`."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import types

from bot.journal.schema import METADATA, Json, Utc, Words

_PLAIN = {
    Utc: "sa.DateTime(timezone=True)",
    Words: "sa.Text()",
    Json: 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")',
}


def plain_types(kind: str, thing: Any, _: object) -> str | Literal[False]:
    """Write our column types as the plain ones, so that old revisions never depend on today's code."""
    if kind == "type" and isinstance(thing, types.TypeDecorator):
        return _PLAIN.get(type(thing), False)
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by copying it
    render_item=plain_types,
)
with context.begin_transaction():
    context.run_migrations()
