"""Columns that only some classes of items have. The base table neither holds nor reaches them, so they are asked of
the table of a class, which also gives the items of the classes below it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import Client, Row
from connectors.servicenow.cmdb.columns import Column
from domain.ports.errors import Forbidden, NotFound

BASE = "cmdb_ci"
KEPT = 600.0
"""Seconds for which it is remembered that a class has no such column."""


@dataclass(slots=True)
class Item:
    """A configuration item: its cells, those of a named class under "class.column", and of which of the named
    classes it is; None where that cannot be seen.
    """

    row: dict[str, object]
    classes: dict[str, bool | None] = field(default_factory=dict)

    def has_class(self, table: str) -> bool | None:
        """Whether it is of this class or one below it; every item is of the base class."""
        return self.classes.get(table) if table else True


class Classes:
    """Completes items with the columns of their classes. Safe between threads."""

    def __init__(
        self,
        client: Client,
        columns: Mapping[str, Sequence[Column]],
        classes: Sequence[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._classes, self._clock = client, classes, clock
        every = [column for several in columns.values() for column in several]
        self._shared = {c.name for c in every if not c.table}
        self._named = {
            t: {c.name for c in every if c.table == t} for t in dict.fromkeys(c.table for c in every)
        }
        self._named.pop("", None)
        self._lock = threading.Lock()
        self._lacking: dict[tuple[str, str], float] = {}

    def completed(self, rows: Iterable[Row]) -> dict[str, Item]:
        """Items by sys_id, with all columns of theirs that can be seen."""
        items = {values.value(row, "sys_id"): Item(dict(row)) for row in rows}
        for table, columns in self._named.items():
            self._of_named(table, sorted(columns), items)
        absent = {c for item in items.values() for c in self._shared if c not in item.row}
        # Only where something is lacking: a site that keeps its classes on the base table pays for no more requests.
        for table in self._tables(items.values()) if absent else ():
            self._of_own(table, absent, items)
        return items

    def _of_named(self, table: str, columns: Sequence[str], items: Mapping[str, Item]) -> None:
        """Items that the table of the class gives are of that class; of the others that is certain only when none
        may be hidden.
        """
        for query in encoded_query.batches("sys_id", items):
            found, complete = self._rows(table, query, columns)
            for sys_id in query.partition("IN")[2].split(","):
                row = found.get(sys_id)
                items[sys_id].classes[table] = True if row else False if complete else None
                items[sys_id].row |= {f"{table}.{c}": row[c] for c in columns if row and c in row}

    def _of_own(self, table: str, absent: set[str], items: Mapping[str, Item]) -> None:
        members = [i for i, item in items.items() if self._classes or _class_of(item) == table]
        for query in encoded_query.batches("sys_id", members):
            wanted = [c for c in sorted(absent) if not self._known_lacking(table, c)]
            found = self._rows(table, query, wanted)[0] if wanted else {}
            for sys_id, row in found.items():
                items[sys_id].row |= {c: row[c] for c in wanted if c in row}
            if found:
                # Learnt only from rows that came: an empty answer says nothing of columns.
                self._lacks(table, set(wanted).difference(*found.values()))

    def _lacks(self, table: str, columns: Iterable[str]) -> None:
        with self._lock:
            self._lacking |= {(table, column): self._clock() for column in columns}

    def _tables(self, items: Iterable[Item]) -> list[str]:
        """The classes an admin named, else those of the items themselves."""
        own = {_class_of(item) for item in items} - {"", BASE}
        # A class comes from a record and becomes part of an address.
        return list(self._classes) or sorted(table for table in own if table.isidentifier())

    def _known_lacking(self, table: str, column: str) -> bool:
        with self._lock:
            since = self._lacking.get((table, column))
        return since is not None and self._clock() - since < KEPT

    def _rows(self, table: str, query: str, columns: Sequence[str]) -> tuple[dict[str, Row], bool]:
        """Rows by sys_id, and whether these are certainly all. A class that is not installed has none."""
        try:
            listing = self._client.listing(table, query, columns)
        except NotFound:
            return {}, True
        except Forbidden:
            return {}, False
        return {values.value(row, "sys_id"): row for row in listing}, listing.complete


def _class_of(item: Item) -> str:
    return values.value(item.row, "sys_class_name")
