"""Which issues an issue contains, by its links, and when each link was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.jira.history import in_order
from connectors.jira.search import moment
from connectors.jira.values import obj, objs, person
from domain.ticket import Change, Ticket

CONTAINS = frozenset({"contains", "includes", "bevat", "omvat", "is parent of"})
"""Words of a link, as read from this side, that say so."""


def contained(links: Any) -> dict[str, str]:
    """Keys of the issues that these links contain, each with the word that says so."""
    return {key: word for link in objs(links) for key, word in _way(link)}


def _way(link: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    words = obj(link.get("type"))
    # A link has the other issue on one side only, and the word of that side is how it reads from here.
    for side, name in (("outwardIssue", "outward"), ("inwardIssue", "inward")):
        key, word = str(obj(link.get(side)).get("key") or ""), str(words.get(name, "")).lower()
        if key and word in CONTAINS:
            yield key, word


_PARENT = frozenset({"IssueParentAssociation", "Parent Issue"})
"""What the changelog calls the parent of a sub-task, on Cloud and on Data Center; it has no field id."""


def with_links(ticket: Ticket, issue: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> Ticket:
    """The ticket with the making and taking away of these links in its history, and what it is a sub-task of since
    when. The changelog gives such a link without a field id: its key in `from` or `to`, and a sentence such as
    "This issue contains CHG-2".
    """
    words = contained(obj(issue.get("fields")).get("issuelinks"))
    entries = in_order(changes)
    steps = [step for change in entries for step in _steps(change, words)]
    steps += _parents(ticket, issue, entries)
    if not steps:
        return ticket
    return replace(ticket, history=tuple(sorted((*ticket.history, *steps), key=lambda step: step.at)))


def _steps(change: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Change]:
    for item in objs(change.get("items")):
        before, after = str(item.get("from") or ""), str(item.get("to") or "")
        told = f"{item.get('fromString') or ''} {item.get('toString') or ''}".lower()
        if item.get("field") == "Link" and any(word in told for word in _of(before or after, words)):
            at = moment(change.get("created"))
            yield Change("changes", before, after, person(change.get("author")), at)


def _of(key: str, words: Mapping[str, str]) -> tuple[str, ...]:
    """The word of a link that stands; any that means containing for one that was taken away."""
    return (words[key],) if key in words else tuple(CONTAINS)


def _parents(
    ticket: Ticket, issue: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]
) -> Iterator[Change]:
    """A sub-task became one when its history says so, else when it was made."""
    steps = [
        (change, i) for change in changes for i in objs(change.get("items")) if i.get("field") in _PARENT
    ]
    for change, item in steps:
        before, after = str(item.get("fromString") or ""), str(item.get("toString") or "")
        yield Change("part_of", before, after, person(change.get("author")), moment(change.get("created")))
    fields = obj(issue.get("fields"))
    # Made as a sub-task it has no step for that: the changelog begins after the issue was made.
    parent = str(obj(fields.get("parent")).get("key") or "")
    if parent and not steps:
        yield Change("part_of", "", parent, person(fields.get("creator")), ticket.created)
