"""A record with what hangs on it into a ticket of the common model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from connectors.servicenow import conflict_check, statuses, values
from connectors.servicenow.client import NAME, Row
from connectors.servicenow.columns import KINDS
from domain import parsing
from domain.fields import Field
from domain.lifecycle import State
from domain.ports.errors import Forbidden, Garbled
from domain.ticket import Ticket, TicketRef

_ORIGINS = ("incident", "problem")
ON_HOLD = ("on_hold", "on_hold_reason")
"""Columns of a change that lies still, and why."""

REFERENCE = ("number", "sys_updated_on", "sys_mod_count")
BASE = (*REFERENCE, "sys_created_on", "state", "active", "approval", "short_description", "cmdb_ci", "parent")
"""Columns read of every ticket besides those of its fields."""


def links(table: str) -> tuple[str, ...]:
    """Columns that tell where a ticket comes from, the change an incident led to, how a change was
    checked, and whether it lies still.
    """
    checked = (*conflict_check.COLUMNS, *ON_HOLD) if table == conflict_check.TABLE else ()
    return ("parent.sys_class_name", *(("rfc",) if table in _ORIGINS else ()), *checked)


def ticket_id(table: str, sys_id: str) -> str:
    """A ticket's id: its table and sys_id, because a sys_id alone does not say where to look."""
    return f"{table}:{sys_id}"


def split_id(ticket: str) -> tuple[str, str]:
    """Table and sys_id of a ticket's id."""
    table, _, sys_id = ticket.partition(":")
    return table, sys_id


def reference(table: str, row: Row) -> TicketRef:
    """The ticket a row of a listing stands for. Raises Garbled when the account does not see the stamps."""
    key, version = values.value(row, "number"), values.value(row, "sys_mod_count")
    if not values.has(row, "sys_updated_on"):
        # Then of every record: one line for the system, and not one for each ticket.
        raise Garbled(
            NAME, "sys_updated_on is not shown", "let the account read it: by it is known what changed"
        )
    # Without a usable stamp it counts as changed just now: what is wrong is told of it alone, when it is read.
    stamp = parsing.moment(values.value(row, "sys_updated_on")).moment or datetime.now(UTC)
    return TicketRef(NAME, ticket_id(table, values.value(row, "sys_id")), key, stamp, version)


def state(table: str, row: Row, own: Mapping[str, State], choices: Iterable[str] = ()) -> State:
    """The lifecycle state, by the label shown or the others (`choices`) that the instance has for the number. Raises
    Forbidden when the column is hidden: without it no gate can be judged.
    """
    if not values.has(row, "state"):
        raise Forbidden(NAME, f"{table}: the state may not be read", "let the account read the column state")
    # Hidden counts as active: a ticket is not taken for closed because nobody may see whether it is.
    active = values.value(row, "active") != "false"
    # The others are the same choice in the instance's other languages.
    number, shown = values.value(row, "state"), values.shown(row, "state")
    return statuses.of(table, number, choices, own, active, shown)


def relations(table: str, row: Row, born_from: Field) -> dict[str, Field]:
    """Where a change comes from, when its parent is an incident or problem and no column says so; and the
    change that an incident or problem led to.
    """
    found: dict[str, Field] = {}
    if not born_from.filled and values.has(row, "parent"):
        origin = values.value(row, "parent.sys_class_name") in _ORIGINS and values.value(row, "parent")
        found["born_from"] = Field((values.shown(row, "parent"),) if origin else None, where="parent")
    if table in _ORIGINS and values.has(row, "rfc"):
        change = values.value(row, "rfc") and values.shown(row, "rfc")
        found["changes"] = Field((change,) if change else None, where="rfc")
    return found


def set_aside(row: Row) -> str:
    """How the record says that nobody works on it for now, with why; "" where it does not."""
    if values.value(row, ON_HOLD[0]) != "true":
        return ""
    why = parsing.text(values.shown(row, ON_HOLD[1])).value
    return f"On hold: {parsing.shorten(str(why))}" if why else "On hold"


def address(base: str, table: str, sys_id: str) -> str:
    """Where people open the record."""
    return f"{base}/nav_to.do?uri=" + quote(f"{table}.do?sys_id={sys_id}", safe="")


def ticket(base: str, ref: TicketRef, row: Row, lifecycle: State, fields: Mapping[str, Field]) -> Ticket:
    """The ticket without its approvals and assets."""
    table, sys_id = split_id(ref.id)
    return Ticket(
        source=NAME,
        id=ref.id,
        key=values.value(row, "number"),
        url=address(base, table, sys_id),
        kind=KINDS[table],
        state=lifecycle,
        status=values.shown(row, "state"),
        summary=values.value(row, "short_description"),
        created=values.stamp(row, "sys_created_on"),
        updated=values.stamp(row, "sys_updated_on"),
        fields=fields,
        set_aside=set_aside(row),
    )
