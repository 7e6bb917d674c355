"""Listing issues: the JQL we ask, and its pages until the end is certain."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.ports import Garbled
from connectors.jira.client import NAME, Client, mapping, rows, total

PAGE = 100
MAX_PAGES = 5000
"""A listing longer than this is taken for a server that never ends."""

_FIELDS = ("updated",)


def scope(projects: Collection[str], types: Collection[str]) -> str:
    """The clauses that hold for every listing."""
    clauses = [f"project in ({_quoted(projects)})"] if projects else []
    return " AND ".join([*clauses, f"issuetype in ({_quoted(types)})"])


def changed_since(bounds: str, since: datetime, *, cloud: bool, timezone: str) -> str:
    """JQL for what changed at or after `since`. Cloud takes epoch milliseconds; Data Center only minutes in
    the time zone of the account's profile.
    """
    if cloud:
        moment = str(int(since.timestamp() * 1000))
    else:
        moment = f'"{since.astimezone(_zone(timezone)):%Y-%m-%d %H:%M}"'
    return f"{bounds} AND updated >= {moment} ORDER BY updated ASC, key ASC"


def still_open(bounds: str) -> str:
    """JQL for every issue that is not done."""
    return f"{bounds} AND statusCategory != Done ORDER BY key ASC"


def listing(client: Client, jql: str) -> Iterator[dict[str, Any]]:
    """Issues with only id, key and `updated`. Ends normally only when the listing is complete."""
    pages = _by_token(client, jql) if client.cloud else _by_offset(client, jql)
    for page in pages:
        yield from page


def _by_token(client: Client, jql: str) -> Iterator[list[dict[str, Any]]]:
    """Cloud: opaque tokens. `isLast`, no token, or a token seen before (which would go on for ever) end it."""
    token: str | None = None
    seen: set[str] = set()
    for _ in range(MAX_PAGES):
        answer = mapping(client.ask(lambda jira, at=token: _page(jira, jql, at)))  # type: ignore[misc]
        yield rows(answer, "issues")
        token = answer.get("nextPageToken")
        if answer.get("isLast") is True or not token:
            return
        if token in seen:
            raise Garbled(NAME, "the listing repeats itself")
        seen.add(token)
    raise Garbled(NAME, "the listing does not end")


def _page(jira: Any, jql: str, token: str | None) -> Any:
    return jira.enhanced_search_issues(
        jql, nextPageToken=token, maxResults=PAGE, fields=list(_FIELDS), json_result=True
    )


def _by_offset(client: Client, jql: str) -> Iterator[list[dict[str, Any]]]:
    """Data Center: offsets, with the page size the server really used."""
    start = 0
    for _ in range(MAX_PAGES):
        answer = mapping(
            client.ask(
                lambda jira, at=start: jira.search_issues(  # type: ignore[misc]
                    jql, startAt=at, maxResults=PAGE, fields=list(_FIELDS), json_result=True
                )
            )
        )
        page = rows(answer, "issues")
        yield page
        start += len(page)
        if not page or start >= total(answer):
            return
    raise Garbled(NAME, "the listing does not end")


def _quoted(words: Collection[str]) -> str:
    return ", ".join('"' + w.replace("\\", "\\\\").replace('"', '\\"') + '"' for w in words)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def moment(text: object) -> datetime:
    """A timestamp of Jira's in UTC. Raises Garbled when it is none."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Garbled(NAME, "a timestamp is not one") from None
