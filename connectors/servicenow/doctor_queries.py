"""Whether conditions have an effect on an instance: what it drops in silence would make a query wider."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.servicenow import query_preflight
from connectors.servicenow.client import Client
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import Forbidden

_RANGE = "let the account query sys_updated_on with >= (query ACL query_range)"


def tickets(client: Client, table: str, query: str) -> Iterator[Diagnosis]:
    """Conditions on a table of tickets: on the stamp, and those of the configured query. Raises SourceError."""
    about = f"query of {table}"
    if not query_preflight.narrows(client, table):
        yield Diagnosis(Health.FAILED, about, "a condition on sys_updated_on has no effect", _RANGE)
    for condition in query_preflight.idle(client, table, query):
        detail = f"leaves out nothing, or is dropped: {condition}"
        yield Diagnosis(Health.WARNING, about, detail, "correct SERVICENOW_QUERY")


def linked(client: Client, table: str) -> Iterator[Diagnosis]:
    """A condition on the stamp of rows that hang on tickets. Raises SourceError."""
    try:
        works = query_preflight.narrows(client, table)
    except Forbidden:
        works = False
    if not works:
        detail = (
            "cannot be asked what changed since a moment: such changes are seen by the nightly census alone"
        )
        yield Diagnosis(Health.WARNING, f"query of {table}", detail, _RANGE)
