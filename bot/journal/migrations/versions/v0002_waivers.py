"""Waivers, and the moment at which a ticket is to be looked at again although nobody touches it.

Revision 0002.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make the table of waivers, and two moments of a ticket."""
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        *map(_text, ("ticket", "rule_id", "reason", "by_id", "by_name", "role")),
        _moment("recorded_at", nullable=False),
        _moment("until", nullable=False),
        _moment("ended_at"),
        _text("ended_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    op.create_index(op.f("ix_waiver_ticket"), "waiver", ["ticket"])
    op.add_column("ticket", _moment("settle_by"))
    op.add_column("ticket", _moment("look_again_at"))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("ticket", "look_again_at")
    op.drop_column("ticket", "settle_by")
    op.drop_index(op.f("ix_waiver_ticket"), table_name="waiver")
    op.drop_table("waiver")
