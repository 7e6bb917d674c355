"""Listing issues: the JQL we ask, and its pages until the end is certain."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.jira.client import NAME, Client, mapping, rows, total
from domain import parsing
from domain.ports.errors import Garbled

PAGE = 100
LONG = 2000
"""Characters of JQL beyond which it goes into the body: addresses have limits, at proxies above all."""

MAX_PAGES = 5000
"""A listing longer than this is taken for a server that never ends."""

UNKNOWN_ZONE = timedelta(hours=24)
"""How much further back to look when the account's time zone is not known: no zone is that far from UTC."""


def scope(projects: Collection[str], types: Collection[str]) -> str:
    """The clauses that hold for every listing."""
    # Types are always named: Cloud refuses a query without bounds.
    clauses = [f"project in ({_quoted(projects)})"] if projects else []
    return " AND ".join([*clauses, f"issuetype in ({_quoted(types)})"])


def moment_in_jql(since: datetime, *, cloud: bool, timezone: str) -> str:
    """A moment as a value in JQL. Cloud takes epoch milliseconds; Data Center only minutes in the time zone of the
    account's profile.
    """
    if cloud:
        return str(int(since.timestamp() * 1000))
    zone = _zone(timezone)
    # Too early costs some reading twice; too late loses an issue for good.
    local = since.astimezone(zone) if zone else since.astimezone(UTC) - UNKNOWN_ZONE
    return f'"{local:%Y-%m-%d %H:%M}"'


def changed_since(bounds: str, moment: str, waiting: Collection[str], *, cloud: bool) -> str:
    """JQL for what changed at or after `moment`, or is in one of the statuses `waiting`.

    Offsets (Data Center) go by creation: ordered by `updated`, an issue that changes while the pages are read would
    go to the end and let another one slip past the page's edge.
    """
    changed = f"updated >= {moment}"
    either = f"({changed} OR status in ({_quoted(waiting)}))" if waiting else changed
    return f"{bounds} AND {either} ORDER BY {'updated' if cloud else 'created'} ASC, key ASC"


def still_open(bounds: str, over: Collection[str] = (), moment: str = "") -> str:
    """JQL for every issue that is not done; of those in one of the statuses `over`, which the site does not count as
    done, only what changed at or after `moment`.
    """
    lately = f" AND (status not in ({_quoted(over)}) OR updated >= {moment})" if over else ""
    return f"{bounds} AND statusCategory != Done{lately} ORDER BY key ASC"


def listing(client: Client, jql: str, fields: Sequence[str] = ("updated",)) -> Iterator[dict[str, Any]]:
    """Issues with only id, key and these fields. Ends normally only when the listing is complete."""
    pages = _by_token(client, jql, fields) if client.cloud else _by_offset(client, jql, fields)
    for page in pages:
        yield from page


def _by_token(client: Client, jql: str, fields: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """Cloud: opaque tokens. `isLast`, no token, or a token seen before (which would go on for ever) end it."""
    token: str | None = None
    seen: set[str] = set()
    for _ in range(MAX_PAGES):
        answer = mapping(client.ask(partial(_page, jql=jql, fields=fields, token=token)))
        yield rows(answer, "issues")
        # The last page has no token at all, whatever the reference says: https://jira.atlassian.com/browse/JRACLOUD-92184
        token = answer.get("nextPageToken")
        # An error and not an end: the mark stays where it was, and the next run lists again.
        if answer.get("isLast") is False and not token:
            raise Garbled(NAME, "the listing breaks off")
        if answer.get("isLast") is True or not token:
            return
        if token in seen:
            raise Garbled(NAME, "the listing repeats itself")
        seen.add(token)
    raise Garbled(NAME, "the listing does not end")


def _page(jira: Any, jql: str, fields: Sequence[str], token: str | None) -> Any:
    return jira.enhanced_search_issues(
        jql,
        nextPageToken=token,
        maxResults=PAGE,
        fields=list(fields),  # the package changes the list it is given
        json_result=True,
        use_post=len(jql) > LONG,
    )


def _by_offset(client: Client, jql: str, fields: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    """Data Center: offsets, with the page size the server really used."""
    start = 0
    for _ in range(MAX_PAGES):
        answer = mapping(
            client.ask(
                lambda jira, at=start: jira.search_issues(  # type: ignore[misc]
                    jql,
                    startAt=at,
                    maxResults=PAGE,
                    fields=list(fields),
                    json_result=True,
                    use_post=len(jql) > LONG,
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
    # The backslash first, or it would double those that escape the quotes.
    return ", ".join('"' + w.replace("\\", "\\\\").replace('"', '\\"') + '"' for w in words)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None


def moment(text: object) -> datetime:
    """A timestamp of Jira's in UTC. Raises Garbled when it is none, or of a year that no ticket is about."""
    words = str(text)
    try:
        if not parsing.out_of_reach(words):
            return datetime.fromisoformat(words).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Garbled(NAME, f'a timestamp says "{parsing.shorten(words)}", which is no usable moment')
