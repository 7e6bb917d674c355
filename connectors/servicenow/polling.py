"""What changed since a moment: rows of a ticket's own table, and of the tables whose rows hang on tickets.

Each table is asked by its own stamps, because an approval, an affected item or a task does not touch the ticket's. The
same request also finds tickets by the stamp of the item they touch: the class may have changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import NAME, Client, Page, Row
from domain.ports.errors import Forbidden, Garbled

_STAMP = "sys_updated_on"
_FIX = "let the account query sys_updated_on with >= (query ACL query_range)"


@dataclass(frozen=True, slots=True)
class Poll:
    """A table that is asked what changed.

    tickets  columns that name the ticket a row belongs to; empty for a table of tickets
    item     column with the configuration item, empty when there is none
    open     the condition under which a changed item matters, such as active=true
    scope    the configured query, for a table of tickets
    """

    table: str
    tickets: tuple[str, ...] = ()
    item: str = ""
    open: str = ""
    scope: str = ""


def polls(tables: Collection[str], tasks: bool) -> tuple[Poll, ...]:
    """The tables whose rows hang on the watched tickets. `tasks`: tasks hold evidence. A change hangs on the release
    that it names as its parent, or on a task of which it does.
    """
    found = [
        # Without an item: what is asked of an approver hangs on the ticket alone.
        Poll("sysapproval_approver", ("sysapproval", "document_id")),
        Poll("sysapproval_group", ("parent",)),
        Poll("task_ci", ("task",), "ci_item", "task.active=true"),
        Poll("task_cmdb_ci_service", ("task",), "cmdb_ci_service", "task.active=true"),
    ]
    if "rm_release" in tables:
        found.append(Poll("change_request", ("parent", "parent.parent")))
    if tasks and "change_request" in tables:
        found.append(Poll("change_task", ("change_request",)))
    if tasks and "rm_release" in tables:
        found.append(Poll("rm_task", ("parent",)))
    return tuple(found)


class Poller:
    """Asks for what changed. Notices when an instance drops a condition in silence, which would widen the query."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._without_items: set[str] = set()

    def pages(self, poll: Poll, since: datetime, fields: Collection[str]) -> Iterator[Page]:
        """Pages of the rows changed, or whose item changed, at or after a moment. Raises Garbled when the instance
        ignores the condition.
        """
        if poll.item and poll.table not in self._without_items:
            try:
                yield from self._pages(poll, since, fields, poll.item)
            except (Forbidden, _Ignored):
                # Raised before the first page, so that nothing is given twice; the item's stamp may be out of bounds.
                self._without_items.add(poll.table)
            else:
                return
        yield from self._pages(poll, since, fields, "")

    def _pages(self, poll: Poll, since: datetime, fields: Collection[str], item: str) -> Iterator[Page]:
        query = encoded_query.every(poll.scope, encoded_query.since(since))
        walked = f"{item}.{_STAMP}"
        if item:
            by_item = encoded_query.since(since, walked)
            # Only tickets that are open: an item under every closed change would bring them all back.
            query = encoded_query.either(query, encoded_query.every(poll.scope, poll.open, by_item))
        columns = tuple(dict.fromkeys((_STAMP, *fields, *((walked,) if item else ()))))
        for page in self._client.pages(poll.table, query, columns):
            # The one way to find out that a condition was dropped: rows that do not meet it.
            if not all(latest(row, poll.item) >= encoded_query.stamp(since) for row in page.rows):
                raise _Ignored(NAME, f"{poll.table}: the instance ignores the condition on {_STAMP}", _FIX)
            yield page


class _Ignored(Garbled):
    """A condition had no effect."""


def latest(row: Row, item: str) -> str:
    """The row's own stamp or that of its item, whichever is later, as the instance writes it."""
    # As text: stored stamps are all of one form and zone, so that they sort as the moments do.
    return max(values.value(row, _STAMP), values.value(row, f"{item}.{_STAMP}") if item else "")
