"""Encoded queries. ServiceNow has no safe escape for values and drops in silence what it does not understand,
which widens a query; so a value that could change the meaning of a query is never put into one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

# 40 ids of 32 characters with their commas, encoded, are 1,400: room is left for the columns.
BATCH = 40
"""Ids in one IN list, so that addresses stay below 2048 characters."""

ROOM = 800
"""Characters of words in one IN list; encoded for an address they may take three times as many."""

_SYS_ID = re.compile(r"[0-9a-f]{32}")


class Unsafe(ValueError):
    """A value that cannot stand in an encoded query."""


def literal(value: str) -> str:
    """The value, when it can only be read as one. Raises Unsafe for `^`, line ends, scripts and blanks."""
    words = value.strip()
    # What an instance does not understand it leaves out, and answers by the rest, unless an admin set
    # glide.invalid_query.returns_no_rows:
    # https://docs.servicenow.com/bundle/geneva-servicenow-platform/page/integrate/inbound_rest/reference/r_TableAPI-GET.html
    if not words or re.search(r"[\^\r\n\x00]", words) or words.lower().startswith("javascript:"):
        raise Unsafe("the value cannot stand in an encoded query")
    return words


def sys_id(value: str) -> str:
    """The value, when it is a sys_id: it becomes part of a path. Raises Unsafe."""
    if not _SYS_ID.fullmatch(value):
        raise Unsafe("not a sys_id")
    return value


def is_sys_id(value: str) -> bool:
    """Whether the value is a sys_id; references may also hold other words, such as "global"."""
    return _SYS_ID.fullmatch(value) is not None


def equals(column: str, value: str) -> str:
    """`column=value`. Raises Unsafe."""
    return f"{column}={literal(value)}"


def stamp(moment: datetime) -> str:
    """A moment as the instance stores it, in UTC."""
    # Not `javascript:gs.dateGenerate(...)`: that is read in the account's zone.
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def since(moment: datetime, column: str = "sys_updated_on") -> str:
    """Records changed at or after a moment; a plain literal is read as UTC whatever the account's time zone."""
    return f"{column}>={stamp(moment)}"


def either(first: str, second: str) -> str:
    """Records that meet one or the other; both may be of several conditions. Only `after` may add to it."""
    return f"{first}^NQ{second}"


def any_of(query: str, conditions: Sequence[str]) -> str:
    """The query together with any of the conditions; by itself when there are none. Only `after` may add to it. Each
    is a query of its own, so that an instance that drops a condition it does not understand finds more, never less.
    """
    return "^NQ".join(every(query, one) for one in conditions) or query


def lately(column: str, numbers: Iterable[str], moment: datetime) -> tuple[str, ...]:
    """Conditions that together leave out records with one of these numbers that did not change at or after a moment."""
    # An empty column may fall out of NOT IN, as it does in a database: so it is asked for as well.
    return f"{column}NOT IN{','.join(sorted(numbers))}", f"{column}ISEMPTY", since(moment)


def after(query: str, sys_id: str) -> str:
    """The query in the order of sys_id, from beyond one on. What follows ^NQ is a query of its own, so that the
    condition is repeated there.
    """
    beyond = f"sys_id>{sys_id}" if sys_id else ""
    # A condition added at the end holds for the last part alone; the platform's own lists have the same trouble:
    # https://hi.service-now.com/kb_view.do?sysparm_article=KB0564887
    return every("^NQ".join(every(part, beyond) for part in query.split("^NQ")), "ORDERBYsys_id")


def every(*parts: str) -> str:
    """All of the conditions; empty ones are left out."""
    return "^".join(filter(None, parts))


def batches(column: str, ids: Iterable[str]) -> Iterator[str]:
    """`columnIN...` queries that together name every sys_id; anything else is left out."""
    # Sorted, so that the same question is the same request each time.
    safe = sorted({i for i in ids if is_sys_id(i)})
    for start in range(0, len(safe), BATCH):
        yield f"{column}IN{','.join(safe[start : start + BATCH])}"


def alternatives(column: str, words: Iterable[str]) -> Iterator[str]:
    """Queries that together find every word that can stand in one: lists of those without a comma, which are kept
    short for the address's sake, and each of the others by itself.
    """
    safe = sorted({w for word in words if (w := _safe(word))})
    # A list has no escape for its comma.
    listed, single = [w for w in safe if "," not in w], [w for w in safe if "," in w]
    while listed:
        many = [w for i, w in enumerate(listed) if i == 0 or len(",".join(listed[: i + 1])) <= ROOM]
        yield f"{column}IN{','.join(many)}" if len(many) > 1 else f"{column}={many[0]}"
        listed = listed[len(many) :]
    yield from (f"{column}={w}" for w in single)


def _safe(word: str) -> str:
    try:
        return literal(word)
    except Unsafe:
        return ""
