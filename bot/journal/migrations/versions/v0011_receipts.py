"""Who confirmed to have received a notification, and since when and why a message could not be delivered.

Revision 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make a table, and two columns of slots."""
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("ticket", "kind", "account", "person")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("ticket", "kind", name=op.f("uq_receipt_ticket_kind")),
    )
    op.add_column("slot", sa.Column("trouble", sa.Text(), nullable=False, server_default=""))
    op.add_column("slot", sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("slot", "failing_since")
    op.drop_column("slot", "trouble")
    op.drop_table("receipt")
