"""The sandbox instance's Change Management API: the result of the last check for conflicts, and no more."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from connectors.sandbox.servicenow_api import Accounts, Refusal, refuse
from connectors.sandbox.servicenow_state import Row, State

_COLUMNS = ("change", "conflicting_change", "configuration_item", "schedule", "type", "last_checked")


class ChangeApi:
    """GET /api/sn_chg_rest/change/{sys_id}/conflict."""

    def __init__(self, state: State, accounts: Accounts) -> None:
        self.state, self.accounts = state, accounts
        self.blueprint = Blueprint("servicenow_change_api", __name__)
        self.blueprint.add_url_rule("/api/sn_chg_rest/change/<sys_id>/conflict", view_func=self._conflicts)
        self.blueprint.register_error_handler(Refusal, refuse)

    def _conflicts(self, sys_id: str) -> Response:
        if self.accounts.who() is None:
            raise Refusal(401, "User Not Authenticated", "Required to provide Auth information")
        if "conflict" in self.state.access.forbidden_tables:
            raise Refusal(403, "Operation Failed", "ACL Exception")
        change = self.state.get("change_request", sys_id)
        if change is None:
            raise Refusal(404, "No Record found")
        found = [row for row in self.state.all("conflict") if row.get("change") == sys_id]
        return jsonify(
            result={
                "status": change.get("conflict_status", ""),
                "last_run": change.get("conflict_last_run", ""),
                "record_count": str(len(found)),
                "job_status": "2",
                "conflicts": [self._conflict(row) for row in found],
            }
        )

    def _conflict(self, row: Row) -> dict[str, Any]:
        shown = self.state.shown
        return {c: {"display_value": shown("conflict", row, c), "value": row.get(c, "")} for c in _COLUMNS}
