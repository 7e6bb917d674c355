"""The doctor's look at Jira: connection, identity, permissions, fields, statuses, groups. Writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from bot.model.expiry import days_left, told
from bot.model.people import Role
from bot.ports import Diagnosis, Health, Identity, SourceError
from connectors.jira import statuses
from connectors.jira.client import mapping
from connectors.jira.source import JiraSource
from connectors.jira.values import words

PERMISSIONS = {
    "BROWSE_PROJECTS": "see the tickets",
    "ADD_COMMENTS": "comment",
    "EDIT_OWN_COMMENTS": "keep its comment up to date",
}
"""What the account must be allowed in each project, and what for."""

Wanted = Mapping[Role, Sequence[str]]


class JiraExaminer:
    """An `Examiner`."""

    def __init__(self, source: JiraSource) -> None:
        self._source, self._client = source, source.client

    def examine(self, roles: Wanted) -> Iterator[Diagnosis]:
        """Everything in order; stops after the first step when the site cannot be reached or refuses us."""
        try:
            kind = "Cloud" if self._client.cloud else "Data Center"
            yield Diagnosis(Health.OK, "server", f"Jira {kind} answers")
            me = self._source.identify()
            zone = me.timezone or "not told"
            yield Diagnosis(Health.OK, "account", f"works as {me.name}, time zone {zone}")
            yield from _expiry(me)
        except SourceError as error:
            yield _failed("connection", error)
            return
        for about, look in self._steps(roles):
            try:
                yield from look()
            except SourceError as error:
                yield _failed(about, error)
        if self._client.circuit.open:
            resting = "Jira does not answer or wants to be left alone; nothing more is asked of it for now"
            yield Diagnosis(Health.FAILED, "connection", resting, "look at what failed first, above")

    def _steps(self, roles: Wanted) -> list[tuple[str, Callable[[], Iterable[Diagnosis]]]]:
        return [
            ("permissions", self._permissions),
            ("fields", self._fields),
            ("statuses", self._statuses),
            ("roles", lambda: self._roles(roles)),
        ]

    def _permissions(self) -> Iterator[Diagnosis]:
        for project in self._source.settings.projects:
            params = {"projectKey": project, "permissions": ",".join(PERMISSIONS)}
            try:
                have = mapping(mapping(self._client.api("mypermissions", params)).get("permissions"))
            except SourceError as error:
                yield _failed(f"project {project}", error)
                continue
            lacking = [p for p in PERMISSIONS if not (have.get(p) or {}).get("havePermission")]
            yield _permission(project, lacking)

    def _fields(self) -> Iterator[Diagnosis]:
        fields = self._source.site.fields
        names = sorted(name for name, found in fields.found.items() if found)
        yield Diagnosis(Health.OK, "fields", f"{len(names)} found: {', '.join(names)}")
        for doubt in fields.doubts:
            health = Health.FAILED if doubt.ids else Health.WARNING
            variable = _variable(doubt.about)
            yield Diagnosis(
                health, f"field {doubt.about}", str(doubt), f"set {variable} to the id of the right field"
            )

    def _statuses(self) -> Iterator[Diagnosis]:
        """Statuses of watched types that nobody named: they fall back on their category."""
        for project in self._source.settings.projects:
            listed = self._client.api(f"project/{project}/statuses")
            types = [t for t in listed or [] if self._source.site.kind(words(t))]
            names = {words(s) for t in types for s in t.get("statuses") or []}
            strange = sorted(n for n in names if statuses.known(n, self._source.site.states) is None)
            if strange:
                yield Diagnosis(
                    Health.WARNING,
                    f"statuses of {project}",
                    f"not known, judged by their category: {', '.join(strange)}",
                    "name each in JIRA_STATUSES__<STATE>",
                )

    def _roles(self, roles: Wanted) -> Iterator[Diagnosis]:
        for role, names in roles.items():
            for name in names:
                yield self._role(role, name)

    def _role(self, role: Role, name: str) -> Diagnosis:
        about, fix = f"role {role}", f"correct ROLES__{role.upper()}"
        found = self._source.directory.look_up(name)
        if found is None:
            return Diagnosis(Health.WARNING, about, f"Jira has no group or user {name}", fix)
        if not found.readable:
            permission = "give the account the global permission Browse users and groups"
            return Diagnosis(Health.FAILED, about, f"members of {name} may not be read", permission)
        if not found.people:
            return Diagnosis(
                Health.WARNING, about, f"{name} has no active members", "put people in the group"
            )
        return Diagnosis(Health.OK, about, f"{name}: {len(found.people)} people")


def _expiry(me: Identity) -> Iterator[Diagnosis]:
    left = days_left(me.expires, datetime.now(UTC).date()) if me.expires else None
    if me.expires and left is not None:
        health = Health.FAILED if left < 0 else Health.WARNING
        fix = "make a new token, and set JIRA_TOKEN_EXPIRES to its last day"
        yield Diagnosis(health, "token", told(me.expires, left), fix)


def _permission(project: str, lacking: Sequence[str]) -> Diagnosis:
    about = f"project {project}"
    if not lacking:
        return Diagnosis(Health.OK, about, "the account may see, comment and edit its comments")
    wanted = "; ".join(f"{p} (to {PERMISSIONS[p]})" for p in lacking)
    return Diagnosis(Health.FAILED, about, f"the account lacks {wanted}", "add it in the permission scheme")


def _variable(about: str) -> str:
    role, _, rest = about.partition(" ")
    return f"JIRA_SIGN_OFF_FIELDS__{role.upper()}" if rest else f"JIRA_FIELDS__{about.upper()}"


def _failed(about: str, error: SourceError) -> Diagnosis:
    return Diagnosis(Health.FAILED, about, str(error), error.fix)
