"""Who was seen in the groups that hold a role, from when to when.

Revision 0004.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "group_look",
        *map(_text, ("source", "group_id")),
        _moment("looked_at", nullable=False),
        sa.PrimaryKeyConstraint("source", "group_id", name=op.f("pk_group_look")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        *map(_text, ("source", "group_id", "person_id", "name")),
        _moment("since"),
        sa.Column("told", sa.Boolean(), nullable=False),
        _moment("seen", nullable=False),
        _moment("until"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_source_group_id"), "membership", ["source", "group_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(op.f("ix_membership_source_group_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_table("group_look")
