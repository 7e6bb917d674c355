"""Since when each project or table is followed, and which changes were found closed before anybody looked at them.

Revision 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "coverage",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "scope", name=op.f("pk_coverage")),
    )
    op.create_table(
        "closed_unseen",
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_closed_unseen")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("closed_unseen")
    op.drop_table("coverage")
