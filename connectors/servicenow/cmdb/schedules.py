"""A maintenance schedule of the CMDB as words that the rules understand: "Sun 02:00-06:00; Mon-Thu 22:00-02:00".

Only what repeats by the day or the week, for ever, on a clock without a zone of its own ("floating") can be said so.
Of any other schedule nothing but its name is told, so that nothing is concluded from it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import Client, Row
from connectors.shared.cache import Cache
from domain.ports.errors import Forbidden, NotFound

SCHEDULE, SPAN = "cmn_schedule", "cmn_schedule_span"
KEPT = 600.0
"""Seconds for which a schedule is remembered."""

_COLUMNS = (
    *("schedule", "start_date_time", "end_date_time", "all_day", "repeat_type", "repeat_count"),
    *("repeat_until", "days_of_week", "schedule.time_zone"),
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_REPEATS = {
    "daily": "1234567",
    "weekdays": "12345",
    "weekends": "67",
    "weekMWF": "135",
    "weekTT": "24",
}
"""Days, Monday first, on which a repeat type falls whatever the days of the entry."""
_FOR_EVER = ("", "0", "00000000")


class Schedules:
    """Schedules by sys_id, remembered for a while. Safe between threads."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._windows = Cache[str, str](KEPT, clock)

    def windows(self, ids: Iterable[str]) -> dict[str, str]:
        """The windows of each schedule, in words; one that is hidden or cannot be said so is left out."""
        return self._windows.ask_all(filter(encoded_query.is_sys_id, ids), self._fetch)

    def _fetch(self, ids: set[str]) -> dict[str, str]:
        spans: dict[str, list[Row]] = {}
        for query in encoded_query.batches("schedule", ids):
            try:
                rows = self._client.listing(SPAN, query, _COLUMNS)
            except (Forbidden, NotFound):
                return {}
            if not rows.complete:  # one hidden entry may be the one that matters
                return {}
            for row in rows:
                spans.setdefault(values.value(row, "schedule"), []).append(row)
        return {i: words for i, rows in spans.items() if (words := _words(rows))}


def _words(spans: Iterable[Row]) -> str:
    """All entries, or nothing when one of them cannot be said."""
    said = [_span(row) for row in spans]
    return "; ".join(sorted(said)) if all(said) else ""


def _span(row: Row) -> str:
    starts, ends = (_local(values.value(row, f"{end}_date_time")) for end in ("start", "end"))
    days = _weekdays(row, starts)
    if not (starts and ends and days) or not timedelta() < ends - starts <= timedelta(days=1):
        return ""
    # In a zone of its own it moves against ours with summer time.
    if values.value(row, "schedule.time_zone") not in ("", "floating"):
        return ""
    return f"{', '.join(days)} {starts:%H:%M}-{ends:%H:%M}"


def _weekdays(row: Row, starts: datetime | None) -> list[str]:
    """The days on which an entry opens; none for one that does not repeat every week for ever."""
    repeat, every = values.value(row, "repeat_type"), values.value(row, "repeat_count")
    unknown = values.value(row, "repeat_until") not in _FOR_EVER or every not in ("", "0", "1")
    if unknown or not starts or not values.has(row, "repeat_until") or not values.has(row, "repeat_count"):
        return []
    # A weekly entry without days repeats on the day on which it began.
    own = values.value(row, "days_of_week") or str(starts.isoweekday())
    days = own if repeat == "weekly" else _REPEATS.get(repeat, "")
    return [_DAYS[int(day) - 1] for day in sorted(set(days)) if day in "1234567"]


def _local(words: str) -> datetime | None:
    """A schedule's own clock time, such as 20260104T020000; one in UTC (with a Z) is not a wall clock."""
    try:
        return datetime.strptime(words, "%Y%m%dT%H%M%S")  # noqa: DTZ007
    except ValueError:
        return None
