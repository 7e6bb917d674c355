"""The first schema.

Revision 0001.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    return sa.Column(name, kind, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def upgrade() -> None:
    """Make the tables."""
    op.create_table("meta", _text("name"), _text("value"), _key("meta", "name"))
    op.create_table("cursor", _text("source"), _moment("at"), _moment("success_at"), _key("cursor", "source"))
    _tickets()
    _slots()
    day = sa.Column("day", sa.Date(), nullable=False)
    op.create_table("sent", _text("what"), day, _moment("at", nullable=False), _key("sent", "what", "day"))
    op.create_table(
        "run",
        _number("id"),
        _moment("started", nullable=False),
        _moment("ended"),
        _text("mode"),
        _json("report", nullable=True),
        _number("exit_code", nullable=True),
        _key("run", "id"),
    )


def _tickets() -> None:
    op.create_table(
        "ticket",
        *map(_text, ("source", "id", "key", "url", "version_seen")),
        _moment("updated", nullable=False),
        *map(_text, ("state", "team")),
        _moment("planned_start"),
        _text("summary"),
        _json("snapshot"),
        _text("snapshot_hash"),
        _moment("first_seen", nullable=False),
        _text("first_state"),
        _moment("checked_at", nullable=False),
        _moment("gone_at"),
        _key("ticket", "source", "id"),
    )
    op.create_index(op.f("ix_ticket_source_key"), "ticket", ["source", "key"])
    op.create_table(
        "finding",
        *map(_text, ("source", "ticket_id", "rule_id", "verdict")),
        _moment("since", nullable=False),
        _text("digest"),
        _key("finding", "source", "ticket_id", "rule_id"),
        sa.ForeignKeyConstraint(
            ["source", "ticket_id"],
            ["ticket.source", "ticket.id"],
            name=op.f("fk_finding_ticket"),
            ondelete="CASCADE",
        ),
    )


def _slots() -> None:
    op.create_table(
        "slot",
        _number("id"),
        *map(_text, ("target", "ticket", "kind", "container", "thread_kind")),
        sa.Column("once", sa.Boolean(), nullable=False),
        _text("reason"),
        *map(_json, ("recipients", "roles")),
        _text("desired_hash"),
        _json("desired_body"),
        _number("desired_rev"),
        _text("applied_hash", nullable=True),
        _number("applied_rev", nullable=True),
        _text("remote_id", nullable=True),
        *map(_text, ("at_container", "at_thread", "phase")),
        _number("attempts"),
        _moment("next_attempt_at"),
        _text("last_error"),
        _moment("first_attempt_at"),
        _number("fence"),
        _text("lease_owner", nullable=True),
        _moment("lease_until"),
        _moment("created_at", nullable=False),
        _moment("applied_at"),
        sa.Column("closed", sa.Boolean(), nullable=False),
        _key("slot", "id"),
        sa.UniqueConstraint("target", "ticket", "kind", name=op.f("uq_slot_target_ticket_kind")),
    )
    op.create_index(op.f("ix_slot_ticket"), "slot", ["ticket"])


def downgrade() -> None:
    """Drop them all."""
    for table in ("run", "sent", "slot", "finding", "ticket", "cursor", "meta"):
        op.drop_table(table)
