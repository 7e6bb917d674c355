"""Configuration items as a register of assets, and which of them a ticket touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.model import reading
from bot.model.asset import Asset
from bot.model.fields import Field
from bot.model.people import Group
from bot.model.ticket import AssetRef
from bot.ports import Forbidden, NotFound
from connectors.servicenow import encoded, values
from connectors.servicenow.client import NAME, Client, Row
from connectors.servicenow.columns import CI_COLUMNS
from connectors.servicenow.directory import Directory
from connectors.servicenow.fields import party

_BASE = "cmdb_ci"


class ServiceNowBook:
    """An `AssetBook`: the CMDB."""

    name = NAME

    def __init__(self, client: Client, directory: Directory, overrides: Mapping[str, str]) -> None:
        self._client, self._directory = client, directory
        self.columns = dict(CI_COLUMNS) | dict(overrides)

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        """Items by sys_id, or by exact name for refs of other registers. One that is there but hidden comes
        back with nothing readable; a name that two items carry decides nothing and is left out.
        """
        own = {ref for ref in refs if ref.book == NAME and encoded.is_sys_id(ref.id)}
        rows, hidden = self._by_id({ref.id for ref in own})
        rows_by_name = self._by_names({ref.name for ref in set(refs) - own})
        named = {ref: row for ref in set(refs) - own if (row := rows_by_name.get(ref.name))}
        full = self._with_class_columns([*rows.values(), *named.values()])
        found = {ref: full[ref.id] for ref in own if ref.id in rows} | {
            ref: full[values.value(row, "sys_id")] for ref, row in named.items()
        }
        people = self._directory.people(self._ids(found.values()))
        seen = {ref: self._asset(row, people) for ref, row in found.items()}
        return seen | {ref: Asset(NAME, ref.id, ref.name) for ref in own if ref.id in hidden}

    def _by_id(self, ids: set[str]) -> tuple[dict[str, Row], set[str]]:
        """Visible items by sys_id, and the ids of which some are there but hidden."""
        rows: dict[str, Row] = {}
        complete = True
        for query in encoded.batches("sys_id", ids):
            listing = self._client.listing(_BASE, query, self._wanted())
            rows |= {values.value(row, "sys_id"): row for row in listing}
            complete = complete and listing.complete
        return rows, set() if complete else ids - rows.keys()

    def _by_names(self, names: set[str]) -> dict[str, Row]:
        """The one item of each name. Names that may stand in a list are asked for together."""
        found: dict[str, list[Row]] = {}
        for query in encoded.alternatives("name", names):
            for row in self._client.listing(_BASE, query, self._wanted()):
                found.setdefault(values.value(row, "name"), []).append(row)
        own = {name: found.get(name.strip(), []) for name in names}
        return {name: rows[0] for name, rows in own.items() if len(rows) == 1}

    def _wanted(self) -> tuple[str, ...]:
        return ("name", "sys_class_name", "sys_updated_on", *self.columns.values())

    def _with_class_columns(self, rows: Iterable[Row]) -> dict[str, Row]:
        """Rows by sys_id, with the columns that only the item's own class has: the base table hides them."""
        full = {values.value(row, "sys_id"): row for row in rows}
        classes = {values.value(row, "sys_class_name") for row in full.values()} - {"", _BASE}
        for table in sorted(c for c in classes if c.isidentifier()):
            of_class = {i: r for i, r in full.items() if values.value(r, "sys_class_name") == table}
            absent = {c for row in of_class.values() for c in self.columns.values() if c not in row}
            for query in encoded.batches("sys_id", of_class) if absent else ():
                full |= {i: {**full[i], **row} for i, row in self._of_class(table, query, absent).items()}
        return full

    def _of_class(self, table: str, query: str, columns: set[str]) -> dict[str, Row]:
        try:
            listing = self._client.listing(table, query, sorted(columns))
        except (Forbidden, NotFound):
            return {}
        return {values.value(row, "sys_id"): row for row in listing}

    def _ids(self, rows: Iterable[Row]) -> set[str]:
        columns = (self.columns["owner"], self.columns["stakeholders"])
        return {i for row in rows for column in columns for i in values.value(row, column).split(",")}

    def _asset(self, row: Row, people: Mapping[str, object]) -> Asset:
        fields = {name: self._field(name, row, people) for name in self.columns}
        updated = reading.moment(values.value(row, "sys_updated_on")).value
        name, sys_id = values.value(row, "name"), values.value(row, "sys_id")
        return Asset(NAME, sys_id, name, **fields, updated_at=updated)  # type: ignore[arg-type]

    def _field(self, name: str, row: Row, people: Mapping[str, object]) -> Field:
        column = self.columns[name]
        if not values.has(row, column):
            return reading.unreadable(column, "the column does not exist or may not be read")
        raw, shown = values.value(row, column), values.shown(row, column)
        if name in ("confidentiality", "integrity", "availability"):
            number = reading.level(raw, column)
            return number if number.filled else reading.level(shown, column)
        if name in ("gdpr", "ksz", "nis2"):
            return reading.boolean(raw, column)
        if name == "operations_group":
            return Field((Group(raw, shown),) if raw else (), where=column)
        if name in ("service_hours", "maintenance_windows"):
            return reading.text(shown, column)
        return Field(party(row, column, people), where=column)  # type: ignore[arg-type]


def names(client: Client, ids: Iterable[str]) -> dict[str, str]:
    """Names of items by sys_id; hidden ones are left out."""
    try:
        rows = [row for q in encoded.batches("sys_id", ids) for row in client.listing(_BASE, q, ("name",))]
    except Forbidden:
        return {}
    return {values.value(row, "sys_id"): values.value(row, "name") for row in rows}
