"""Which changes a release contains.

Revision 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "bundle",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source", "release_id", "child_key")),
        sa.PrimaryKeyConstraint("source", "release_id", "child_key", name=op.f("pk_bundle")),
        sa.ForeignKeyConstraint(
            ["source", "release_id"],
            ["ticket.source", "ticket.id"],
            name=op.f("fk_bundle_ticket"),
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("bundle")
