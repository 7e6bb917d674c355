"""A case into the facts that the rules judge, by the same reading and classifying as for a real ticket."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.policy.classification import classify
from bot.policy.emergency import settle_by
from bot.policy_tests.schema import ApprovalPart, AssetPart, Case, ChildPart, LookPart, TicketPart
from domain import parsing
from domain.asset import TRAITS, Asset, Dimension, Flag, Subject
from domain.facts import Child, Facts, Notice, Successor
from domain.fields import FIELDS, UNREADABLE, Field, Kind
from domain.looks import Looks
from domain.people import Group, Membership, Person, Role, RoleMembers
from domain.ticket import Approval, AssetRef, Change, Ticket
from domain.waiver import Declaration, Substitute, Waiver
from domain.working_calendar import Calendar
from rules.loading.names import unknown

_BOOK = "cases"
_HIDDEN = ("hidden",)
_EMERGENCY_DAYS, _OFFICE = 2, Calendar(ZoneInfo("Europe/Brussels"))
"""What an emergency has to make good what it skipped, where no setting says otherwise."""


def person(name: str) -> Person:
    """The same name is the same person."""
    return Person(name.casefold(), name)


def facts_of(case: Case) -> Facts:
    """The facts of a case."""
    ticket = _ticket(case.ticket, case.assets, case.approvals, case)
    history = (*_changes(case), *_written(ticket, {line.field for line in case.history}))
    ticket = replace(
        ticket,
        history=tuple(sorted(history, key=lambda change: change.at)),
        history_readable="history" not in case.ticket.hidden,
    )
    subjects, doubts = _classified(ticket, case.assets, case.default_class)
    facts = Facts(
        ticket=ticket,
        subjects=subjects,
        now=case.now,
        problems=doubts,
        roles={role: _members(role, names, case) for role, names in case.roles.items()},
        notices=tuple(Notice(n.stage, n.at, n.recipients, n.roles) for n in case.notices),
        service_hours=case.service_hours,
        children=tuple(_child(child, case) for child in case.changes),
        children_readable="changes in it" not in case.ticket.hidden,
        successors=tuple(Successor(one.key, one.made) for one in case.successors),
        waivers=tuple(
            Waiver(f"{_BOOK}:1", w.rules, w.reason, w.by, w.role, w.recorded_at, w.until, person(w.by).id)
            for w in case.waivers
        ),
        declarations=tuple(Declaration(**dict(d)) for d in case.declarations),
        substitutes=tuple(Substitute(**dict(s)) for s in case.substitutes),
        same_person={one.casefold(): other.casefold() for one, other in case.same_person.items()},
        looks=Looks(case.looks.first, tuple(map(_look, case.looks.changes))),
    )
    term = case.settle_by or settle_by(facts, None, _EMERGENCY_DAYS, _OFFICE)
    return replace(facts, settle_by=term)


def misread(case: Case) -> Iterator[str]:
    """One line per field whose value is not understood and not written as {raw: ...} on purpose."""
    for name, raw in case.ticket.fields.items():
        field = _field(name, raw)
        if field.raw and not field.filled and FIELDS[name].kind is not Kind.TEXT and not _is_raw(raw):
            known = FIELDS[name].choices or {"yes": (), "no": ()}
            told = unknown("value", str(raw), known) if FIELDS[name].kind in (Kind.CHOICE, Kind.BOOL) else ""
            yield f"ticket.{name}: {told or 'is not understood'}; write {{raw: ...}} if that is meant"


def _is_raw(raw: object) -> bool:
    return isinstance(raw, Mapping) and "raw" in raw


def _ticket(
    part: TicketPart, assets: Iterable[AssetPart], approvals: Iterable[ApprovalPart], case: Case
) -> Ticket:
    # In a case what is not given is empty; on a real ticket it would be out of sight.
    fields = dict.fromkeys(FIELDS, Field()) | {name: _field(name, raw) for name, raw in part.fields.items()}
    hidden = set(part.hidden)
    return Ticket(
        source=_BOOK,
        id="1",
        key="CASE-1",
        url="",
        kind=part.kind,
        state=part.state,
        status=part.state.value,
        summary=part.summary or case.name,
        created=part.created or _before_all(case),
        updated=case.now,
        fields={name: UNREADABLE if name in hidden else field for name, field in fields.items()},
        approvals=tuple(map(_approval, approvals)),
        approvals_readable="approvals" not in hidden,
        assets=tuple(AssetRef(_BOOK, asset.name, asset.name) for asset in assets),
        assets_readable="assets" not in hidden,
        history_readable=True,
        preapproval=UNREADABLE if "preapproval" in hidden else parsing.text(part.preapproval),
    )


def _field(name: str, raw: Any) -> Field:
    """A value as a source would give it; {value, by, at} tells who set it, {raw: ...} rubbish on purpose."""
    if _is_raw(raw):
        return Field(None, raw=parsing.shorten(str(raw["raw"])))
    if isinstance(raw, Mapping) and "value" in raw:
        at = parsing.moment(raw.get("at")).value
        return replace(
            _field(name, raw["value"]),
            by=person(str(raw["by"])) if raw.get("by") else None,
            at=at if isinstance(at, datetime) else None,
        )
    kind = FIELDS[name].kind
    if kind is Kind.CHOICE:
        return parsing.choice(name, raw)
    if kind in _ITEMS:
        return Field(tuple(_ITEMS[kind](item) for item in _listed(raw)) or None)
    if kind is Kind.MOMENT:
        return parsing.moment(raw, ends=name in parsing.ENDS)
    return parsing.boolean(raw) if kind is Kind.BOOL else parsing.text(raw, name=name)


def _listed(raw: Any) -> list[Any]:
    if raw is None or raw == "":
        return []
    return list(raw) if isinstance(raw, list | tuple) else [raw]


def _party(item: Any) -> Person | Group:
    """A team, unless it is written as {person: ...}."""
    if isinstance(item, Mapping):
        return person(str(item["person"])) if "person" in item else _group(str(item.get("group", "")))
    return _group(str(item))


def _group(name: str) -> Group:
    return Group(name.casefold(), name)


_ITEMS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.USERS: lambda item: person(str(item)),
    Kind.PARTY: _party,
    Kind.KEYS: str,
    Kind.LIST: str,
}


def _of_role(role: Role) -> Group:
    return Group(f"role:{role}", role.value)


def _members(role: Role, names: tuple[str, ...], case: Case) -> RoleMembers:
    group = _of_role(role)
    known = tuple(
        Membership(person(one.person), group.id, one.since, told=True, seen=one.since, until=one.until)
        for one in case.memberships
        if one.role is role
    )
    if names == _HIDDEN:
        return RoleMembers(groups=(group,), readable=False, memberships=known)
    return RoleMembers(tuple(map(person, names)), (group,), memberships=known)


def _approval(part: ApprovalPart) -> Approval:
    group = _group(part.group) if part.group else _of_role(part.role) if part.role else None
    who = person(part.person) if part.person else None
    behalf = person(part.on_behalf_of) if part.on_behalf_of else None
    return Approval(who, part.decision, part.at, group, part.step, behalf)


def _changes(case: Case) -> Iterator[Change]:
    for line in sorted(case.history, key=lambda change: change.at):
        yield Change(line.field, line.before, line.after, person(line.by) if line.by else None, line.at)


def _look(part: LookPart) -> Change:
    who = person(part.by) if part.by else None
    return Change(part.field, part.before, part.after, who, part.at, of=part.of, since=part.since)


def _written(ticket: Ticket, told: Collection[str] = ()) -> Iterator[Change]:
    """What the moments beside the values say: until then there was nothing. A line of the history says it better."""
    for name, field in ticket.fields.items():
        if field.at is not None and field.filled and name not in told:
            yield Change(name, "", _shown(field.value), field.by, field.at)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(getattr(item, "name", item)) for item in value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _before_all(case: Case) -> datetime:
    """A moment before every other in the case: a ticket that does not say when it was made has always been there."""
    return min(_moments(case.model_dump()), default=case.now) - timedelta(days=1)


def _moments(part: object) -> Iterator[datetime]:
    if isinstance(part, datetime):
        yield part if part.tzinfo else part.replace(tzinfo=UTC)
    elif isinstance(part, str):
        # Fields of the ticket stand in a case as they are written.
        if found := parsing.moment(part).moment:
            yield found
    elif isinstance(part, Mapping):
        for item in part.values():
            yield from _moments(item)
    elif isinstance(part, list | tuple):
        for item in part:
            yield from _moments(item)


def _child(part: ChildPart, case: Case) -> Child:
    if part.ticket is None:
        return Child(part.key, None, added_at=part.added_at)
    ticket = replace(_ticket(part.ticket, part.assets, part.approvals, case), id=part.key, key=part.key)
    ticket = replace(ticket, history=tuple(sorted(_written(ticket), key=lambda change: change.at)))
    subjects, _ = _classified(ticket, part.assets, case.default_class)
    return Child(part.key, ticket, subjects, part.added_at)


def _classified(ticket: Ticket, assets: Iterable[AssetPart], default: int) -> tuple[tuple[Subject, ...], Any]:
    refs = dict(zip(ticket.assets, assets, strict=True))
    found = {ref: _asset(part) for ref, part in refs.items() if part.known and not part.unread}
    return classify(ticket, found, frozenset(ref for ref, part in refs.items() if part.unread), default)


def _asset(part: AssetPart) -> Asset:
    stated = parsing.stated_classes(part.classes)
    levels = {d.value: getattr(part, d.value) or stated.get(d.value) for d in Dimension}
    attributes: dict[str, Field] = {
        **{name: parsing.level(value) for name, value in levels.items()},
        **{f.value: UNREADABLE if f in part.unsure else Field(f in part.flags) for f in Flag},
        "owner": Field(tuple(map(person, part.owner)) or None),
        "stakeholders": Field(tuple(map(_group, part.stakeholders)) or None),
        "operations_group": Field((_group(part.operations_group),) if part.operations_group else None),
        "service_hours": Field(part.service_hours or None),
        "maintenance_windows": Field(part.maintenance_windows or None),
        "supplier": parsing.text(part.supplier),
        **{name: Field(getattr(part, name)) for name in TRAITS},
    }
    shown = {name: UNREADABLE if name in part.hidden else field for name, field in attributes.items()}
    return Asset.described((_BOOK, part.name), part.name, shown, part.updated_at)
