"""The sandbox instance's Change Management API: the result of the last check for conflicts, and the states a change may
go to; no more.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from sandbox.servicenow.api import Accounts, Refusal, refuse
from sandbox.servicenow.state import Row, State

_COLUMNS = ("change", "conflicting_change", "configuration_item", "schedule", "type", "last_checked")


class ChangeApi:
    """GET /api/sn_chg_rest/change/{sys_id}/conflict and /nextstates."""

    def __init__(self, state: State, accounts: Accounts) -> None:
        self.state, self.accounts = state, accounts
        self.blueprint = Blueprint("servicenow_change_api", __name__)
        self.blueprint.add_url_rule("/api/sn_chg_rest/change/<sys_id>/conflict", view_func=self._conflicts)
        self.blueprint.add_url_rule(
            "/api/sn_chg_rest/change/<sys_id>/nextstates", view_func=self._next_states
        )
        self.blueprint.register_error_handler(Refusal, refuse)

    def _next_states(self, sys_id: str) -> Response:
        """The change's own state and those on either side of it in the list of choices, where one is kept."""
        change = self._change(sys_id)
        order = [
            r["value"]
            for r in self.state.all("sys_choice")
            if (r["name"], r["element"]) == ("change_request", "state")
        ]
        place = order.index(change["state"]) if change["state"] in order else 0
        # Not the whole list: a client that takes this for all states of the model is found out.
        near = order[max(0, place - 1) : place + 2]
        labels = {value: self.state.label("change_request", "state", value) for value in near}
        return jsonify(result={"available_states": near, "state_transitions": [], "state_label": labels})

    def _change(self, sys_id: str) -> Row:
        if self.accounts.who() is None:
            raise Refusal(401, "User Not Authenticated", "Required to provide Auth information")
        change = self.state.get("change_request", sys_id)
        if change is None:
            raise Refusal(404, "No Record found")
        return change

    def _conflicts(self, sys_id: str) -> Response:
        change = self._change(sys_id)
        # Closed apart from the change itself: that there is a conflict can be seen all the same.
        if "conflict" in self.state.access.forbidden_tables:
            raise Refusal(403, "Operation Failed", "ACL Exception")
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
