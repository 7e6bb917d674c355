"""When a release got its changes, and which left it: the trails of the changes tell, its own does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import Client
from connectors.servicenow.directory import Directory
from connectors.servicenow.history import STEP, Step, in_order, step_of, users
from domain.ports.errors import Forbidden, Garbled, NotFound, Unreachable
from domain.ticket import Change


def moves(
    client: Client, directory: Directory, release: str, created: datetime, numbers: Mapping[str, str]
) -> tuple[Change, ...]:
    """When changes got a release as their parent, or another than it, by their own audit trails, oldest first.
    `numbers` are those that it has now, by sys_id. One that was made with its parent, or whose trail may not be read,
    is absent: nothing tells when it was added.
    """
    found = _named(client, release, created)
    found = _own(client, numbers) if found is None else found
    steps: dict[str, list[Step]] = {}
    for key, step in dict.fromkeys(found):
        # Looked at again: an instance that drops a condition gives other columns and other records.
        if step.column == "parent" and release in (step.before, step.after):
            steps.setdefault(key, []).append(step)
    known = _numbers(client, steps.keys() - numbers.keys()) | dict(numbers)
    people = directory.by_user_name(users([step for several in steps.values() for step in several]))
    told = (
        # A number that is hidden leaves that something came or went.
        Change("changes", *_ways(step, release, known.get(key, "")), people.get(step.user), step.at)
        for key, several in steps.items()
        for step in in_order(several)
    )
    return tuple(sorted(told, key=lambda change: change.at))


def _numbers(client: Client, changes: Iterable[str]) -> dict[str, str]:
    rows = [
        row
        for query in encoded_query.batches("sys_id", changes)
        for row in client.listing("change_request", query, ("number",))
    ]
    return {values.value(row, "sys_id"): values.value(row, "number") for row in rows}


def _ways(step: Step, release: str, number: str) -> tuple[str, str]:
    return (number, "") if step.before == release else ("", number)


_PARENTS = encoded_query.every(encoded_query.equals("tablename", "change_request"), "fieldname=parent")


def _own(client: Client, numbers: Mapping[str, str]) -> list[tuple[str, Step]]:
    """The same of the changes that it has now alone."""
    try:
        queries = encoded_query.batches("documentkey", numbers)
        return [pair for batch in queries for pair in _steps(client, batch) if pair[0] in numbers]
    except (Forbidden, NotFound):
        return []


def _named(client: Client, release: str, created: datetime) -> list[tuple[str, Step]] | None:
    """Where the release was named or is named no more; since it was made, so that not all of the trail is searched."""
    named = f"{encoded_query.equals('oldvalue', release)}^OR{encoded_query.equals('newvalue', release)}"
    try:
        return _steps(client, encoded_query.every(encoded_query.since(created, "sys_created_on"), named))
    # Values have no index: an instance may end such a search, or refuse it.
    except (Forbidden, NotFound, Garbled, Unreachable):
        return None


def _steps(client: Client, query: str) -> list[tuple[str, Step]]:
    rows = client.listing("sys_audit", encoded_query.every(_PARENTS, query), ("documentkey", *STEP))
    return [(values.value(row, "documentkey"), step_of(row)) for row in rows]
