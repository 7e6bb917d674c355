"""The doctor's look at ServiceNow: account, tables, columns, states, journal, groups, items. Writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial

from connectors.servicenow import (
    conflict_check,
    decided,
    doctor_columns,
    doctor_queries,
    encoded_query,
    mapping,
    query_preflight,
    statuses,
    tasks,
    values,
)
from connectors.servicenow.client import Listing
from connectors.servicenow.cmdb import relations
from connectors.servicenow.cmdb.register import Cmdb
from connectors.servicenow.cmdb.schedules import SPAN
from connectors.servicenow.source import PLUGINS, ServiceNowSource
from connectors.shared import doctor
from connectors.shared.doctor import Step, Wanted
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import Forbidden, NotFound, RateLimited, SourceError

_SUPPORT = {
    "sysapproval_approver": "approvals",
    "sysapproval_group": "group approvals",
    "task_ci": "affected items",
    "task_cmdb_ci_service": "impacted services",
    "cmdb_ci": "items and their classes",
    "sys_user": "people",
    "sys_user_group": "groups",
    "sys_user_grmember": "members of groups",
    "sys_audit": "who changed what when",
    relations.TABLE: "relations between items",
    SPAN: "entries of maintenance schedules",
    "sys_audit_delete": "which records were deleted",
    "change_task": "tasks of changes",
    "rm_task": "tasks of releases",
}
_WITHOUT = {
    "sys_audit": "; when something changed is then known only from looks of the bot's own, as between 10:00 and 10:05"
}
"""What becomes of it where a table may not be read."""
_ON_REQUEST = frozenset({relations.TABLE, "change_task", "rm_task"})
_SAMPLE = 20
"""Records looked at: the first ones may be hidden, which says little of the others."""

_RELATIONS = 200
"""Relations looked at to tell what following them does."""

_WRITERS = frozenset({"sn_change_write", "itil", "admin"})
"""Roles that may write work notes on a plain instance."""

_POWERS = {
    "admin": "do everything",
    "security_admin": "change access rules",
    "impersonator": "act as others",
    "user_admin": "manage users and their roles",
    "delegated_developer": "change how the instance works",
    "itil_admin": "delete tickets and configuration items",
    "itil": "change and create tickets and configuration items",
}
"""Roles of a plain instance that let do more than the bot needs, and what."""

_CI_FIELDS = "SERVICENOW_CI_FIELDS__<FIELD>"
_OPTIONAL = frozenset({"sys_audit", "sysapproval_group", "task_cmdb_ci_service", "sys_audit_delete", SPAN})

_AUDIT = (
    "let the account read the rows of sys_audit of sysapproval_approver, and have the instance keep them (auditing of "
    "its column state)"
)
_MEMBERS = "let the account read sys_user_grmember and sys_user"


class ServiceNowExaminer:
    """An `Examiner`."""

    def __init__(self, source: ServiceNowSource, book: Cmdb) -> None:
        self._source, self._book = source, book
        self._client, self._settings = source.client, source.settings
        self._me = ""

    def examine(self, roles: Wanted) -> Iterator[Diagnosis]:
        """Everything in order; stops after the account when the instance cannot be reached or refuses it."""
        try:
            me = self._source.identify()
            self._me = me.id
        except SourceError as error:
            yield doctor.failed("account", error)
            return
        yield Diagnosis(Health.OK, "account", f"works as {me.name}, time zone {me.timezone}")
        yield from doctor.steps(self._steps(roles))

    def _steps(self, roles: Wanted) -> list[Step]:
        tables = [(table, partial(self._tickets, table)) for table in self._settings.tables]
        support = [(table, partial(self._support, table)) for table in self._supporting()]
        classes = [(f"columns of {t}", partial(self._class, t, c)) for t, c in self._classes().items()]
        more = [("cmdb_rel_type", self._relation_types)] if self._settings.follows else []
        more += [("relations", self._lifts)] if self._settings.relation_hops else []
        own = [
            ("decisions", self._decisions),
            ("own looks", _of_assets),
            ("work notes", self._notes),
            ("own roles", self._own_roles),
            ("conflicts", self._conflicts),
        ]
        items = ("columns of cmdb_ci", self._items)
        look_up = self._source.directory.look_up
        holders = ("roles", lambda: doctor.roles(roles, "ServiceNow", look_up, _MEMBERS))
        return [*tables, *support, *more, items, *classes, *own, holders]

    def _supporting(self) -> list[str]:
        """Tables that are read beside those of the tickets, by what is switched on."""
        settings = self._settings
        asked = {tasks.LINKS[t].table for t in settings.tables if t in tasks.LINKS and settings.task_fields}
        asked |= {relations.TABLE} if settings.relation_hops else set()
        return [table for table in _SUPPORT if table not in _ON_REQUEST or table in asked]

    def _tickets(self, table: str) -> Iterator[Diagnosis]:
        try:
            page = self._client.first(
                table, encoded_query.every(self._settings.query, "ORDERBYsys_id"), (), _SAMPLE
            )
        except NotFound as error:
            yield _missing(table, error)
            return
        if not page.rows:
            yield _nothing(table, page.total)
            return
        yield Diagnosis(Health.OK, table, f"readable, {page.total} records in scope")
        own = [c for c in (self._settings.status_column, self._settings.findings_column) if c]
        columns = {f"query ({c})": c for c in query_preflight.queried(self._settings.query)}
        own += conflict_check.COLUMNS if table == conflict_check.TABLE else ()
        columns |= self._source.fields.columns | {c: c for c in (*mapping.BASE, *own)}
        yield from doctor_columns.examined(self._client, table, columns, "SERVICENOW_FIELDS__<FIELD>")
        yield from doctor_queries.tickets(self._client, table, self._settings.query)
        yield from self._states(table)

    def _states(self, table: str) -> Iterator[Diagnosis]:
        """Labels of the State column that nobody named."""
        query = encoded_query.every(f"name={table}", "element=state", "inactive!=true")
        rows = self._client.listing("sys_choice", query, ("value", "label"))
        pairs = [(values.value(row, "value"), values.value(row, "label")) for row in rows]
        strange = [
            label
            for value, label in pairs
            if statuses.known(table, value, [label], self._source.states) is None
        ]
        if strange:
            detail = f"not known, taken for assess: {', '.join(sorted(strange))}"
            yield Diagnosis(
                Health.WARNING, f"states of {table}", detail, "name each in SERVICENOW_STATES__<STATE>"
            )

    def _relation_types(self) -> Iterator[Diagnosis]:
        """Types of relations to follow that the instance lacks."""
        rows = self._client.listing("cmdb_rel_type", "nameISNOTEMPTY", ("name",))
        strange = sorted(self._settings.relations.keys() - {values.value(row, "name") for row in rows})
        if strange:
            detail = f"the instance has no relation type {', '.join(strange)}"
            yield Diagnosis(Health.WARNING, "cmdb_rel_type", detail, "correct SERVICENOW_RELATION_TYPES")

    def _lifts(self) -> Iterator[Diagnosis]:
        """How many items count in a higher class because of what depends on them, of the first relations."""
        types = self._settings.relations
        query = encoded_query.every(f"type.nameIN{','.join(types)}", "ORDERBYsys_id")
        try:
            rows = self._client.first(relations.TABLE, query, ("parent", "child", "type"), _RELATIONS).rows
        except (Forbidden, NotFound):
            return
        pairs = {pair for row in rows if (pair := relations.pair(row, types))}
        if not pairs:
            return
        known = self._book.look_up(sorted({ref for pair in pairs for ref in pair}, key=lambda ref: ref.id))
        lifted = {a for a, b in pairs if a in known and b in known and doctor.higher(known[b], known[a])}
        detail = f"of {len({a for a, _ in pairs})} items that others depend on, {len(lifted)} count in a higher class "
        yield Diagnosis(
            Health.OK, "relations", detail + "because of these (SERVICENOW_RELATION_HOPS=0 follows none)"
        )

    def _support(self, table: str) -> Iterator[Diagnosis]:
        # Followed unasked, relations are a help; only who asked for them is left in doubt without.
        unasked = table == relations.TABLE and not self._settings.follows
        less = Health.WARNING if unasked or table in _OPTIONAL else Health.FAILED
        fix, without = f"let the account read {table}", _WITHOUT.get(table, "")
        try:
            page = self._client.first(table, "ORDERBYsys_id", (), _SAMPLE)
        except SourceError as error:
            yield Diagnosis(less, table, f"{_SUPPORT[table]}: {error}{without}", fix)
            return
        # Hidden rows are answered with a 200 and nothing: only the count gives them away.
        if page.total and not page.rows:
            yield Diagnosis(less, table, f"{_SUPPORT[table]} may not be read{without}", fix)
            return
        yield Diagnosis(Health.OK, table, f"{_SUPPORT[table]}: readable")
        if table in {poll.table for poll in self._source.polls}:
            yield from doctor_queries.linked(self._client, table)

    def _decisions(self) -> Iterator[Diagnosis]:
        """Whether it can be seen who set an approver's record to its state, and when."""
        less = "who decided on approvals, and when, cannot be seen: each counts as the approver's, at a moment unknown"
        try:
            page = self._client.first("sys_audit", decided.WHICH, ("documentkey",), _SAMPLE)
        except (Forbidden, NotFound):
            yield Diagnosis(Health.WARNING, "decisions", less, _AUDIT)
            return
        if page.rows:
            yield Diagnosis(Health.OK, "decisions", "who decided on approvals, and when, can be seen")
        elif page.total or self._client.first(decided.TABLE, "stateINapproved,rejected", (), 1).total:
            yield Diagnosis(Health.WARNING, "decisions", less, _AUDIT)

    def _notes(self) -> Iterator[Diagnosis]:
        """Where the account finds its own notes again: in the ticket, or in the journal's own table."""
        table = self._settings.tables[0]
        in_ticket = any(
            "work_notes" in r
            for r in self._client.first(table, "ORDERBYsys_id", ("work_notes",), _SAMPLE).rows
        )
        try:
            page = self._client.first("sys_journal_field", "element=work_notes^ORDERBYsys_id", (), _SAMPLE)
            # The table may answer an account that sees nothing with an empty list (docs/servicenow-facts.md, row 8).
            in_journal = bool(page.rows) or not page.total
        except Forbidden:
            in_journal = False
        yield _notes_seen(table, in_ticket, in_journal)

    def _own_roles(self) -> Iterator[Diagnosis]:
        """Whether notes could be written, by the roles the account holds: nothing is written to find out."""
        about, fix = (
            "writing notes",
            "for SLUIS_MODE=act: give it the role sn_change_write, or write access to work_notes",
        )
        query = encoded_query.equals("user", self._me)
        try:
            rows = self._client.listing("sys_user_has_role", query, ("role", "role.name"))
        except (Forbidden, NotFound):
            rows = Listing((), complete=False)
        # Both: where sys_user_role is closed to the account, only what is shown of the reference is left.
        names = {values.shown(row, "role") for row in rows} | {values.value(row, "role.name") for row in rows}
        if writing := sorted(names & _WRITERS):
            yield Diagnosis(Health.OK, about, f"has the role {', '.join(writing)}")
            yield from _beyond(names)
        elif not rows.rows:
            detail = (
                "its own roles cannot be seen (sys_user_has_role), so that it is not known whether it may"
            )
            yield Diagnosis(Health.WARNING, about, detail, fix)
        else:
            detail = f"has none of the roles {', '.join(sorted(_WRITERS))}; an access rule may still allow it"
            yield Diagnosis(Health.WARNING, about, detail, fix)
            yield from _beyond(names)

    def _conflicts(self) -> Iterator[Diagnosis]:
        """Whether details of conflicts in the planning can be asked, by those of one change."""
        if conflict_check.TABLE not in self._settings.tables:
            return
        rows = self._client.first(conflict_check.TABLE, "ORDERBYsys_id", (), _SAMPLE).rows
        if not rows:
            return
        try:
            # Of any change: it is the right to ask that is tried, not the answer.
            self._client.other(conflict_check.address(values.value(rows[0], "sys_id")))
        except RateLimited:
            raise
        except SourceError:
            detail = "what the planning is in conflict with may not be read; that it is, is seen all the same"
            fix = "optional: give the account the role sn_change_read, which opens the Change Management API"
            yield Diagnosis(Health.WARNING, "conflicts", detail, fix)
            return
        yield Diagnosis(Health.OK, "conflicts", "what the planning is in conflict with can be read")

    def _items(self) -> Iterator[Diagnosis]:
        shared = {n: c.name for n, several in self._book.columns.items() for c in several if not c.table}
        if not self._book.classes:
            yield from doctor_columns.examined(self._client, "cmdb_ci", shared, _CI_FIELDS)
            yield from doctor_columns.strange_values(self._client, "cmdb_ci", shared, self._book.meant)

    def _classes(self) -> dict[str, dict[str, str]]:
        """Columns by what they are for, of each class that an admin named."""
        shared = {n: c.name for n, several in self._book.columns.items() for c in several if not c.table}
        found: dict[str, dict[str, str]] = {table: dict(shared) for table in self._book.classes}
        for name, several in self._book.columns.items():
            for column in several:
                if column.table:
                    found.setdefault(column.table, {})[name] = column.name
        return found

    def _class(self, table: str, columns: Mapping[str, str]) -> Iterator[Diagnosis]:
        yield from doctor_columns.examined(self._client, table, columns, _CI_FIELDS)
        yield from doctor_columns.strange_values(self._client, table, columns, self._book.meant)


def _of_assets() -> Iterator[Diagnosis]:
    yield doctor.own_looks("classes, flags and owners of items, or of what left a release or a ticket")


def _beyond(names: Collection[str]) -> Iterator[Diagnosis]:
    """Roles that are not needed: whoever takes the account's secret can do that too."""
    if more := [f"{role} (to {power})" for role, power in _POWERS.items() if role in names]:
        detail = f"has more than it needs: {', '.join(more)}"
        fix = "take these roles away, also from its groups; it needs sn_change_read, and sn_change_write to write notes"
        yield Diagnosis(Health.WARNING, "rights beyond need", detail, fix)
    else:
        yield Diagnosis(Health.OK, "rights beyond need", "none of the roles that administer or change")


def _missing(table: str, error: SourceError) -> Diagnosis:
    if table in PLUGINS:
        return Diagnosis(Health.WARNING, table, "the instance has no such table; it is skipped")
    return Diagnosis(Health.FAILED, table, str(error), "correct SERVICENOW_URL or SERVICENOW_TABLES")


def _nothing(table: str, total: int | None) -> Diagnosis:
    if total:
        fix = "give the account a role that reads it, such as sn_change_read"
        return Diagnosis(Health.FAILED, table, f"of {total} records none of the first may be read", fix)
    return Diagnosis(Health.WARNING, table, "no records in scope, so that its columns cannot be checked")


def _notes_seen(table: str, in_ticket: bool, in_journal: bool) -> Diagnosis:
    about, fix = (
        "finding its notes",
        f"let the account read the column work_notes of {table}, or sys_journal_field",
    )
    if in_ticket and in_journal:
        return Diagnosis(Health.OK, about, "through the ticket, or sys_journal_field")
    if in_ticket:
        fix = "let the account read sys_journal_field, for tickets that hide their work_notes"
        return Diagnosis(Health.WARNING, about, "through the ticket alone: sys_journal_field is hidden", fix)
    if in_journal:
        return Diagnosis(Health.OK, about, "through sys_journal_field: the ticket's work_notes are hidden")
    detail = "both the ticket's work_notes and sys_journal_field are hidden, so that no note will be written"
    return Diagnosis(Health.FAILED, about, detail, fix)
