"""A local ServiceNow: the Table API over tables in memory, for the demo, the tests and the cassettes.

sandbox = ServiceNowSandbox()
dirk = sandbox.add_user("Dirk Peeters")
app = sandbox.add_ci("cmdb_ci_service", name="Kassa", u_confidentiality=4, owned_by=dirk)
change = sandbox.add_change(short_description="New release", cmdb_ci=app)
with Server(sandbox.app) as server: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from flask import Flask

from sandbox.servicenow.access import Access
from sandbox.servicenow.api import Accounts, TableApi
from sandbox.servicenow.change_api import ChangeApi
from sandbox.servicenow.pages import Pages
from sandbox.servicenow.state import Row, State, Value, stored

INTEGRATION_USER = "sluis.integration"
INTEGRATION_PASSWORD = "sandbox-only"
CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-client-secret"
API_KEY = "sandbox-api-key"


class ServiceNowSandbox:
    """An instance in memory. Methods are for telling a story; the HTTP side is `app`.

    `clock` gives the moment of what happens (aware); `travel` fixes it.
    """

    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self.state = State(clock or (lambda: datetime.now(UTC)))
        self.accounts = Accounts()
        # With a user record of its own: a client asks who it is, and a visitor would find none.
        self.integration_id = self.add_user(
            "Sluis Integration", INTEGRATION_USER, password=INTEGRATION_PASSWORD
        )
        self.accounts.clients[CLIENT_ID] = (CLIENT_SECRET, INTEGRATION_USER)
        self.accounts.keys[API_KEY] = INTEGRATION_USER
        self.app = Flask("servicenow")
        self.app.json.sort_keys = False  # type: ignore[attr-defined]
        self.app.register_blueprint(TableApi(self.state, self.accounts).blueprint)
        self.app.register_blueprint(ChangeApi(self.state, self.accounts).blueprint)
        self.app.register_blueprint(Pages(self.state).blueprint)

    @property
    def access(self) -> Access:
        """What the account is kept from, and how this instance is configured."""
        return self.state.access

    def travel(self, moment: datetime) -> None:
        """From now on everything happens at `moment` (aware)."""
        self.state.clock = lambda: moment

    # -- people ---------------------------------------------------------------------------------------------

    def add_user(self, name: str, user_name: str = "", *, password: str = "", active: bool = True) -> str:
        """A person; with a password they can log in and decide on their own approvals. Gives the sys_id."""
        user_name = user_name or name.lower().replace(" ", ".")
        first, _, last = name.partition(" ")
        if password:
            self.accounts.passwords[user_name] = password
        return self._add(
            "sys_user",
            name=name,
            first_name=first,
            last_name=last,
            user_name=user_name,
            active=active,
            email=f"{user_name}@example.org",
        )

    def add_group(self, name: str, members: Iterable[str] = ()) -> str:
        """A group of users (sys_ids)."""
        group = self._add("sys_user_group", name=name, active=True)
        for user in members:
            self._add("sys_user_grmember", group=group, user=user)
        return group

    def grant(self, user: str, *roles: str) -> None:
        """Roles of a user (sys_id)."""
        for name in roles:
            known = self.state.find("sys_user_role", name=name)
            role = known["sys_id"] if known else self._add("sys_user_role", name=name)
            self._add("sys_user_has_role", user=user, role=role)

    # -- assets and tickets ---------------------------------------------------------------------------------

    def add_ci(self, class_name: str = "cmdb_ci_service", **columns: Value) -> str:
        """A configuration item. A column that its class does not know is added to that class."""
        for column in columns:
            if not self.state.kind(class_name, column):
                # Sites keep classifications in columns of their own; a story need not declare them first.
                self.state.tables[class_name].columns[column] = "string"
        return self._add(class_name, **columns)

    def add_schedule(self, name: str, *spans: dict[str, Value], **columns: Value) -> str:
        """A schedule with its entries; times are clock times such as 20260104T020000."""
        usual: dict[str, Value] = {"name": name, "time_zone": "floating"}
        schedule = self._add("cmn_schedule", **(usual | columns))
        for span in spans:
            self._add("cmn_schedule_span", schedule=schedule, **span)
        return schedule

    def check_conflicts(self, change: str, *conflicts: dict[str, Value]) -> None:
        """The instance's own check for conflicts ran just now, and found these."""
        for conflict in conflicts:
            self._add("conflict", change=change, **conflict)
        status = "Conflict" if conflicts else "No Conflict"
        moment = self.state.clock()
        self.set("change_request", change, "system", conflict_status=status, conflict_last_run=moment)

    def add_change(self, **columns: Value) -> str:
        """A change request, normal and new unless said otherwise; gives the sys_id."""
        usual: dict[str, Value] = {"type": "normal", "state": -5, "approval": "not requested"}
        return self._add("change_request", **(usual | columns))

    def add_template(self, name: str) -> str:
        """A standard change template in its approved version; gives the sys_id for `std_change_producer_version`."""
        return self._add("std_change_producer_version", name=name, version="1", active=True)

    def add_release(self, **columns: Value) -> str:
        """A release; its changes name it as their parent."""
        usual: dict[str, Value] = {"state": -5}
        return self._add("rm_release", **(usual | columns))

    def add_task(self, change: str, kind: str = "implementation", **columns: Value) -> str:
        """A task of a change (planning, implementation, testing, review), open unless said otherwise."""
        usual: dict[str, Value] = {"change_request": change, "parent": change, "state": 1}
        return self._add("change_task", **(usual | {"change_task_type": kind} | columns))

    def add_release_task(self, release: str, **columns: Value) -> str:
        """A task of a release, open unless said otherwise."""
        usual: dict[str, Value] = {"parent": release, "state": 1}
        return self._add("rm_task", **(usual | columns))

    def close_task(self, table: str, task: str, by: str) -> None:
        """The user `by` (sys_id) closes a task as complete, now."""
        name = self.row("sys_user", by)["user_name"]
        self.set(table, task, name, state=3, closed_by=by, closed_at=self.state.clock())

    def add_affected_ci(self, change: str, ci: str) -> str:
        """A row under "Affected CIs"."""
        return self._add("task_ci", task=change, ci_item=ci)

    def add_impacted_service(self, change: str, service: str) -> str:
        """A row under "Impacted Services/CIs"."""
        return self._add("task_cmdb_ci_service", task=change, cmdb_ci_service=service)

    def add_relation(self, parent: str, child: str, kind: str = "Depends on::Used by") -> str:
        """A relation between two items: by its kind, the parent depends on the child."""
        known = self.state.find("cmdb_rel_type", name=kind)
        type_id = known["sys_id"] if known else self._add("cmdb_rel_type", name=kind)
        return self._add("cmdb_rel_ci", parent=parent, child=child, type=type_id)

    def set(self, table: str, sys_id: str, by: str = "admin", **columns: Value) -> None:
        """Change a record as the user `by` (user name) would in the form; work_notes adds a note."""
        if self.state.update(table, sys_id, {c: stored(v) for c, v in columns.items()}, by) is None:
            raise KeyError(sys_id)

    def delete(self, table: str, sys_id: str, *, audited: bool = True) -> None:
        """Take a record away; without `audited` nothing tells of it afterwards."""
        self.state.delete(table, sys_id, audited=audited)

    def row(self, table: str, sys_id: str) -> Row:
        """A copy of a record as it is stored."""
        row = self.state.get(table, sys_id)
        if row is None:
            raise KeyError(sys_id)
        return dict(row)

    def notes(self, sys_id: str, element: str = "work_notes") -> list[str]:
        """The texts of a record's journal, oldest first."""
        rows = self.state.all("sys_journal_field")
        return [r["value"] for r in rows if (r["element_id"], r["element"]) == (sys_id, element)]

    # -- approvals ------------------------------------------------------------------------------------------

    def request_approval(self, change: str, who: str) -> list[str]:
        """Ask a user, or every member of a group (inactive ones too); gives the approver rows' sys_ids.

        Nothing of this touches the change itself, so its stamp does not move.
        """
        if self.state.get("sys_user", who):
            return [self._ask(change, who)]
        part = self._add("sysapproval_group", parent=change, assignment_group=who, approval="requested")
        members = [m["user"] for m in self.state.all("sys_user_grmember") if m["group"] == who]
        return [self._ask(change, user, part) for user in members]

    def approve(self, change: str, user: str, by: str = "") -> None:
        """The user approves what was asked of them; `by` (user name) when somebody else sets it."""
        self._decide(change, user, "approved", by)

    def reject(self, change: str, user: str, by: str = "") -> None:
        """The user rejects what was asked of them."""
        self._decide(change, user, "rejected", by)

    def reset(self, change: str, by: str = "admin") -> None:
        """Revert the change to New: what is pending is cancelled, what was decided stays as it is."""
        for row in self._approvers(change):
            if row["state"] == "requested":
                self.set("sysapproval_approver", row["sys_id"], by, state="cancelled")
        self.set("change_request", change, by, state=-5)

    def _ask(self, change: str, user: str, part: str = "") -> str:
        table = self.state.table_of(self.row("task", change))
        # Both ways of naming the ticket: an instance may fill either (docs/servicenow-facts.md, Meaning).
        columns = {"sysapproval": change, "document_id": change, "source_table": table}
        return self._add("sysapproval_approver", approver=user, state="requested", group=part, **columns)

    def _approvers(self, change: str) -> list[Row]:
        return [r for r in self.state.all("sysapproval_approver") if r["sysapproval"] == change]

    def _decide(self, change: str, user: str, state: str, by: str) -> None:
        by = by or self.row("sys_user", user)["user_name"]
        # Only what is still asked: the decisions of an earlier round stay as they were.
        mine = [r for r in self._approvers(change) if r["approver"] == user and r["state"] == "requested"]
        if not mine:
            raise KeyError(user)
        for row in mine:
            self.set("sysapproval_approver", row["sys_id"], by, state=state)

    def _add(self, table: str, **columns: Value) -> str:
        return self.state.insert(table, {c: stored(v) for c, v in columns.items()})
