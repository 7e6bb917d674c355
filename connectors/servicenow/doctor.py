"""The doctor's look at ServiceNow: account, tables, columns, states, journal, groups, items. Writes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from bot.model.people import Role
from bot.ports import Diagnosis, Health, NotFound, SourceError
from connectors.servicenow import encoded, mapping, states, values
from connectors.servicenow.assets import ServiceNowBook
from connectors.servicenow.source import PLUGINS, ServiceNowSource

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
    "cmdb_rel_ci": "relations between items",
}
_ON_REQUEST = frozenset({"cmdb_rel_ci"})
_SAMPLE = 20
"""Records looked at: the first ones may be hidden, which says little of the others."""

_OPTIONAL = frozenset({"sys_audit", "sysapproval_group", "task_cmdb_ci_service"})

Wanted = Mapping[Role, Sequence[str]]


class ServiceNowExaminer:
    """An `Examiner`."""

    def __init__(self, source: ServiceNowSource, book: ServiceNowBook) -> None:
        self._source, self._book = source, book
        self._client, self._settings = source.client, source.settings

    def examine(self, roles: Wanted) -> Iterator[Diagnosis]:
        """Everything in order; stops after the account when the instance cannot be reached or refuses it."""
        try:
            me = self._source.identify()
        except SourceError as error:
            yield _failed("account", error)
            return
        yield Diagnosis(Health.OK, "account", f"works as {me.name}, time zone {me.timezone}")
        for about, look in self._steps(roles):
            try:
                yield from look()
            except SourceError as error:
                yield _failed(about, error)

    def _steps(self, roles: Wanted) -> list[tuple[str, Callable[[], Iterable[Diagnosis]]]]:
        tables = [(t, lambda t=t: self._tickets(t)) for t in self._settings.tables]
        support = [(t, lambda t=t: self._support(t)) for t in _SUPPORT if t not in _ON_REQUEST]
        journal, items = ("sys_journal_field", self._journal), ("cmdb_ci columns", self._items)
        more = [("cmdb_rel_ci", self._relations)] if self._settings.relation_hops else []
        return [*tables, *support, *more, journal, items, ("roles", lambda: self._roles(roles))]

    def _tickets(self, table: str) -> Iterator[Diagnosis]:
        try:
            page = self._client.first(
                table, encoded.every(self._settings.query, "ORDERBYsys_id"), (), _SAMPLE
            )
        except NotFound as error:
            yield _missing(table, error)
            return
        if not page.rows:
            yield _nothing(table, page.total)
            return
        yield Diagnosis(Health.OK, table, f"readable, {page.total} records in scope")
        own = [c for c in (self._settings.status_column, self._settings.findings_column) if c]
        columns = {f"query ({c})": c for c in _queried(self._settings.query)}
        columns |= self._source.fields.columns | {c: c for c in (*mapping.BASE, *own)}
        yield self._columns(table, columns, "SERVICENOW_FIELDS__<FIELD>")
        yield from self._states(table)

    def _columns(self, table: str, columns: Mapping[str, str], variable: str) -> Diagnosis:
        """Which columns come back of a record: those that do not exist or are hidden simply stay away."""
        rows = self._client.first(table, "ORDERBYsys_id", sorted(set(columns.values())), _SAMPLE).rows
        absent = sorted(f"{name} ({c})" for name, c in columns.items() if rows and c not in rows[0])
        about = f"columns of {table}"
        if not absent:
            return Diagnosis(Health.OK, about, f"all {len(columns)} come back")
        fix = f"name the right column in {variable}, or let the account read it"
        return Diagnosis(Health.WARNING, about, f"do not come back: {', '.join(absent)}", fix)

    def _states(self, table: str) -> Iterator[Diagnosis]:
        """Labels of the State column that nobody named."""
        query = encoded.every(f"name={table}", "element=state", "inactive!=true")
        rows = self._client.listing("sys_choice", query, ("value", "label"))
        pairs = [(values.value(row, "value"), values.value(row, "label")) for row in rows]
        strange = [
            label for value, label in pairs if states.known(table, value, label, self._source.states) is None
        ]
        if strange:
            detail = f"not known, taken for assess: {', '.join(sorted(strange))}"
            yield Diagnosis(
                Health.WARNING, f"states of {table}", detail, "name each in SERVICENOW_STATES__<STATE>"
            )

    def _relations(self) -> Iterator[Diagnosis]:
        """Whether relations can be read, when an admin wants them followed; and types that the instance lacks."""
        yield from self._support("cmdb_rel_ci")
        rows = self._client.listing("cmdb_rel_type", "nameISNOTEMPTY", ("name",))
        strange = sorted(self._settings.relations.keys() - {values.value(row, "name") for row in rows})
        if strange:
            detail = f"the instance has no relation type {', '.join(strange)}"
            yield Diagnosis(Health.WARNING, "cmdb_rel_type", detail, "correct SERVICENOW_RELATION_TYPES")

    def _support(self, table: str) -> Iterator[Diagnosis]:
        less = Health.WARNING if table in _OPTIONAL else Health.FAILED
        fix = f"let the account read {table}"
        try:
            page = self._client.first(table, "ORDERBYsys_id", (), _SAMPLE)
        except SourceError as error:
            yield Diagnosis(less, table, f"{_SUPPORT[table]}: {error}", fix)
            return
        if page.total and not page.rows:
            yield Diagnosis(less, table, f"{_SUPPORT[table]} may not be read", fix)
        else:
            yield Diagnosis(Health.OK, table, f"{_SUPPORT[table]}: readable")

    def _journal(self) -> Iterator[Diagnosis]:
        page = self._client.first("sys_journal_field", "element=work_notes^ORDERBYsys_id", (), _SAMPLE)
        hidden = bool(page.total) and not page.rows
        detail = "hidden from the account; its notes are found through the ticket" if hidden else "readable"
        yield Diagnosis(Health.WARNING if hidden else Health.OK, "sys_journal_field", detail)

    def _items(self) -> Iterator[Diagnosis]:
        shared = {n: c.name for n, several in self._book.columns.items() for c in several if not c.table}
        yield self._columns("cmdb_ci", shared, "SERVICENOW_CI_FIELDS__<FIELD>")

    def _roles(self, roles: Wanted) -> Iterator[Diagnosis]:
        for role, names in roles.items():
            for name in names:
                yield self._role(role, name)

    def _role(self, role: Role, name: str) -> Diagnosis:
        about, fix = f"role {role}", f"correct ROLES__{role.upper()}"
        found = self._source.directory.look_up(name)
        if found is None:
            return Diagnosis(Health.WARNING, about, f"ServiceNow has no group or user {name}", fix)
        if not found.readable:
            detail = f"members of {name} may not be read"
            return Diagnosis(
                Health.FAILED, about, detail, "let the account read sys_user_grmember and sys_user"
            )
        active = [p for p in found.people if p.active]
        if not active:
            return Diagnosis(
                Health.WARNING, about, f"{name} has no active members", "put people in the group"
            )
        return Diagnosis(Health.OK, about, f"{name}: {len(active)} people")


def _missing(table: str, error: SourceError) -> Diagnosis:
    if table in PLUGINS:
        return Diagnosis(Health.WARNING, table, "the instance has no such table; it is skipped")
    return Diagnosis(Health.FAILED, table, str(error), "correct SERVICENOW_URL or SERVICENOW_TABLES")


def _nothing(table: str, total: int | None) -> Diagnosis:
    if total:
        fix = "give the account a role that reads it, such as sn_change_read"
        return Diagnosis(Health.FAILED, table, f"of {total} records none of the first may be read", fix)
    return Diagnosis(Health.WARNING, table, "no records in scope, so that its columns cannot be checked")


def _queried(query: str) -> list[str]:
    """Columns named in a query: a part with an unknown one would be dropped in silence."""
    terms = re.split(r"\^(?:OR)?", query)
    return [m[0] for term in terms if (m := re.match(r"[a-z][a-z0-9_.]*", term))]


def _failed(about: str, error: SourceError) -> Diagnosis:
    return Diagnosis(Health.FAILED, about, str(error), error.fix)
