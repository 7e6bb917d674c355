"""Until when a write whose end is not known may still be carried out.

Revision 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the column. What is in doubt already was begun by a version that posted at once, and is settled as then."""
    op.add_column("outbox", sa.Column("doubt_until", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("outbox", "doubt_until")
