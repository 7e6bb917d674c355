"""An issue as Jira gives it into a ticket of the common vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from connectors.jira import approvals as sign_offs
from connectors.jira.asset_refs import touched
from connectors.jira.client import NAME, mapping
from connectors.jira.fields import PREAPPROVAL, VERSIONS, FieldMap, SiteField
from connectors.jira.history import History, steps_of
from connectors.jira.links import CONTAINS, contained
from connectors.jira.search import moment
from connectors.jira.statuses import CATEGORIES, known, remark, state_of
from connectors.jira.values import obj, objs, person, read, words
from domain import parsing
from domain.fields import FIELDS, UNREADABLE, Field
from domain.lifecycle import State
from domain.ticket import Approval, Change, Ticket, TicketKind

_BORN_FROM = frozenset({"caused by", "is caused by", "veroorzaakt door", "is veroorzaakt door"})
_LEADS_TO = frozenset({"causes", "veroorzaakt", "leads to", "leidt tot"})
"""What links say, in the words of Jira's own link types and their Dutch forms."""
_SIGNALS = frozenset({TicketKind.INCIDENT, TicketKind.PROBLEM})
_CHANGES: frozenset[TicketKind | None] = frozenset({TicketKind.CHANGE, TicketKind.RELEASE})
_ORIGINS: frozenset[TicketKind | None] = frozenset({*_SIGNALS, None})
"""What a change can come from: an incident or problem, perhaps of a type that is not watched."""
_LINKS = "Issue links"
_NO_LINKS = parsing.unreadable(_LINKS, "not returned for this issue")
_FIX_VERSIONS = SiteField(VERSIONS, "Fix versions")


def _no_category(_: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Site:
    """What must be known of a site to understand its issues. `category` gives the category of a status by its id,
    which a changelog leaves out, and `zone` the account's, for dates without a time; both may ask the site.
    """

    url: str
    fields: FieldMap
    kinds: Mapping[str, TicketKind]
    states: Mapping[str, State]
    category: Callable[[str], str] = _no_category
    zone: Callable[[], tzinfo] = lambda: UTC

    def kind(self, issue_type: str) -> TicketKind | None:
        """The kind of ticket of an issue type; None when it is not watched."""
        return self.kinds.get(issue_type.strip().lower())

    def state(self, name: str, number: str) -> State | None:
        """The state that a status of this name and id means; None where neither tells."""
        return known(name, self.states) or (CATEGORIES.get(self.category(number)) if number else None)


@dataclass(frozen=True, slots=True)
class Raw:
    """An issue with what had to be fetched beside it. `approvals` is None when the issue has no such thing."""

    issue: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]]
    approvals: Sequence[Mapping[str, Any]] | None


def ticket(raw: Raw, site: Site) -> Ticket:
    """The ticket. Raises Garbled when what every issue has is missing."""
    issue, fields = raw.issue, mapping(raw.issue.get("fields"))
    history = _history(raw, fields)
    seen = {name: _field(name, fields, site, history) for name in FIELDS}
    seen |= {name: find(seen, fields, site.fields, history) for name, find in _DERIVED.items()}
    seen |= _relations(fields, site)
    given = _approvals(raw, fields, site, history)
    assets, assets_readable = touched(fields, site.fields)
    return Ticket(
        source=NAME,
        id=str(issue.get("id")),
        key=str(issue.get("key")),
        url=f"{site.url}/browse/{issue.get('key')}",
        # Only watched types are listed, but one may be changed to another between listing and reading.
        kind=site.kind(words(fields.get("issuetype"))) or TicketKind.CHANGE,
        state=state_of(mapping(fields.get("status")), site.states),
        status=words(fields.get("status")),
        summary=words(fields.get("summary")),
        created=moment(fields.get("created")),
        updated=moment(fields.get("updated")),
        fields=seen,
        approvals=tuple(given or ()),
        approvals_readable=given is not None,
        assets=assets,
        assets_readable=assets_readable,
        preapproval=_preapproval(fields, site.fields, history),
        history=_changed(history, seen, site),
        history_readable=bool(raw.changes) or "changelog" in issue,
        remarks=remark(mapping(fields.get("status")), site.states),
    )


def _changed(history: History, seen: Mapping[str, Field], site: Site) -> tuple[Change, ...]:
    """What the changelog tells in the vocabulary's names; fix versions where they stand in for a package."""
    found = dict(site.fields.found)
    # The history must speak of the field that the value came from, else the value would have no author.
    if seen["package"].where == _FIX_VERSIONS.name:
        found["package"] = (_FIX_VERSIONS,)
    return history.changes(found, site.state)


def _history(raw: Raw, fields: Mapping[str, Any]) -> History:
    # The creator first: a reporter can be changed afterwards.
    creator = person(fields.get("creator")) or person(fields.get("reporter"))
    return History(steps_of(raw.changes), creator, moment(fields.get("created")))


def _field(name: str, fields: Mapping[str, Any], site: Site, history: History) -> Field:
    """The best of the fields mapped to a name that is filled; else the first that can be read."""
    # Jira leaves out fields that are not on the issue's screens or in its context: absent is not empty.
    candidates = [f for f in site.fields.found.get(name, ()) if f.id in fields]
    if not candidates:
        mapped = site.fields.found.get(name, ())
        # Two remedies: a field that is mapped belongs on a screen, one that is not belongs in the settings.
        why = "not returned for this issue" if mapped else site.fields.doubt(name)
        return parsing.unreadable(mapped[0].name if mapped else FIELDS[name].label, why)
    seen = [history.stamped(read(name, fields[f.id], f.name, site.zone), f) for f in candidates]
    readable = [f for f in seen if f.readable]
    return next((f for f in readable if f.filled), (readable or seen)[0])


def _preapproval(fields: Mapping[str, Any], site: FieldMap, history: History) -> Field:
    """The template of a standard change, from the field that an admin named for it; else nothing is known."""
    named = next((f for f in site.found.get(PREAPPROVAL, ()) if f.id in fields), None)
    if named is None:
        return UNREADABLE
    return history.stamped(parsing.text(words(fields[named.id]), named.name), named)


def _package(seen: Mapping[str, Field], fields: Mapping[str, Any], _: FieldMap, __: History) -> Field:
    own = seen["package"]
    versions = read("package", fields.get(VERSIONS), _FIX_VERSIONS.name)
    return (
        versions if not own.filled and VERSIONS in fields and (versions.filled or not own.readable) else own
    )


def _changes(seen: Mapping[str, Field], fields: Mapping[str, Any], site: FieldMap, _: History) -> Field:
    """Keys of the issues this one contains: links in words that say so, and sub-tasks."""
    if site.found.get("changes"):
        return seen["changes"]
    # Linking and sub-tasks can be switched off on a site: then this is unknown rather than "none".
    if "issuelinks" not in fields and "subtasks" not in fields:
        return parsing.unreadable("Issue links", "not returned for this issue")
    linked = list(contained(fields.get("issuelinks")))
    keys = [*linked, *(str(sub.get("key")) for sub in objs(fields.get("subtasks")))]
    return Field(tuple(dict.fromkeys(keys)) or None, where="Issue links")


def _relations(fields: Mapping[str, Any], site: Site) -> dict[str, Field]:
    """What links between incidents and changes say: where a ticket comes from, and what an incident led to."""
    if "issuelinks" not in fields:
        # A field that an admin named goes before links, here and below.
        return {} if site.fields.found.get("born_from") else {"born_from": _NO_LINKS}
    found: dict[str, Field] = {}
    if not site.fields.found.get("born_from"):
        origins = _linked(fields, _BORN_FROM, site, _ORIGINS)
        found["born_from"] = Field(origins or None, where=_LINKS)
    if site.kind(words(fields.get("issuetype"))) in _SIGNALS and not site.fields.found.get("changes"):
        changes = _linked(fields, CONTAINS | _LEADS_TO, site, _CHANGES)
        found["changes"] = Field(changes or None, where=_LINKS)
    return found


def _linked(
    fields: Mapping[str, Any], told: frozenset[str], site: Site, kinds: frozenset[TicketKind | None]
) -> tuple[str, ...]:
    """Keys of the tickets of some kinds at the other end of the links that say one of these words."""
    found = []
    for link in objs(fields.get("issuelinks")):
        other = obj(link.get("outwardIssue") or link.get("inwardIssue"))
        # By kind as well: "causes" also links two changes, and that is no origin.
        if _says(link, told) and site.kind(words(obj(other.get("fields")).get("issuetype"))) in kinds:
            found.append(str(other.get("key") or ""))
    return tuple(dict.fromkeys(filter(None, found)))


def _says(link: Mapping[str, Any], told: frozenset[str]) -> bool:
    way = "outward" if "outwardIssue" in link else "inward"
    return str(obj(link.get("type")).get(way, "")).lower() in told


def _plan_fixed_at(
    seen: Mapping[str, Field], _: Mapping[str, Any], site: FieldMap, history: History
) -> Field:
    return _moment_of("test_plan_fixed_at", "test_plan", seen, site, history.first_filled)


def _validated_at(seen: Mapping[str, Field], _: Mapping[str, Any], site: FieldMap, history: History) -> Field:
    return _moment_of("test_validated_at", "test_validated_by", seen, site, lambda f: history.last(f)[1])


def _tested_at(seen: Mapping[str, Field], _: Mapping[str, Any], site: FieldMap, __: History) -> Field:
    return _later_of("tested_at", "test_result", seen, site)


def _accepted_at(seen: Mapping[str, Field], _: Mapping[str, Any], site: FieldMap, __: History) -> Field:
    return _later_of("accepted_at", "acceptance_result", seen, site)


def _later_of(name: str, result: str, seen: Mapping[str, Field], site: FieldMap) -> Field:
    """The later of what a field says and when the result got its present value; the history alone, where the site has
    no such field.
    """
    own, told = seen[name], seen[result]
    if not own.readable and (site.found.get(name) or not told.readable):
        return own
    if told.at is None or (own.moment and own.moment >= told.at):
        return own if own.readable else Field(None, where=told.where)
    return Field(told.at, where=f"{told.where} (history)", by=told.by, at=told.at)


def _moment_of(
    name: str, origin: str, seen: Mapping[str, Field], site: FieldMap, when: Callable[[Any], Any]
) -> Field:
    """A moment that the history of another field tells, unless a field of its own is mapped."""
    if site.found.get(name) or not seen[origin].readable:
        return seen[name] if site.found.get(name) else seen[origin]
    # The history of the field the value was read from: a second choice has a history of its own.
    source = next((f for f in site.found[origin] if f.name == seen[origin].where), None)
    value = when(source) if seen[origin].filled and source else None
    return Field(value, where=f"{seen[origin].where} (history)")


def _verifier(seen: Mapping[str, Field], _: Mapping[str, Any], site: FieldMap, history: History) -> Field:
    """Who verified; where no field says so, whoever first wrote down the verification, by the changelog."""
    own, verification = seen["verified_by"], seen["post_verification"]
    if own.filled or not verification.readable:
        return own
    if not verification.filled:
        return own if own.readable else Field(where=verification.where)
    source = next((f for f in site.found["post_verification"] if f.name == verification.where), None)
    who = history.first(source)[0] if source else None
    if who is None:
        return own if own.readable else parsing.unreadable(verification.where, "nothing tells who wrote it")
    return Field((who,), where=f"{verification.where} (history)")


_Derive = Callable[[Mapping[str, Field], Mapping[str, Any], FieldMap, History], Field]
_DERIVED: Mapping[str, _Derive] = {
    "package": _package,
    "changes": _changes,
    "test_plan_fixed_at": _plan_fixed_at,
    "tested_at": _tested_at,
    "accepted_at": _accepted_at,
    "test_validated_at": _validated_at,
    "verified_by": _verifier,
}


def _approvals(raw: Raw, fields: Mapping[str, Any], site: Site, history: History) -> list[Approval] | None:
    """Sign-offs of both sorts; None when this issue has no place where anybody could sign off, or shows that it has
    approvals which may not be read.
    """
    # The field shows that somebody was asked; without their answers nobody may be called late.
    if raw.approvals is None and any(fields.get(f.id) for f in site.fields.approvals):
        return None
    places = [f for group in site.fields.sign_offs.values() for f in group if f.id in fields]
    if raw.approvals is None and not places:
        return None
    return [*sign_offs.records(raw.approvals or ()), *sign_offs.signed(fields, site.fields, history)]
