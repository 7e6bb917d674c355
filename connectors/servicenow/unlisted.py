"""What became of a ticket that a listing of all open ones does not show any more."""

from __future__ import annotations

from connectors.servicenow import encoded_query, mapping, values
from connectors.servicenow.client import Client, Row
from connectors.servicenow.settings import ServiceNowSettings
from domain.ports.errors import Forbidden, NotFound
from domain.ports.source import Fate
from domain.ticket import TicketRef


def of(client: Client, settings: ServiceNowSettings, ref: TicketRef) -> tuple[Fate, TicketRef | None]:
    """Open, over, moved out of what is watched, deleted for certain, or hidden; and how it is found now."""
    table, sys_id = mapping.split_id(ref.id)
    try:
        row = client.record(table, sys_id, ("sys_id", *mapping.REFERENCE, "active"))
    except NotFound:
        return (Fate.DELETED if _deleted(client, table, sys_id) else Fate.HIDDEN), None
    found = mapping.reference(table, row)
    # Before its scope: a ticket may have left the query by being closed.
    if _over(row):
        return Fate.OVER, found
    if table not in settings.tables or not _in_scope(client, settings.query, table, sys_id):
        return Fate.MOVED, found
    return Fate.OPEN, found


def _over(row: Row) -> bool:
    """Closed records stay readable. Where the column is hidden it counts as open: nothing says that it is over."""
    return values.value(row, "active") == "false"


def _in_scope(client: Client, query: str, table: str, sys_id: str) -> bool:
    if not query:
        return True
    page = client.first(table, encoded_query.every(query, encoded_query.equals("sys_id", sys_id)), ())
    # Looked at, because an instance that drops a condition gives any record.
    return any(values.value(row, "sys_id") == sys_id for row in page.rows)


def _deleted(client: Client, table: str, sys_id: str) -> bool:
    """Whether the log of deletions names the record. Archiving and table cleaners leave no trace in it."""
    query = encoded_query.every(
        encoded_query.equals("tablename", table), encoded_query.equals("documentkey", sys_id)
    )
    try:
        rows = client.first("sys_audit_delete", query, ("documentkey",)).rows
    except (Forbidden, NotFound):
        return False
    return any(values.value(row, "documentkey") == sys_id for row in rows)
