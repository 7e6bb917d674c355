"""Word from outside that a ticket may have changed; and which message of a person's hand another one replaces.

Revision 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "hint",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source", "ticket", "event")),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hint")),
        sa.UniqueConstraint("source", "ticket", "event", name=op.f("uq_hint_source_ticket_event")),
    )
    op.create_index(op.f("ix_hint_done_at"), "hint", ["done_at"])
    op.add_column("slot", sa.Column("replaces", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("slot", "replaces")
    op.drop_index(op.f("ix_hint_done_at"), table_name="hint")
    op.drop_table("hint")
