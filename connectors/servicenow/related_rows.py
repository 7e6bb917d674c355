"""Rows that belong to tickets, asked for many tickets in one request.

A source reads its tickets one by one, and each takes half a dozen tables. An instance may allow as little as a hundred
requests an hour, so what hangs on a ticket is asked together with what hangs on those listed after it. Nothing is
used twice and nothing is kept longer than `KEPT`: who reads a ticket again gets it anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import Client, Listing, Row
from domain.ports.errors import Forbidden, Unreachable

# Long enough to read fifty tickets, short enough that a decision of a minute ago is not missed for long.
KEPT = 60.0
"""Seconds for which rows read along with those of another ticket may still be used."""

TOGETHER = 50
"""Tickets asked about in one request, at most."""

_ROOM = 3800
"""Characters that ids and columns may take, so that an address stays below 4096."""
_ID = 35
"""Characters of an id in a list, with the comma as an address has it."""

MOST = 20000
"""Listed tickets remembered at most; beyond these, it starts anew."""


@dataclass(frozen=True, slots=True)
class Link:
    """How rows of a table belong to a ticket: the columns that may name it, and what else must hold of them.

    Of several columns only the first is sure to be there; where the instance refuses the others, it is used alone.
    """

    table: str
    columns: tuple[str, ...]
    also: str = ""


@dataclass(slots=True)
class _Order:
    """Tickets of one table in the order in which they were listed."""

    ids: list[str] = field(default_factory=list)
    place: dict[str, int] = field(default_factory=dict)


class RelatedRows:
    """Reads in batches. Safe between threads."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self._lock = threading.Lock()
        self._orders: dict[str, _Order] = {}
        self._kept: dict[tuple[Link, str], tuple[float, Listing]] = {}
        self._taken: set[tuple[Link, str]] = set()
        self._narrow: set[Link] = set()

    def expect(self, table: str, ids: Sequence[str]) -> None:
        """Tickets of a table that were just listed: those that are read next come from among them, in this order."""
        with self._lock:
            order = self._orders.setdefault(table, _Order())
            if len(order.ids) > MOST:
                self._kept.clear()
                self._taken.clear()
                order = self._orders[table] = _Order()
            again = set(ids)
            # Listed again means changed since: what was read along before is old.
            self._taken = {pair for pair in self._taken if pair[1] not in again}
            self._kept = {pair: kept for pair, kept in self._kept.items() if pair[1] not in again}
            for sys_id in ids:
                order.place[sys_id] = len(order.ids)
                order.ids.append(sys_id)

    def rows(self, ticket_table: str, link: Link, sys_id: str, fields: Sequence[str]) -> Listing:
        """The rows that belong to a ticket; not complete where some may be hidden. Raises Forbidden, NotFound, ..."""
        with self._lock:
            kept = self._kept.pop((link, sys_id), None)
            if kept and self._clock() - kept[0] < KEPT:
                return kept[1]
            # Chosen under the lock, so that two threads do not ask for the same tickets; asked outside of it.
            group = self._group(ticket_table, link, sys_id, _together(link, fields))
        found = self._of_all(link, group, fields)
        if found is None and len(group) > 1:
            # Some are hidden, or break the instance; whose, only asking for each by itself can tell.
            group = (sys_id,)
            found = self._ask(link, group, fields)
        if found is None:
            return Listing((), complete=False)
        with self._lock:
            now = self._clock()
            self._kept |= {(link, i): (now, Listing(tuple(rows), True)) for i, rows in found.items()}
            return self._kept.pop((link, sys_id))[1]

    def waiting(self, link: Link) -> list[Row]:
        """Rows read along that nobody asked for yet."""
        with self._lock:
            return [row for (of, _), (_, listing) in self._kept.items() if of == link for row in listing]

    def _group(self, table: str, link: Link, sys_id: str, most: int) -> tuple[str, ...]:
        """The ticket and those listed after it. One that is read again is read alone."""
        order = self._orders.get(table)
        if order is None or sys_id not in order.place or (link, sys_id) in self._taken:
            return (sys_id,)
        start = order.place[sys_id]
        # Those listed after it, because tickets are read in the order in which they were listed.
        several = dict.fromkeys((sys_id, *order.ids[start : start + TOGETHER]))
        group = tuple(i for i in several if (link, i) not in self._taken)[:most]
        # Taken even if the request fails: then each is asked for by itself, so that one cannot break the others.
        self._taken |= {(link, i) for i in group}
        return group

    def _of_all(
        self, link: Link, group: tuple[str, ...], fields: Sequence[str]
    ) -> dict[str, list[Row]] | None:
        try:
            return self._ask(link, group, fields)
        except Unreachable:
            if len(group) == 1:
                raise
            return None

    def _ask(self, link: Link, group: tuple[str, ...], fields: Sequence[str]) -> dict[str, list[Row]] | None:
        """Rows by ticket; None when not all could be seen."""
        # The account may be refused a query by the second column (docs/servicenow-facts.md, row 3).
        columns = link.columns[:1] if link in self._narrow else link.columns
        try:
            listing = self._client.listing(link.table, _query(link, columns, group), (*fields, *columns))
        except Forbidden:
            if len(columns) == 1:
                raise
            # Refused once, refused always: the account's rights do not change between two tickets.
            self._narrow.add(link)
            return self._ask(link, group, fields)
        found: dict[str, list[Row]] = {sys_id: [] for sys_id in group}
        for row in listing:
            owner = next((o for c in columns if (o := values.value(row, c)) in found), None)
            if owner is None:
                # The column is hidden, or the instance dropped the condition on it.
                return None
            found[owner].append(row)
        return found if listing.complete else None


def _together(link: Link, fields: Sequence[str]) -> int:
    """How many tickets one request can name beside these columns."""
    columns = sum(len(name) + len("%2C") for name in (*fields, *link.columns))
    return max(1, min(TOGETHER, (_ROOM - columns) // (_ID * len(link.columns))))


def _query(link: Link, columns: Sequence[str], group: Sequence[str]) -> str:
    ids = ",".join(encoded_query.sys_id(i) for i in sorted(group))
    return encoded_query.every(link.also, "^OR".join(f"{column}IN{ids}" for column in columns))
