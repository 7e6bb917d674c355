"""Which field of this site holds what: the vocabulary's default names, an admin's overrides, and doubts.

Field ids differ per site and names can exist twice. A name that fits two fields is reported with both ids and
the field stays unreadable; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.jira.former_names import FormerNames, Named
from connectors.jira.settings import JiraSettings, split
from domain.fields import FIELDS

ASSETS = "assets"
PREAPPROVAL = "preapproval"
"""Not of the vocabulary: the template of a standard change. Jira has none, so only a field that an admin names."""
_INSIGHT = "com.riadalabs.jira.plugins.insight:rlabs-customfield-"
ASSET_TYPES = frozenset(
    {
        "com.atlassian.jira.plugins.cmdb:cmdb-object-cftype",
        *(_INSIGHT + kind for kind in ("default-object", "object", "object-multi")),
    }
)
"""Types of fields that hold objects of Assets: on Cloud, and on Data Center where Assets was called Insight."""
_SERVICE_TYPE = "com.atlassian.jira.plugins.service-entity:service-entity-field-cftype"
_APPROVALS_TYPE = "com.atlassian.servicedesk.approvals-plugin:sd-approvals"
"""Known by their type, because their names are translated on a site in another language."""

SYSTEM: Mapping[str, str] = {
    "description": "description",
    "requester": "reporter",
    "implementer": "assignee",
    "result": "resolution",
    "incident_priority": "priority",
}
"""Vocabulary fields that are fields of Jira itself, by id."""

ELSEWHERE = frozenset({"born_from", "succeeded_by", "changes", "test_plan_fixed_at", "test_validated_at"})
"""Vocabulary fields that come from links and history unless an admin names a field."""

TOLD_BY_HISTORY = frozenset({"verified_by", "tested_at", "accepted_at"})
"""Vocabulary fields that history tells where the site has no field of their name: that is no doubt."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "planned_start": ("Planned start", "Change start date"),
    "planned_end": ("Planned end", "Change completion date"),
    "fallback_plan": ("Backout plan", "Fall-back plan"),
    ASSETS: ("Affected services",),
}
"""Names to look for, best first, where they differ from the vocabulary's label."""

SIGN_OFFS: Mapping[str, tuple[str, ...]] = {
    "cab": ("CAB sign-off",),
    "dpo": ("DPO sign-off",),
    "owner": ("Owner sign-off",),
}

ALWAYS = (
    "summary",
    "status",
    "issuetype",
    "project",
    "created",
    "updated",
    "creator",
    "issuelinks",
    "subtasks",
    "parent",
)
"""Fields read of every issue, whatever the vocabulary maps to; `fixVersions` stands in for a package."""
VERSIONS = "fixVersions"
ARCHIVED = "archiveddate"
"""When an issue was archived; only sites that can archive have it."""


@dataclass(frozen=True, slots=True)
class SiteField:
    """A field of the site, as its list has it. `original` is its name before translation, where the site tells."""

    id: str
    name: str
    custom: str = ""
    original: str = ""

    def goes_by(self, word: str) -> bool:
        """Whether this is one of its names, in any case."""
        # The original name too: on a translated site the list has the account's language (docs/jira-facts.md, Fields).
        return _plain(word) in (_plain(self.name), _plain(self.original)) and bool(_plain(word))


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a vocabulary field (or a role's sign-off) has no field here. `ids` are the rivals, if any."""

    about: str
    wanted: str
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.ids:
            return f"no field named {self.wanted}"
        return f"{len(self.ids)} fields are named {self.wanted}: {', '.join(self.ids)}"


@dataclass(frozen=True, slots=True)
class FieldMap:
    """Vocabulary name to the site's fields (best first), sign-off fields per role, and doubts. `approvals` are
    fields that show the approvals of Service Management; a site that has them needs no sign-off fields. `unfound` are
    lines for the admin about what settings name and the site lacks. `archives` tells whether issues can be archived.
    """

    found: Mapping[str, tuple[SiteField, ...]]
    sign_offs: Mapping[str, tuple[SiteField, ...]]
    doubts: tuple[Doubt, ...]
    approvals: tuple[SiteField, ...] = ()
    unfound: tuple[str, ...] = ()
    archives: bool = False

    def ids(self) -> list[str]:
        """Every field id to ask for, sorted, so that requests are the same each time."""
        mapped = {f.id for group in (self.found, self.sign_offs) for fields in group.values() for f in fields}
        archived = {ARCHIVED} if self.archives else set()
        return sorted(mapped | {*ALWAYS, VERSIONS, *(f.id for f in self.approvals)} | archived)

    def doubt(self, name: str) -> str:
        """Why a vocabulary field is not mapped, for the admin."""
        return "; ".join(str(d) for d in self.doubts if d.about == name) or "not mapped"


def site_fields(raw: Iterable[Mapping[str, Any]]) -> list[SiteField]:
    """The site's field list as `GET field` gives it. Names as people see them, translated if the site is."""
    return [
        SiteField(
            str(f["id"]),
            str(f.get("name", "")),
            str((f.get("schema") or {}).get("custom", "")),
            str(f.get("untranslatedName") or ""),
        )
        for f in raw
        if f.get("id")
    ]


@dataclass(frozen=True, slots=True)
class Listed:
    """The fields of a site, and the names by which they were found before."""

    fields: Sequence[SiteField]
    names: FormerNames

    def called(self, word: str) -> list[SiteField]:
        """Those of this id or exact name, in any case; else the one that went by it once."""
        # An id cannot be ambiguous, so an admin who gives one is never told of rivals.
        exact = [f for f in self.fields if f.id == word]
        if exact:
            return exact
        found = [f for f in self.fields if f.goes_by(word)]
        if len(found) == 1:
            self.names.understood(Named.FIELD, found[0].id, _plain(word))
        number = "" if found else self.names.number(Named.FIELD, _plain(word))
        before = [f for f in self.fields if number and f.id == number]
        for one in before:
            self.names.met(Named.FIELD, one.id, one.name)
        return found or before


def resolve(
    fields: Sequence[SiteField], settings: JiraSettings, names: FormerNames | None = None
) -> FieldMap:
    """Map the vocabulary onto the site. `names` are those by which its fields were found before."""
    return _resolve(Listed(fields, names or FormerNames()), settings)


def _resolve(fields: Listed, settings: JiraSettings) -> FieldMap:
    doubts: list[Doubt] = []
    names = (*FIELDS, ASSETS)
    found = {name: _vocabulary(name, fields, settings, doubts) for name in names}
    if own := settings.fields.get(PREAPPROVAL):
        found[PREAPPROVAL] = _all(PREAPPROVAL, (own,), fields, doubts)
    approvals = tuple(f for f in fields.fields if f.custom == _APPROVALS_TYPE)
    signs = {role: settings.sign_off_fields.get(role) for role in {*SIGN_OFFS, *settings.sign_off_fields}}
    sign_offs = {role: _sign_offs(role, own, fields, doubts) for role, own in sorted(signs.items())}
    own_names = {*settings.fields, *(f"{role} sign-off" for role, own in signs.items() if own)}
    unfound = tuple(
        f"{d.about}: {d} — correct the name in the settings" for d in doubts if d.about in own_names
    )
    if approvals:
        # Such a site signs off in the service desk; that it lacks our default fields would be noise.
        own_doubts = {f"{role} sign-off" for role, own in signs.items() if not own}
        doubts = [d for d in doubts if d.ids or d.about not in own_doubts]
    archives = any(f.id == ARCHIVED for f in fields.fields)
    return FieldMap(found, sign_offs, tuple(doubts), approvals, unfound, archives)


def _sign_offs(role: str, own: str | None, fields: Listed, doubts: list[Doubt]) -> tuple[SiteField, ...]:
    return _all(f"{role} sign-off", split(own) if own else SIGN_OFFS[role], fields, doubts)


def _vocabulary(
    name: str, fields: Listed, settings: JiraSettings, doubts: list[Doubt]
) -> tuple[SiteField, ...]:
    own = settings.fields.get(name)
    if own:
        return _all(name, (own,), fields, doubts)
    # By id, not by name: these have the same id on every site, whatever its language.
    if name in SYSTEM:
        return _all(name, (SYSTEM[name],), fields, doubts)
    if name in ELSEWHERE:
        return ()
    typed = {*ASSET_TYPES, _SERVICE_TYPE} if name == ASSETS else ()
    by_type = tuple(f for f in fields.fields if f.custom in typed)
    tried: list[Doubt] = []
    by_name = _all(name, _wanted(name), fields, tried)
    rivals = [d for d in tried if d.ids]
    missing = [] if name in TOLD_BY_HISTORY else tried[:1]
    # A rival pair is told even when a second choice was found: it may be the pair that people fill in.
    doubts += rivals if by_name or by_type else (rivals or missing)
    return tuple(dict.fromkeys((*by_name, *by_type)))


def _wanted(name: str) -> tuple[str, ...]:
    return NAMES.get(name) or (FIELDS[name].label,)


def _all(about: str, wanted: Iterable[str], fields: Listed, doubts: list[Doubt]) -> tuple[SiteField, ...]:
    """The one field for each of `wanted` (id or exact name, in any case); doubts for the others."""
    found = []
    for word in wanted:
        matches = fields.called(word)
        if len(matches) == 1:
            found.append(matches[0])
        else:
            doubts.append(Doubt(about, word, tuple(f.id for f in matches)))
    return tuple(found)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
