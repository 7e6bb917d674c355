"""What an answer of the instance means: whole or cut short, an error with its words, a time to stay away."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from connectors.servicenow.values import Row
from connectors.shared.errors import clean, garbled, status_error, translate
from domain.ports.errors import Garbled, NotFound, SourceError

NAME = "servicenow"

_QUERYABLE = (
    "let the account sort by sys_id and sys_updated_on, and query them with > (query ACL query_range)"
)
# The header has whole seconds, and an answer takes some to come.
_LITTLE = timedelta(seconds=30)
_CANCELLED = re.compile(r"transaction cancel|maximum execution time", re.IGNORECASE)


class CutShort(Garbled):
    """The instance ended the request before it was done: less may be asked for at a time."""


def check(content: bytes, writing: bool) -> None:
    """An answer of 2xx must be whole JSON with a result and no error."""
    try:
        body = json.loads(content)
    except ValueError as error:
        problem = translate(NAME, error, writing=writing)
        # An instance that ends a request at its time limit has begun its 200 already: the JSON just stops.
        raise (problem if writing else CutShort(NAME, str(problem))) from None
    # Before the result: at the time limit an instance sends rows and an error together, and pysnow gives the rows.
    if isinstance(body, dict) and "error" in body:
        why = f"an error inside the answer: {clean(_detail(body))}"
        raise garbled(NAME, why, writing=True) if writing else CutShort(NAME, why)
    if not isinstance(body, dict) or "result" not in body:
        raise garbled(NAME, "an answer without a result", writing=writing)


def refusal(response: requests.Response, writing: bool) -> SourceError:
    """The error for a status of 400 and above."""
    try:
        detail = _detail(response.json())
    except ValueError:
        detail = ""
    # A table of a plugin that is not installed: a 400, where everything else that is missing is a 404.
    if response.status_code == 400 and not writing and "invalid table" in detail.lower():
        return NotFound(NAME, "has no such table")
    if response.status_code == 500 and not writing and _CANCELLED.search(detail):
        return CutShort(NAME, f"answered 500: {clean(detail)}")
    # Some 429s tell only when the hour begins anew.
    wait = response.headers.get("Retry-After") or response.headers.get("X-RateLimit-Reset")
    return status_error(NAME, response.status_code, detail, writing=writing, retry_after=wait)


def ahead(date: str, now: datetime) -> timedelta:
    """By how much `now` lies beyond an HTTP date; nothing when there is none, or little enough for the overlap."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        return timedelta(0)
    ahead = now - theirs if theirs.tzinfo else timedelta(0)
    return ahead if ahead > _LITTLE else timedelta(0)


def in_order(table: str, after: str, rows: Sequence[Row]) -> None:
    """Raise Garbled when the instance dropped the condition on sys_id or the order: pages would then leave out some."""
    ids = [sys_id_of(row) for row in rows]
    # Not noticed, such an instance would give the same page for ever.
    if ids and ids[0] <= after:
        raise Garbled(NAME, f"{table}: the instance ignores the condition on sys_id", _QUERYABLE)
    if ids != sorted(ids):
        raise Garbled(NAME, f"{table}: the instance ignores the order by sys_id", _QUERYABLE)


def _detail(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return str(error or "")
    return ": ".join(str(error[k]).strip() for k in ("message", "detail") if str(error.get(k) or "").strip())


def sys_id_of(row: Row) -> str:
    """A record's own id."""
    cell = row["sys_id"]
    return str(cell.get("value", "")) if isinstance(cell, dict) else str(cell)


def number(words: str | None) -> int | None:
    """A whole number of a header; None when it is none."""
    return int(words) if words and words.isdecimal() else None
