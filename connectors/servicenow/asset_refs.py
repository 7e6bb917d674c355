"""Which configuration items a ticket touches, and when each was added to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from connectors.servicenow import values
from connectors.servicenow.client import NAME, Row
from connectors.servicenow.directory import Directory
from connectors.servicenow.related_rows import Link, RelatedRows
from domain.people import Person
from domain.ports.errors import Forbidden, NotFound
from domain.ticket import AssetRef, Change

# A ticket's form has one item; the others are rows of their own, and any of them may carry the highest class.
PRIMARY = "cmdb_ci"
LINKS = {"task_ci": "ci_item", "task_cmdb_ci_service": "cmdb_ci_service"}
"""Tables of affected items and impacted services, and the column with the item."""

_MADE = ("sys_created_on", "sys_created_by")


@dataclass(frozen=True, slots=True)
class AffectedItems:
    """The items of a ticket, when those under Affected CIs and Impacted Services were added after the ticket was
    made, and whether all of them could be seen.
    """

    items: tuple[AssetRef, ...]
    added: tuple[Change, ...]
    readable: bool


def read(
    siblings: RelatedRows, directory: Directory, ticket: tuple[str, str], row: Row, created: datetime
) -> AffectedItems:
    """What a ticket (table, sys_id) touches. No audit trail of the ticket tells of rows in other tables, so that
    when these were made stands for when the item was added.
    """
    found, readable = _reference(row, PRIMARY), values.has(row, PRIMARY)
    late: list[tuple[Row, str]] = []
    for table, column in LINKS.items():
        try:
            rows = siblings.rows(ticket[0], Link(table, ("task",)), ticket[1], (column, *_MADE))
        except NotFound:
            continue
        except Forbidden:
            readable = False
            continue
        readable = readable and rows.complete
        for link in rows:
            readable = readable and values.has(link, column)
            found |= _reference(link, column)
            # Those made together with the ticket were there from the start: no change to tell anybody of.
            if values.has(link, _MADE[0]) and values.stamp(link, _MADE[0]) > created:
                late.append((link, column))
    items = tuple(AssetRef(NAME, i, name) for i, name in found.items())
    people = directory.by_user_name({values.value(link, _MADE[1]) for link, _ in late} - {""})
    return AffectedItems(items, tuple(_added(late, people)), readable)


def waiting(siblings: RelatedRows, table: str) -> set[AssetRef]:
    """The items of tickets that were read along and are not asked for yet."""
    links = [(Link(table, ("sys_id",)), PRIMARY), *((Link(t, ("task",)), c) for t, c in LINKS.items())]
    found = {
        r for link, column in links for row in siblings.waiting(link) for r in _reference(row, column).items()
    }
    return {AssetRef(NAME, sys_id, name) for sys_id, name in found}


def _added(late: Iterable[tuple[Row, str]], people: Mapping[str, Person]) -> Iterable[Change]:
    for link, column in late:
        for sys_id, name in _reference(link, column).items():
            shown = "" if name == sys_id else name  # a sys_id tells people nothing
            yield Change(
                "assets", "", shown, people.get(values.value(link, _MADE[1])), values.stamp(link, _MADE[0])
            )


def _reference(row: Row, column: str) -> dict[str, str]:
    sys_id = values.value(row, column)
    return {sys_id: values.shown(row, column)} if sys_id else {}
