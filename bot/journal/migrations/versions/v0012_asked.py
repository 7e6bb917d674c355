"""Whom was asked for what and when, until when rules run, and which tickets may be spoken of at any hour.

Revision 0012.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make the table and the columns."""
    op.add_column("ticket", sa.Column("any_hour", sa.Boolean()))
    op.add_column("finding", _moment("deadline"))
    op.create_table(
        "asked",
        sa.Column("id", sa.Integer(), nullable=False),
        *map(_text, ("ticket", "line", "audience")),
        sa.Column("step", sa.Integer()),
        _moment("at", nullable=False),
        _moment("settled_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked")),
    )
    op.create_index(op.f("ix_asked_ticket"), "asked", ["ticket"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_asked_ticket"), table_name="asked")
    op.drop_table("asked")
    op.drop_column("finding", "deadline")
    op.drop_column("ticket", "any_hour")
