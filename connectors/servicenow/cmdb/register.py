"""Configuration items as a register of assets, and which of them a ticket touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import NAME, Client, Row
from connectors.servicenow.cmdb import columns as ci_columns
from connectors.servicenow.cmdb.classes import BASE, Classes, Item
from connectors.servicenow.cmdb.columns import Column
from connectors.servicenow.cmdb.schedules import Schedules
from connectors.servicenow.columns import CI_COLUMNS, CI_STANDARD
from connectors.servicenow.directory import Directory
from connectors.servicenow.fields import party
from connectors.servicenow.settings import ServiceNowSettings
from domain import parsing
from domain.asset import Asset
from domain.fields import Field
from domain.people import Group
from domain.ports.errors import Forbidden
from domain.sentence import Quote
from domain.ticket import AssetRef


class Cmdb:
    """An `AssetBook`: the CMDB."""

    name = NAME
    title = Quote("ServiceNow")

    def __init__(self, client: Client, directory: Directory, settings: ServiceNowSettings) -> None:
        self._client, self._directory = client, directory
        self.classes, self.meant = settings.ci_classes, settings.ci_meanings
        usual = {name: f"{column},{CI_COLUMNS[name]}" for name, column in CI_STANDARD.items()}
        named = {**CI_COLUMNS, **usual, **settings.ci_fields}
        self.columns = {name: ci_columns.parsed(words, self.classes) for name, words in named.items()}
        self._classes = Classes(client, self.columns, self.classes)
        self._schedules = Schedules(client)

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        """Items by sys_id, or by exact name for refs of other registers. One that is there but hidden comes
        back with nothing readable; a name that two items carry decides nothing and is left out.
        """
        # Refs come from tickets of any system; what is no sys_id never enters a query.
        own = {ref for ref in refs if ref.book == NAME and encoded_query.is_sys_id(ref.id)}
        rows, hidden = self._by_id({ref.id for ref in own})
        rows_by_name = self._by_names({ref.name for ref in set(refs) - own})
        named = {ref: row for ref in set(refs) - own if (row := rows_by_name.get(ref.name))}
        full = self._classes.completed([*rows.values(), *named.values()])
        found = {ref: full[ref.id] for ref in own if ref.id in rows} | {
            ref: full[values.value(row, "sys_id")] for ref, row in named.items()
        }
        people = self._directory.people(self._ids(found.values(), "owner", "stakeholders"))
        windows = self._schedules.windows(self._ids(found.values(), "maintenance_windows"))
        seen = {ref: self._asset(item, people, windows) for ref, item in found.items()}
        return seen | {ref: Asset(NAME, ref.id, ref.name) for ref in own if ref.id in hidden}

    def _by_id(self, ids: set[str]) -> tuple[dict[str, Row], set[str]]:
        """Visible items by sys_id, and the ids of which some are there but hidden."""
        rows: dict[str, Row] = {}
        complete = True
        for query in encoded_query.batches("sys_id", ids):
            listing = self._client.listing(BASE, query, self._wanted())
            rows |= {values.value(row, "sys_id"): row for row in listing}
            complete = complete and listing.complete
        return rows, set() if complete else ids - rows.keys()

    def _by_names(self, names: set[str]) -> dict[str, Row]:
        """The one item of each name. Names that may stand in a list are asked for together."""
        found: dict[str, list[Row]] = {}
        for query in encoded_query.alternatives("name", names):
            for row in self._client.listing(BASE, query, self._wanted()):
                found.setdefault(values.value(row, "name"), []).append(row)
        # Exactly: the instance compares without regard to case, and "kassa" may be another item than "Kassa".
        own = {name: found.get(name.strip(), []) for name in names}
        return {name: rows[0] for name, rows in own.items() if len(rows) == 1}

    def _wanted(self) -> tuple[str, ...]:
        shared = (c.name for columns in self.columns.values() for c in columns if not c.table)
        return ("name", "sys_class_name", "sys_updated_on", *shared)

    def _ids(self, items: Iterable[Item], *names: str) -> set[str]:
        keys = [column.key for name in names for column in self.columns[name]]
        return {i for item in items for key in keys for i in values.value(item.row, key).split(",")}

    def _asset(self, item: Item, people: Mapping[str, object], windows: Mapping[str, str]) -> Asset:
        def read(name: str, key: str) -> Field:
            if name == "operations_group":
                raw = values.value(item.row, key)
                return Field((Group(raw, values.shown(item.row, key)),) if raw else (), where=key)
            if name in ("owner", "stakeholders"):
                return Field(party(item.row, key, people), where=key)  # type: ignore[arg-type]
            seen = ci_columns.read(name, item.row, key, self.meant.get(name))
            words = windows.get(values.value(item.row, key)) if name == "maintenance_windows" else None
            return replace(seen, value=words) if words else seen

        fields = {name: _first(item, columns, partial(read, name)) for name, columns in self.columns.items()}
        updated = parsing.moment(values.value(item.row, "sys_updated_on")).moment
        name, sys_id = values.value(item.row, "name"), values.value(item.row, "sys_id")
        return Asset.described((NAME, sys_id), name, fields, updated)


def _first(item: Item, columns: Sequence[Column], read: Callable[[str], Field]) -> Field:
    """The first column that holds anything; empty when all are. One that should be there and does not come back
    ends the search: it may hold the very value that counts.
    """
    empty: Field | None = None
    for column in columns:
        standing = item.has_class(column.table)
        if standing is False:
            continue
        if standing is None or not values.has(item.row, column.key):
            return parsing.unreadable(column.key, "the column does not exist or may not be read")
        field = read(column.key)
        # Something that cannot be read counts as well: a later column must not speak for it.
        if field.filled or field.raw:
            return field
        empty = empty or field
    where = ", ".join(column.key for column in columns)
    return empty or parsing.unreadable(where, "no column is named for the class of this item")


def names(client: Client, ids: Iterable[str]) -> dict[str, str]:
    """Names of items by sys_id; hidden ones are left out."""
    try:
        rows = [
            row for q in encoded_query.batches("sys_id", ids) for row in client.listing(BASE, q, ("name",))
        ]
    except Forbidden:
        return {}
    return {values.value(row, "sys_id"): values.value(row, "name") for row in rows}
