"""An issue as Jira gives it into a ticket of the common vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from connectors.jira import approvals as sign_offs
from connectors.jira.approvals import SignOffs
from connectors.jira.asset_refs import touched
from connectors.jira.client import NAME, mapping
from connectors.jira.fields import ARCHIVED, PREAPPROVAL, VERSIONS, FieldMap, SiteField
from connectors.jira.former_names import FormerNames, Named
from connectors.jira.history import History, steps_of
from connectors.jira.links import CONTAINS, contained
from connectors.jira.search import moment
from connectors.jira.statuses import CATEGORIES, known, remark, state_of
from connectors.jira.values import obj, objs, person, read, words
from domain import parsing
from domain.fields import FIELDS, UNDONE, UNREADABLE, Field
from domain.lifecycle import State
from domain.ticket import Change, Ticket, TicketKind

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
    which a changelog leaves out, and `zone` the account's, for dates without a time; both may ask the site. `names` are
    those under which things of the site were understood before.
    """

    url: str
    fields: FieldMap
    kinds: Mapping[str, TicketKind]
    states: Mapping[str, State]
    category: Callable[[str], str] = _no_category
    zone: Callable[[], tzinfo] = lambda: UTC
    names: FormerNames = field(default_factory=FormerNames)

    def kind(self, issue_type: Any) -> TicketKind | None:
        """The kind of ticket of an issue type as an issue shows it; None when it is not watched."""
        found = self.kinds.get(words(issue_type).strip().lower())
        if found or not isinstance(issue_type, dict):
            return found
        number = str(issue_type.get("id") or "")
        before = self.kinds.get(self.names.of(Named.TYPE, number).strip().lower())
        if before:
            self.names.met(Named.TYPE, number, words(issue_type))
        return before

    def state(self, name: str, number: str) -> State | None:
        """The state that a status of this name and id means; None where neither tells."""
        found = known(name, self.states)
        if found or not number:
            return found
        before = known(self.names.of(Named.STATUS, number), self.states)
        return before or CATEGORIES.get(self.category(number))

    def as_known(self, status: Mapping[str, Any]) -> Mapping[str, Any]:
        """A status under the name by which it is understood, where it was understood before it got another."""
        before = self.names.of(Named.STATUS, str(status.get("id") or ""))
        renamed = before and not known(words(status), self.states) and known(before, self.states)
        return {**status, "name": before} if renamed else status


@dataclass(frozen=True, slots=True)
class Raw:
    """An issue with what had to be fetched beside it. `approvals` is None when the issue has no such thing, or does not
    show them; then `hidden` is True when it has them for all that can be seen. `whole` is False when there are more
    `changes` than could be had.
    """

    issue: Mapping[str, Any]
    changes: Sequence[Mapping[str, Any]]
    approvals: Sequence[Mapping[str, Any]] | None
    hidden: bool = False
    whole: bool = True

    @property
    def has_history(self) -> bool:
        """Whether the changelog came with it, all of it."""
        return self.whole and (bool(self.changes) or isinstance(self.issue.get("changelog"), dict))


def ticket(raw: Raw, site: Site) -> Ticket:
    """The ticket. Raises Garbled when what every issue has is missing."""
    issue, fields = raw.issue, mapping(raw.issue.get("fields"))
    history = _history(raw, fields)
    seen = {name: _field(name, fields, site, history) for name in FIELDS}
    seen |= {name: find(seen, fields, site.fields, history) for name, find in _DERIVED.items()}
    seen |= _relations(fields, site) | _successors(seen, fields, site)
    given = _approvals(raw, fields, site, history)
    assets, assets_readable = touched(fields, site.fields)
    return Ticket(
        source=NAME,
        id=str(issue.get("id")),
        key=str(issue.get("key")),
        url=f"{site.url}/browse/{issue.get('key')}",
        # Only watched types are listed, but one may be changed to another between listing and reading.
        kind=site.kind(fields.get("issuetype")) or TicketKind.CHANGE,
        state=state_of(site.as_known(mapping(fields.get("status"))), site.states),
        status=words(fields.get("status")),
        summary=words(fields.get("summary")),
        created=moment(fields.get("created")),
        updated=moment(fields.get("updated")),
        fields=seen,
        approvals=given.approvals,
        approvals_readable=given.readable,
        assets=assets,
        assets_readable=assets_readable,
        preapproval=_preapproval(fields, site.fields, history),
        history=_changed(history, seen, site),
        history_readable=raw.has_history,
        remarks=(*_remark(mapping(fields.get("status")), site), *given.remarks),
        set_aside="Archived" if fields.get(ARCHIVED) else "",
    )


def _remark(status: Mapping[str, Any], site: Site) -> tuple[str, ...]:
    before = site.as_known(status)
    if before is status:
        return remark(status, site.states)
    state, now, then = state_of(before, site.states), words(status), words(before)
    return (
        f"the status {then} is called {parsing.shorten(now)} now, and is taken for {state} as before — "
        "name it in JIRA_STATUSES__<STATE>",
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
    created = moment(fields.get("created"))
    return History(steps_of(raw.changes), creator, created, readable=raw.has_history)


def _field(name: str, fields: Mapping[str, Any], site: Site, history: History) -> Field:
    """The best of the fields mapped to a name that is filled; else the first that can be read."""
    # Jira leaves out fields that are not on the issue's screens or in its context: absent is not empty.
    candidates = [f for f in site.fields.found.get(name, ()) if f.id in fields]
    if not candidates:
        mapped = site.fields.found.get(name, ())
        # Two remedies: a field that is mapped belongs on a screen, one that is not belongs in the settings.
        why = "not returned for this issue" if mapped else site.fields.doubt(name)
        return parsing.unreadable(mapped[0].name if mapped else FIELDS[name].label, why)
    seen = [history.stamped(read(name, fields[f.id], f.name, site.zone), f, name) for f in candidates]
    readable = [f for f in seen if f.readable]
    return next((f for f in readable if f.filled), (readable or seen)[0])


def _preapproval(fields: Mapping[str, Any], site: FieldMap, history: History) -> Field:
    """The template of a standard change, from the field that an admin named for it; else nothing is known."""
    named = next((f for f in site.found.get(PREAPPROVAL, ()) if f.id in fields), None)
    if named is None:
        return UNREADABLE
    return history.stamped(parsing.text(words(fields[named.id]), named.name), named, PREAPPROVAL)


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
    if site.kind(fields.get("issuetype")) in _SIGNALS and not site.fields.found.get("changes"):
        changes = _linked(fields, CONTAINS | _LEADS_TO, site, _CHANGES)
        found["changes"] = Field(changes or None, where=_LINKS)
    return found


def _successors(seen: Mapping[str, Field], fields: Mapping[str, Any], site: Site) -> dict[str, Field]:
    """Which changes may be another try at one that was undone: all that are linked to it, whatever the link says."""
    if site.fields.found.get("succeeded_by"):
        return {}
    if seen["result"].value not in UNDONE:
        return {"succeeded_by": Field()}
    if "issuelinks" not in fields:
        return {"succeeded_by": _NO_LINKS}
    parts = {*contained(fields["issuelinks"])}
    keys = (key for key in _linked(fields, None, site, _CHANGES) if key not in parts)
    return {"succeeded_by": Field(tuple(keys) or None, where=_LINKS)}


def _linked(
    fields: Mapping[str, Any], told: frozenset[str] | None, site: Site, kinds: frozenset[TicketKind | None]
) -> tuple[str, ...]:
    """Keys of the tickets of some kinds at the other end of the links that say one of these words, or any."""
    found = []
    for link in objs(fields.get("issuelinks")):
        other = obj(link.get("outwardIssue") or link.get("inwardIssue"))
        # By kind as well: "causes" also links two changes, and that is no origin.
        if (told is None or _says(link, told)) and site.kind(
            obj(other.get("fields")).get("issuetype")
        ) in kinds:
            found.append(str(other.get("key") or ""))
    return tuple(dict.fromkeys(filter(None, found)))


def _says(link: Mapping[str, Any], told: frozenset[str]) -> bool:
    way = "outward" if "outwardIssue" in link else "inward"
    return str(obj(link.get("type")).get(way, "")).lower() in told


def _plan_fixed_at(
    seen: Mapping[str, Field], _: Mapping[str, Any], site: FieldMap, history: History
) -> Field:
    return _moment_of("test_plan_fixed_at", "test_plan", seen, site, history)


def _validated_at(seen: Mapping[str, Field], _: Mapping[str, Any], site: FieldMap, history: History) -> Field:
    return _moment_of("test_validated_at", "test_validated_by", seen, site, history)


def _tested_at(seen: Mapping[str, Field], _: Mapping[str, Any], site: FieldMap, history: History) -> Field:
    return _later("tested_at", "test_result", seen, site, history)


def _accepted_at(seen: Mapping[str, Field], _: Mapping[str, Any], site: FieldMap, history: History) -> Field:
    return _later("accepted_at", "acceptance_result", seen, site, history)


def _later(name: str, origin: str, seen: Mapping[str, Field], site: FieldMap, history: History) -> Field:
    """The later of what a field says and the last change of the result that it is about: a result that is written anew
    leaves a trace in the history, one that is confirmed can be dated in the field.
    """
    own, result = seen[name], seen[origin]
    source = next((f for f in site.found.get(origin, ()) if f.name == result.where), None)
    if not history.readable:
        return own
    if not result.filled or source is None:
        # Without a result there is nothing that it could have happened to.
        return own if own.readable or not result.readable else Field(where=result.where)
    written = history.last(source, origin)[1]
    if written is None or (own.moment and own.moment >= written):
        return own
    return Field(written, where=f"{result.where} (history)")


def _moment_of(name: str, origin: str, seen: Mapping[str, Field], site: FieldMap, history: History) -> Field:
    """A moment that the history of another field tells, unless a field of its own is mapped."""
    if site.found.get(name) or not seen[origin].readable:
        return seen[name] if site.found.get(name) else seen[origin]
    # The history of the field the value was read from: a second choice has a history of its own.
    source = next((f for f in site.found[origin] if f.name == seen[origin].where), None)
    where = f"{seen[origin].where} (history)"
    if not seen[origin].filled or source is None:
        return Field(where=where)
    if not history.readable:
        return parsing.unreadable(where, "the changelog was not returned for this issue, or not all of it")
    at = history.first_filled(source) if name in _FIRST else history.last(source, origin)[1]
    return Field(at, where=where)


_FIRST = frozenset({"test_plan_fixed_at"})
"""Moments at which something was first said, however it was worded later."""


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
    "test_validated_at": _validated_at,
    "tested_at": _tested_at,
    "accepted_at": _accepted_at,
    "verified_by": _verifier,
}


def _approvals(raw: Raw, fields: Mapping[str, Any], site: Site, history: History) -> SignOffs:
    """Sign-offs of both sorts; unreadable when this issue has no place where anybody could sign off, or has approvals
    that may not be read.
    """
    places = [f for group in site.fields.sign_offs.values() for f in group if f.id in fields]
    # The field shows that somebody was asked; without their answers nobody may be called late.
    hidden = raw.hidden or any(fields.get(f.id) for f in site.fields.approvals)
    if raw.approvals is None and (hidden or not places):
        return sign_offs.HIDDEN
    return sign_offs.records(raw.approvals or ()) + sign_offs.signed(fields, site.fields, history)
