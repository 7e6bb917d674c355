"""What people did in the message service, who asked not to be reminded for a while, and who a finding waits for.

Revision 0007.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    return sa.Column(name, kind, nullable=nullable)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make two tables, and a column of findings."""
    op.create_table(
        "deed",
        sa.Column("id", sa.Integer(), nullable=False),
        *map(_text, ("key", "kind", "user", "action", "state")),
        _json("payload"),
        _json("answer", nullable=True),
        _moment("received_at", nullable=False),
        _moment("decided_at"),
        _moment("done_at"),
        *map(_text, ("ticket", "account", "person", "outcome")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("next_attempt_at"),
        _text("lease_owner", nullable=True),
        _moment("lease_until"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deed")),
        sa.UniqueConstraint("key", name=op.f("uq_deed_key")),
    )
    op.create_index(op.f("ix_deed_state"), "deed", ["state"])
    op.create_index(op.f("ix_deed_ticket"), "deed", ["ticket"])
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer(), nullable=False),
        *map(_text, ("ticket", "account", "person", "kind", "conversation")),
        _moment("at", nullable=False),
        _moment("until", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pause")),
    )
    op.create_index(op.f("ix_pause_ticket"), "pause", ["ticket"])
    op.add_column("finding", _json("who", nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("finding", "who")
    op.drop_index(op.f("ix_pause_ticket"), table_name="pause")
    op.drop_table("pause")
    op.drop_index(op.f("ix_deed_ticket"), table_name="deed")
    op.drop_index(op.f("ix_deed_state"), table_name="deed")
    op.drop_table("deed")
