"""Evidence from a ticket's tasks, where an admin says which field is settled by which tasks.

A field counts when every task of that type is closed as complete: then it is known who did it and when. One that is
open, canceled or closed incomplete leaves the field empty; skipped ones do not count either way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from connectors.servicenow import values
from connectors.servicenow.client import Row
from connectors.servicenow.columns import ANY
from connectors.servicenow.directory import person
from connectors.servicenow.related_rows import Link, RelatedRows
from domain import parsing
from domain.fields import FIELDS, Field, Kind
from domain.people import Person
from domain.ports.errors import Forbidden, NotFound
from domain.ticket import Change

LINKS: Mapping[str, Link] = {
    "change_request": Link("change_task", ("change_request",)),
    "rm_release": Link("rm_task", ("parent",)),
}
# By label, as with tickets: sites number and name the states of their tasks themselves.
_COMPLETE = frozenset({"closed complete", "closed", "complete", "gesloten", "voltooid", "afgesloten"})
_SKIPPED = frozenset({"closed skipped", "skipped", "overgeslagen"})
_COLUMNS = (
    *("number", "active", "state", "closed_at", "close_notes", "closed_by"),
    *("closed_by.name", "closed_by.active", "closed_by.email"),
)
_TYPE = "change_task_type"
_NEEDED = ("active", "state", "closed_by", "closed_at")
"""Without these nothing can be said of a task."""


def read(siblings: RelatedRows, table: str, sys_id: str, wanted: Mapping[str, str]) -> dict[str, Field]:
    """The fields that tasks settle (field to type of task), by the ticket's tasks."""
    link = LINKS.get(table)
    if not wanted or link is None:
        return {}
    columns = (*_COLUMNS, _TYPE) if link.table == "change_task" else _COLUMNS
    try:
        rows = siblings.rows(table, link, sys_id, columns)
    except NotFound:
        return {}
    except Forbidden:
        return {name: parsing.unreadable(link.table, "the tasks may not be read") for name in wanted}
    if not rows.complete:
        return {name: parsing.unreadable(link.table, "not all tasks may be read") for name in wanted}
    asked = {n: kind for n, kind in wanted.items() if kind == ANY or link.table == "change_task"}
    return {name: _field(name, _of(rows.rows, kind), link.table) for name, kind in asked.items()}


def changes(settled: Mapping[str, Field]) -> tuple[Change, ...]:
    """When tasks settled these fields: no trail of the ticket tells it."""
    return tuple(
        Change(name, "", _shown(field), field.by, field.at)
        for name, field in settled.items()
        if field.filled and field.at
    )


def _shown(field: Field) -> str:
    match field.value:
        case True:
            return "yes"
        case datetime() as moment:
            return moment.isoformat()
        case tuple() as people:
            return ", ".join(str(getattr(one, "name", one)) for one in people)
        case other:
            return parsing.shorten(str(other))


def _of(rows: Sequence[Row], kind: str) -> list[Row]:
    chosen = [row for row in rows if kind in (ANY, values.value(row, _TYPE))]
    return sorted(
        (row for row in chosen if not _is(row, _SKIPPED)), key=lambda row: values.value(row, "number")
    )


def _field(name: str, rows: Sequence[Row], where: str) -> Field:
    if not all(values.has(row, column) for row in rows for column in _NEEDED):
        return parsing.unreadable(where, "the tasks may not be read")
    waiting = [row for row in rows if not _done(row)]
    # No task at all settles nothing either: "all of none are done" would be a yes.
    if waiting or not rows:
        shown = ", ".join(values.value(row, "number") for row in waiting)
        return Field(False if waiting and FIELDS[name].kind is Kind.BOOL else None, raw=shown, where=where)
    return _settled(name, rows, where)


def _settled(name: str, rows: Sequence[Row], where: str) -> Field:
    """What tasks that are all done say of the field that they settle."""
    last = max(rows, key=lambda row: values.value(row, "closed_at"))
    at = parsing.moment(values.value(last, "closed_at")).value
    people = {values.value(row, "closed_by"): _closer(row) for row in rows if values.value(row, "closed_by")}
    notes = (values.value(row, "close_notes").strip() for row in rows)
    # The task closed last says when the whole was done; who closed any of them had a part in it.
    told: dict[Kind, object] = {
        Kind.MOMENT: at,
        Kind.BOOL: True,
        Kind.TEXT: parsing.text("; ".join(filter(None, notes)), name=name).value,
    }
    value = told.get(FIELDS[name].kind, tuple(people.values()))
    return Field(value, where=where, by=_closer(last), at=at)  # type: ignore[arg-type]


def _closer(row: Row) -> Person | None:
    return person(row, "closed_by.", "closed_by") if values.value(row, "closed_by") else None


def _done(row: Row) -> bool:
    # The bare number only where the instance shows no label for it.
    complete = _is(row, _COMPLETE) or (values.shown(row, "state") == values.value(row, "state") == "3")
    return values.value(row, "active") == "false" and complete


def _is(row: Row, labels: Collection[str]) -> bool:
    return values.shown(row, "state").strip().lower() in labels
