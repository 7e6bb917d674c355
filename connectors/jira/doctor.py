"""The doctor's look at Jira: connection, identity, permissions, fields, statuses, Assets, groups. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from connectors.jira import statuses
from connectors.jira.assets.doctor import examined
from connectors.jira.assets.register import JiraAssets
from connectors.jira.assets.relations import AssetsRelations
from connectors.jira.fields import ASSET_TYPES, ASSETS, Doubt, SiteField
from connectors.jira.permissions import beyond, given
from connectors.jira.source import JiraSource
from connectors.jira.values import objs, words
from connectors.shared import doctor
from connectors.shared.doctor import Step, Wanted
from domain.credentials import days_left, told
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import SourceError
from domain.ports.source import Identity

PERMISSIONS = {
    "BROWSE_PROJECTS": "see the tickets",
    "ADD_COMMENTS": "comment",
    "EDIT_OWN_COMMENTS": "keep its comment up to date",
}
"""What the account must be allowed in each project, and what for."""
USERS = "USER_PICKER"
"""Jira's word for the global permission Browse users and groups."""
_BROWSE_USERS = "give the account the global permission Browse users and groups"


class JiraExaminer:
    """An `Examiner`."""

    def __init__(
        self,
        source: JiraSource,
        book: JiraAssets | None = None,
        relations: AssetsRelations | None = None,
    ) -> None:
        self._source, self._client, self._relations = source, source.client, relations
        self._book = book or JiraAssets(source.client, source.settings)

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
            yield doctor.failed("connection", error)
            return
        yield from doctor.steps(self._steps(roles))
        # Last: the steps before each tell their own failure, and this is why the later ones all look alike.
        if self._client.circuit.open:
            resting = "Jira does not answer or wants to be left alone; nothing more is asked of it for now"
            yield Diagnosis(Health.FAILED, "connection", resting, "look at what failed first, above")

    def _steps(self, roles: Wanted) -> Iterator[Step]:
        # Permissions are given per project: an account may be right in one and blind in another.
        projects = self._source.settings.projects or ("",)
        for project in projects:
            yield _project(project), partial(self._permissions, project)
        yield "users and groups", self._users
        yield "rights beyond need", lambda: beyond(self._client, projects)
        yield "fields", self._fields
        for project in projects:
            yield f"statuses of {project or 'the site'}", partial(self._statuses, project)
        objects = [f for f in self._held(ASSETS) if f.custom in ASSET_TYPES]
        yield "assets", lambda: examined(self._book, objects, self._relations)
        yield "own looks", lambda: [doctor.own_looks("classes, flags and owners of assets")]
        look_up = self._source.directory.look_up
        yield "roles", lambda: doctor.roles(roles, "Jira", look_up, _BROWSE_USERS)

    def _held(self, name: str) -> Sequence[SiteField]:
        try:
            return self._source.site.fields.found.get(name, ())
        except SourceError:
            return ()  # the step that looks at the fields tells why

    def _permissions(self, project: str) -> Iterator[Diagnosis]:
        """What the account may do in a project; in any at all when no projects are named."""
        have = given(self._client, PERMISSIONS, {"projectKey": project} if project else {})
        lacking = [f"{p} (to {PERMISSIONS[p]})" for p in PERMISSIONS if p not in have]
        if lacking:
            fix = "add it in the permission scheme"
            yield Diagnosis(Health.FAILED, _project(project), f"the account lacks {'; '.join(lacking)}", fix)
        else:
            detail = "the account may see, comment and edit its comments"
            yield Diagnosis(Health.OK, _project(project), detail)

    def _users(self) -> Iterator[Diagnosis]:
        if USERS in given(self._client, (USERS,), {}):
            yield Diagnosis(Health.OK, "users and groups", "the account may look them up")
        else:
            detail = f"the account lacks {USERS} (to read who is in a role)"
            yield Diagnosis(Health.FAILED, "users and groups", detail, _BROWSE_USERS)

    def _fields(self) -> Iterator[Diagnosis]:
        fields = self._source.site.fields
        names = sorted(name for name, found in fields.found.items() if found)
        yield Diagnosis(Health.OK, "fields", f"{len(names)} found: {', '.join(names)}")
        for name, found in fields.found.items():
            if len(found) > 1 and name != ASSETS:
                order = ", else ".join(f"{f.name} ({f.id})" for f in found)
                yield Diagnosis(Health.OK, f"field {name}", f"read from {order}")
        absent = [doubt for doubt in fields.doubts if self._is_just_absent(doubt)]
        yield from (self._doubt(doubt) for doubt in fields.doubts if doubt not in absent)
        if absent:
            detail = (
                f"no field has these names, so what they hold is unknown: {', '.join(map(_wanted, absent))}"
            )
            fix = (
                "make the field, or set JIRA_FIELDS__<FIELD> to the id or name of the one that holds it, such as "
                f"{_variable(absent[0].about)}=customfield_10042"
            )
            yield Diagnosis(Health.WARNING, "fields not found", detail, fix)

    def _is_just_absent(self, doubt: Doubt) -> bool:
        """A default name that the site lacks, as most sites lack some."""
        return not doubt.ids and " " not in doubt.about and doubt.about not in self._source.settings.fields

    def _doubt(self, doubt: Doubt) -> Diagnosis:
        named = doubt.about in self._source.settings.fields
        # Rivals or a name that an admin gave need an answer; that a site lacks a field is usual.
        health = Health.FAILED if doubt.ids or named else Health.WARNING
        fix = f"set {_variable(doubt.about)} to the id of the right field"
        return Diagnosis(health, f"field {doubt.about}", str(doubt), fix)

    def _statuses(self, project: str) -> Iterator[Diagnosis]:
        """Statuses of watched types that nobody named: they fall back on their category."""
        known, about = self._source.site.states, f"statuses of {project or 'the site'}"
        strange = {
            f"{words(status)} (as {statuses.state_of(status, known)})"
            for status in self._listed(project)
            if statuses.known(words(self._source.site.as_known(status)), known) is None
        }
        if strange:
            detail = f"not known, judged by their category: {', '.join(sorted(strange))}"
            yield Diagnosis(Health.WARNING, about, detail, "name each in JIRA_STATUSES__<STATE>")
        else:
            yield Diagnosis(Health.OK, about, "all known")

    def _listed(self, project: str) -> list[dict[str, Any]]:
        if not project:
            return objs(self._client.api("status"))
        types = objs(self._client.api(f"project/{project}/statuses"))
        # By type: a project's other types may have statuses of their own that concern nobody here.
        return [s for t in types if self._source.site.kind(t) for s in objs(t.get("statuses"))]


def _project(project: str) -> str:
    return f"project {project}" if project else "permissions"


def _wanted(doubt: Doubt) -> str:
    """The name that is looked for, with the word of the settings where that is another."""
    plain = doubt.wanted.lower().replace(" ", "_") == doubt.about
    return doubt.wanted if plain else f"{doubt.wanted} ({doubt.about})"


def _expiry(me: Identity) -> Iterator[Diagnosis]:
    left = days_left(me.expires, datetime.now(UTC).date()) if me.expires else None
    if me.expires and left is not None:
        health = Health.FAILED if left < 0 else Health.WARNING
        fix = "make a new token, and set JIRA_TOKEN_EXPIRES to its last day"
        yield Diagnosis(health, "token", told(me.expires, left), fix)


def _variable(about: str) -> str:
    role, _, rest = about.partition(" ")
    return f"JIRA_SIGN_OFF_FIELDS__{role.upper()}" if rest else f"JIRA_FIELDS__{about.upper()}"
