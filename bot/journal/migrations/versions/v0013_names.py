"""What tells tickets apart in one form, "source:id", and the field's own names for tables and columns.

Tables are made anew and filled from the old ones: SQLite can neither change a key nor rename a constraint. But for what
stands beside the audit trail, which is only called otherwise: not a byte of it is touched.

Revision 0013.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NOTHING: Mapping[str, str] = MappingProxyType({})
_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class _Form(NamedTuple):
    """A table before or after: its name, key, and unique columns, each by spaces."""

    name: str
    key: str = "id"
    unique: str = ""


class _Move(NamedTuple):
    """A table in both forms. `pair` are the two columns that become the one `ticket`; `part` says that it goes with its
    ticket.
    """

    old: _Form
    new: _Form
    renamed: Mapping[str, str] = _NOTHING
    pair: tuple[str, str] | None = None
    indexes: tuple[str, ...] = ()
    part: bool = False


class _Filled(NamedTuple):
    """A column, what it is filled with, and the column it is like; text that is always there where it is like none."""

    name: str
    value: sa.ColumnElement[Any]
    like: sa.Column[Any] | None = None


_MOVES = (
    _Move(
        _Form("ticket", "source id"),
        _Form("ticket", "ticket"),
        {"gone_at": "not_found_at", "look_again_at": "recheck_at", "any_hour": "notify_any_hour"},
        ("source", "id"),
        ("source key",),
    ),
    _Move(
        _Form("finding", "source ticket_id rule_id"),
        _Form("finding", "ticket rule_id"),
        pair=("source", "ticket_id"),
        part=True,
    ),
    _Move(
        _Form("bundle", "source release_id child_key"),
        _Form("release_change", "ticket child_key"),
        pair=("source", "release_id"),
        part=True,
    ),
    _Move(
        _Form("hint", unique="source ticket event"),
        _Form("change_hint", unique="ticket event"),
        pair=("source", "ticket"),
        indexes=("done_at",),
    ),
    _Move(
        _Form("slot", unique="target ticket kind"),
        _Form("outbox", unique="target ticket kind"),
        {
            "container": "channel_or_ticket",
            "phase": "write_state",
            "fence": "lease_token",
            "trouble": "blocked_reason",
        },
        indexes=("ticket",),
    ),
    _Move(_Form("deed", unique="key"), _Form("interaction", unique="key"), indexes=("state", "ticket")),
    _Move(_Form("pause"), _Form("snooze"), indexes=("ticket",)),
    _Move(_Form("asked"), _Form("action_request"), indexes=("ticket",)),
    _Move(_Form("sent", "what day"), _Form("sent_once", "once_key day"), {"what": "once_key"}),
    _Move(_Form("group_look", "source group_id"), _Form("group_observation", "source group_id")),
)
"""Tickets before what goes with them."""


def upgrade() -> None:
    """Make, fill and drop; rename."""
    found = [_set_aside(move.old.name, move.new.name) for move in _MOVES]
    for move, old in zip(_MOVES, found, strict=True):
        _remake(old, move, move.new, ("ticket",), list(_joined(move, old)))
    _drop(found)
    _rename("audit_beside", "audit_personal")
    op.execute("ALTER TABLE membership RENAME COLUMN told TO stated_by_source")


def downgrade() -> None:
    """The same way back."""
    op.execute("ALTER TABLE membership RENAME COLUMN stated_by_source TO told")
    _rename("audit_personal", "audit_beside")
    found = [_set_aside(move.new.name, move.old.name) for move in _MOVES]
    for move, new in zip(_MOVES, found, strict=True):
        _remake(new, move, move.old, ("source", "id"), list(_parted(move, new)))
    _drop(found)


def _set_aside(name: str, wanted: str) -> sa.Table:
    """The table that is there, under another name where a new one is to have its name."""
    if name == wanted:
        for index in sa.inspect(op.get_bind()).get_indexes(name):
            op.drop_index(str(index["name"]), table_name=name)
        name = f"{name}_before"
        _rename(wanted, name)
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind(), resolve_fks=False)


def _rename(old: str, new: str) -> None:
    op.rename_table(old, new)
    if (
        op.get_bind().dialect.name == "postgresql"
    ):  # where no two keys may have one name; SQLite neither minds nor can
        op.execute(f"ALTER INDEX pk_{old} RENAME TO pk_{new}")


def _drop(tables: list[sa.Table]) -> None:
    for table in reversed(tables):  # the tickets last: with them goes what still refers to them
        op.drop_table(table.name)


def _joined(move: _Move, old: sa.Table) -> Iterator[_Filled]:
    first, second = move.pair or ("", "")
    for column in old.columns:
        if column.name == first:
            yield _Filled("ticket", old.c[first] + ":" + old.c[second])
            if move.new.name == "ticket":  # tickets are also asked for by source
                yield _Filled("source", old.c.source)
        elif column.name != second:
            yield _Filled(move.renamed.get(column.name, column.name), column, column)


def _parted(move: _Move, new: sa.Table) -> Iterator[_Filled]:
    before = {fresh: name for name, fresh in move.renamed.items()}
    place = sa.func.strpos if op.get_bind().dialect.name == "postgresql" else sa.func.instr
    for column in new.columns:
        if move.pair and column.name == "ticket":
            yield _Filled(move.pair[0], sa.func.substr(column, 1, place(column, ":") - 1))
            yield _Filled(move.pair[1], sa.func.substr(column, place(column, ":") + 1))
        elif not (move.pair and column.name == "source"):
            yield _Filled(before.get(column.name, column.name), column, column)


def _remake(
    there: sa.Table, move: _Move, form: _Form, ticket_key: tuple[str, ...], columns: list[_Filled]
) -> None:
    table = _table(move, form, ticket_key, columns)
    table.create(op.get_bind())
    # One by one: a table's own set of indexes has another order in every process, and the dump of a schema tells it.
    for index in move.indexes:
        sa.Index(None, *(table.c[name] for name in index.split())).create(op.get_bind())
    values = sa.select(*(one.value for one in columns)).select_from(there)
    op.execute(table.insert().from_select([one.name for one in columns], values, include_defaults=False))
    if form.key == "id" and op.get_bind().dialect.name == "postgresql":
        # Rows came with their ids: the new sequence would begin at 1 and give out ids that are taken.
        op.execute(sa.select(sa.func.setval(f"{table.name}_id_seq", sa.func.max(table.c.id))))


def _table(move: _Move, form: _Form, ticket_key: tuple[str, ...], columns: list[_Filled]) -> sa.Table:
    metadata = sa.MetaData(naming_convention=_NAMING)
    made = (
        sa.Column(
            one.name,
            sa.Text() if one.like is None else one.like.type,
            nullable=one.like is not None and one.like.nullable,
        )
        for one in columns
    )
    table = sa.Table(form.name, metadata, *made, sa.PrimaryKeyConstraint(*form.key.split()))
    if form.unique:
        table.append_constraint(sa.UniqueConstraint(*form.unique.split()))
    if move.part:
        sa.Table("ticket", metadata, *(sa.Column(name, sa.Text()) for name in ticket_key))
        own, named = form.key.split()[: len(ticket_key)], [f"ticket.{name}" for name in ticket_key]
        table.append_constraint(sa.ForeignKeyConstraint(own, named, ondelete="CASCADE"))
    return table
