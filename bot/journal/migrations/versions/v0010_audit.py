"""The audit trail.

Revision 0010.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the chain, what stands beside it, and its head, which is there from the start."""
    op.create_table(
        "audit",
        _number("seq"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *map(_text, ("cause", "ticket")),
        _number("before"),
        *map(_text, ("facts", "snapshot", "personal", "previous", "hash")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_ticket"), "audit", ["ticket"])
    op.create_table(
        "audit_beside",
        _number("seq"),
        *map(_text, ("part", "salt", "body")),
        sa.PrimaryKeyConstraint("seq", "part", name=op.f("pk_audit_beside")),
    )
    head = op.create_table(
        "audit_head",
        _number("seq"),
        _text("hash"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"seq": 0, "hash": "0" * 64}])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("audit_head")
    op.drop_table("audit_beside")
    op.drop_index(op.f("ix_audit_ticket"), table_name="audit")
    op.drop_table("audit")
