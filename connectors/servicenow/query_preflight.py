"""What an instance does with our questions before they are asked in earnest.

A column that does not come back is hidden, or does not exist. A condition on such a column is, by the instance's
settings, refused, dropped in silence (which widens the query), or answered with nothing at all.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import NAME, Client
from connectors.servicenow.settings import ServiceNowSettings
from domain.ports.errors import Forbidden

SAMPLE = 20
"""Records looked at: the first ones may be hidden, which says little of the others."""

KEPT = 12 * 3600.0
"""Seconds for which the configured query is taken to be in order once it was tried."""

_FAR = datetime(2100, 1, 1, tzinfo=UTC)


def absent(client: Client, table: str, columns: Collection[str]) -> set[str]:
    """Columns that come back of none of the first records; empty when no record can be seen. They are tried without
    any query, all together, because an unknown one is merely left out; an instance that refuses such a request is
    asked for one at a time. Raises Forbidden when the table itself may not be read.
    """
    try:
        rows = client.first(table, "", sorted(columns), SAMPLE).rows
    except Forbidden:
        # Nothing to be seen at all: then it is not the columns that are refused.
        if not client.first(table, "", ()).rows:
            return set()
        return {column for column in columns if _refused(client, table, column)}
    return {column for column in columns if rows and not any(values.has(row, column) for row in rows)}


def _refused(client: Client, table: str, column: str) -> bool:
    try:
        rows = client.first(table, "", (column,), SAMPLE).rows
    except Forbidden:
        return True
    return not any(values.has(row, column) for row in rows)


def narrows(client: Client, table: str) -> bool:
    """Whether a range query on the stamp has an effect: of the far future there are no records. Raises Forbidden."""
    page = client.first(table, encoded_query.since(_FAR), ())
    return not page.rows and not page.total


def queried(query: str) -> list[str]:
    """Columns named in a query: a part with an unknown one would be dropped in silence."""
    terms = re.split(r"\^(?:OR)?", query)
    return [m[0] for term in terms if (m := re.match(r"[a-z][a-z0-9_.]*", term))]


def idle(client: Client, table: str, query: str) -> Iterator[str]:
    """Conditions of a query that leave out nothing: dropped for an operator that does not exist, or superfluous."""
    whole = client.first(table, "", ()).total
    for condition in re.split(r"\^(?!OR)", query) if query and whole else ():
        # Counted, not listed: the count tells of all records, also those the account may not see.
        if client.first(table, condition, ()).total == whole:
            yield condition


class Scope:
    """Makes sure that SERVICENOW_QUERY narrows: where a column of it cannot be seen, nothing is listed at all. Tried
    once in a while, with one request a table.
    """

    def __init__(
        self, client: Client, settings: ServiceNowSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._clock = client, clock
        self._columns = set(queried(settings.query))
        self._lock = threading.Lock()
        self._fine: dict[str, float] = {}

    def check(self, table: str) -> None:
        """Raises Forbidden for a column that does not come back."""
        with self._lock:
            if not self._columns or self._clock() < self._fine.get(table, 0.0):
                return
        missing = sorted(absent(self._client, table, self._columns))
        if missing:
            why = f"{table}: the query names {', '.join(missing)}, which is hidden or does not exist"
            raise Forbidden(NAME, f"{why}; without that condition too much would be watched", _FIX)
        with self._lock:
            # Only what went well is remembered: a mistake that an admin mends counts at the next run.
            self._fine[table] = self._clock() + KEPT


_FIX = "correct SERVICENOW_QUERY, or let the account read the column"
