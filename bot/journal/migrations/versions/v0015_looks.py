"""What the bot saw of each ticket from one look to the next; and when what meets a rule came.

Revision 0015.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _document(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    """Make the table and the column."""
    op.add_column("finding", sa.Column("moment", sa.JSON().with_variant(JSONB(), "postgresql")))
    op.create_table(
        "look",
        sa.Column("ticket", sa.Text(), nullable=False),
        *map(_moment, ("first", "began", "looked_at")),
        sa.Column("digest", sa.Text(), nullable=False),
        *map(_document, ("seen", "changes")),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_look")),
        sa.ForeignKeyConstraint(
            ["ticket"], ["ticket.ticket"], name=op.f("fk_look_ticket"), ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("look")
    op.drop_column("finding", "moment")
