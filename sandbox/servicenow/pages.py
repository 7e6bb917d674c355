"""What a person would see of the sandbox instance in a browser. Read only, without login, everything escaped."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, make_response, render_template, request

from sandbox.servicenow.state import Row, State

_MAIN = (
    ("Requested by", "requested_by"),
    ("Assignment group", "assignment_group"),
    ("Assigned to", "assigned_to"),
    ("Type", "type"),
    ("Release size", "u_release_size"),
    ("Rollout strategy", "u_rollout_strategy"),
    ("Planned start", "start_date"),
    ("Planned end", "end_date"),
    ("Actual start", "work_start"),
    ("Actual end", "work_end"),
    ("Configuration item", "cmdb_ci"),
    ("Classification", "u_classification"),
)
_SKIPPED = {
    *(column for _, column in _MAIN),
    *("number", "state", "short_description", "description", "active", "approval", "comments", "work_notes"),
    *("u_compliance_status", "u_compliance_findings", "sys_class_name", "parent"),
}
_ORDER = ("New", "Assess", "Authorize", "Scheduled", "Implement", "Review", "Closed")
_CLASSES = (("C", "u_confidentiality"), ("I", "u_integrity"), ("A", "u_availability"))
_FLAGS = (("GDPR", "u_gdpr"), ("KSZ", "u_ksz"), ("NIS2", "u_nis2"))


class Pages:
    """GET / lists the tickets, GET /ticket/{number} shows one, GET /nav_to.do?uri=... leads to it."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.blueprint = Blueprint("servicenow_pages", __name__, template_folder="templates")
        self.blueprint.add_url_rule("/", view_func=self.home)
        self.blueprint.add_url_rule("/ticket/<number>", view_func=self.ticket)
        self.blueprint.add_url_rule("/nav_to.do", view_func=self.navigate)

    def home(self) -> str:
        """All changes and releases, newest first."""
        tickets = [
            self._summary(t, r) for t in ("change_request", "rm_release") for r in reversed(self.state.all(t))
        ]
        return render_template("servicenow/list.html", tickets=tickets)

    def navigate(self) -> Response:
        """The form that a link such as nav_to.do?uri=change_request.do?sys_id=... opens."""
        # Strict: the links in our messages must lead to a form, and one that is put together wrongly must not.
        match = re.fullmatch(r"([a-z_]+)\.do\?sys_id=([0-9a-f]{32})", request.args.get("uri", ""))
        row = self.state.get("task", match[2]) if match else None
        if row is None:
            abort(404)
        return make_response(self._page(row))

    def ticket(self, number: str) -> str:
        """One ticket as its form shows it."""
        row = self.state.find("task", number=number)
        if row is None:
            abort(404)
        return self._page(row)

    def _page(self, row: Row) -> str:
        table = self.state.table_of(row)
        more = [
            c
            for t in self.state.line(table)
            for c in self.state.tables[t].columns
            if c not in _SKIPPED and row.get(c)
        ]
        return render_template(
            "servicenow/ticket.html",
            ticket=self._summary(table, row),
            steps=_ORDER if table == "change_request" else (),
            main=[(label, self.state.shown(table, row, c)) for label, c in _MAIN if row.get(c)],
            more=[(_words(c), self.state.shown(table, row, c)) for c in more],
            approvals=self._approvals(row),
            assets=self._assets(row),
            notes=self._notes(row),
        )

    def _summary(self, table: str, row: Row) -> dict[str, str]:
        main = ("number", "short_description", "description", "state", "assignment_group", "start_date")
        columns = (*main, "u_compliance_status", "u_compliance_findings", "sys_updated_on")
        return {c: self.state.shown(table, row, c) for c in columns} | {"table": _words(table)}

    def _approvals(self, row: Row) -> list[dict[str, str]]:
        table = "sysapproval_approver"
        columns = ("approver", "state", "group.assignment_group", "sys_updated_on")
        rows = [r for r in self.state.all(table) if r["sysapproval"] == row["sys_id"]]
        return [{c.rpartition(".")[2]: self.state.shown(table, r, c) for c in columns} for r in rows]

    def _assets(self, row: Row) -> list[dict[str, str]]:
        found = {row.get("cmdb_ci", ""): "Primary"}
        for table, column, how in (
            ("task_ci", "ci_item", "Affected"),
            ("task_cmdb_ci_service", "cmdb_ci_service", "Impacted service"),
        ):
            found |= {
                r[column]: how
                for r in self.state.all(table)
                if r["task"] == row["sys_id"] and r[column] not in found
            }
        cis = ((self.state.get("cmdb_ci", ci), how) for ci, how in found.items() if ci)
        return [self._asset(ci, how) for ci, how in cis if ci]

    def _asset(self, ci: Row, how: str) -> dict[str, str]:
        classes = " ".join(f"{letter}{ci[c]}" for letter, c in _CLASSES if ci.get(c))
        flags = " ".join(name for name, c in _FLAGS if ci.get(c) == "true")
        table = self.state.table_of(ci)
        return {
            "name": ci.get("name", ""),
            "class": _words(table),
            "how": how,
            "classes": classes,
            "flags": flags,
            "owner": self.state.shown(table, ci, "owned_by"),
        }

    def _notes(self, row: Row) -> list[dict[str, str]]:
        table = "sys_journal_field"
        rows = [r for r in self.state.all(table) if r["element_id"] == row["sys_id"]]
        return [
            {
                "by": self.state.person(r["sys_created_by"]),
                "on": self.state.shown(table, r, "sys_created_on"),
                "kind": "Work notes" if r["element"] == "work_notes" else "Additional comments",
                "text": r["value"],
            }
            for r in reversed(rows)
        ]


def _words(column: str) -> str:
    return column.removeprefix("u_").removeprefix("cmdb_ci_").replace("_", " ").capitalize()
