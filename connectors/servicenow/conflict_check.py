"""Conflict detection of a change: against blackout and maintenance schedules and other changes on the same items.

The change itself says whether the check ran and how it ended; the details are asked of the Change Management API
(GET /api/sn_chg_rest/change/{sys_id}/conflict) only when there is a conflict. Nothing is ever started: running the
check anew (POST) and asking for free slots (/schedule, which makes the instance work on it) are left to people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import Client
from connectors.servicenow.values import Row
from domain import parsing
from domain.ports.errors import RateLimited, SourceError
from domain.schedule_conflicts import Checked, Clash, Conflict, Planning

TABLE = "change_request"
STATUS, LAST_RUN = "conflict_status", "conflict_last_run"
COLUMNS = (STATUS, LAST_RUN)

_RESULTS = {"not run": Checked.NOT_RUN, "no conflict": Checked.CLEAR, "conflict": Checked.CONFLICT}


def read(client: Client, table: str, sys_id: str, row: Row) -> Planning | None:
    """The last check of a change; None for other tickets, and where its columns are hidden or say nothing known."""
    result = _RESULTS.get(values.value(row, STATUS).strip().lower())
    if table != TABLE or result is None:
        return None
    at = parsing.moment(values.value(row, LAST_RUN)).moment
    conflicts = _conflicts(client, sys_id) if result is Checked.CONFLICT else ()
    return Planning(result, at, conflicts)


def address(sys_id: str) -> str:
    """Where the last check of a change is asked, under /api."""
    return f"/sn_chg_rest/change/{encoded_query.sys_id(sys_id)}/conflict"


def _conflicts(client: Client, sys_id: str) -> tuple[Conflict, ...]:
    """The details; none where the account may not see them, or the API is absent or breaks down over them: that there
    is a conflict is known all the same.
    """
    try:
        told = client.other(address(sys_id))
    except RateLimited:
        raise
    # An optional API: where it is not installed an instance says so with a 400, 402, 405, a web page or a 200.
    except SourceError:
        return ()
    rows = told.get("conflicts") if isinstance(told, Mapping) else None
    found = [_conflict(row) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
    return tuple(dict.fromkeys(found))


def _conflict(row: Mapping[str, Any]) -> Conflict:
    label = values.shown(row, "type")
    kind = _kind(f"{values.value(row, 'type')} {label}".lower())
    names = {Clash.CHANGE: values.shown(row, "conflicting_change"), Clash.OTHER: label}
    return Conflict(
        kind, names.get(kind, values.shown(row, "schedule")), values.shown(row, "configuration_item")
    )


def _kind(words: str) -> Clash:
    """By the type's name: the vendor has several of each, for the item itself and for what it hangs on."""
    if "blackout" in words:
        return Clash.BLACKOUT
    if "maintenance" in words:
        return Clash.WINDOW
    return Clash.CHANGE if "scheduled" in words else Clash.OTHER
