"""The same person in two systems: an owner named by one register, who signs in another system.

Ids differ per system, so an owner from ServiceNow's CMDB cannot be compared with an approver in Jira by id. An
e-mail address that both systems hold is taken as the same person, and so are accounts an admin declared to be
one; a name is not. Where nobody matches, the owner cannot be told here, which is "unknown": neither a sign-off
nor a reproach.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from domain.asset import Asset
from domain.fields import Field
from domain.people import Person, Role, RoleMembers
from domain.ports.errors import Forbidden
from domain.ports.interactions import Visitor
from domain.ports.source import TicketSource
from domain.ticket import Approval, Ticket


def known_people(ticket: Ticket, roles: Mapping[Role, RoleMembers]) -> Iterator[Person]:
    """Everybody of the ticket's own system that is in sight: in its fields, its approvals, and in roles."""
    for field in ticket.fields.values():
        yield from field.people
    yield from (a.person for a in ticket.approvals if a.person)
    for members in roles.values():
        yield from members.people


def matching(
    people: Iterable[Person],
    email: str,
    other_id: str = "",
    same_person: Mapping[str, str] | None = None,
    pinned: Collection[str] = (),
) -> Person | None:
    """The one active account among `people` that is somebody's, by e-mail address or because an admin declared it
    the same person as their account `other_id`; None when there is none, or more than one. Who is among the `pinned`
    (see `bot.policy.same_person.pinned`) is found by the declaration alone.
    """
    declared, address = same_person or {}, email.strip().casefold()
    standing = declared.get(other_id)
    found = {
        p.id: p
        for p in people
        if p.active
        and (
            (address and p.email.casefold() == address and declared.get(p.id) not in pinned)
            or (standing and declared.get(p.id) == standing)
        )
    }
    # Two accounts with one address: a shared mailbox is nobody in particular.
    return next(iter(found.values())) if len(found) == 1 else None


def account_of(
    source: TicketSource,
    people: Iterable[Person],
    visitor: Visitor,
    same_person: Mapping[str, str],
    pins: Collection[str] = (),
) -> Person | None:
    """A visitor's account in a source: the one among `people` that is theirs (see `matching`), else the one that the
    source itself knows by their e-mail address. Raises SourceError.
    """
    if found := matching(people, visitor.email, visitor.id, same_person, pins):
        return found
    known = source.account(visitor.email) if visitor.email else None
    standing = same_person.get(known.id) if known else None
    # By the address alone it may be somebody who is pinned to another account than the visitor's.
    return None if standing in pins and standing != same_person.get(visitor.id) else known


def team_members(source: TicketSource, team: str) -> tuple[Person, ...]:
    """The members of a team, as its system knows the group by name; nobody when that cannot be told.
    Raises SourceError.
    """
    if not team:
        return ()
    try:
        # Asked as if it held a role, whichever: only the group's name counts.
        found = source.roles({Role.OPERATIONS: (team,)}).get(Role.OPERATIONS)
    except Forbidden:
        return ()
    return found.people if found and found.readable else ()


def foreign(asset: Asset, systems: Collection[str]) -> bool:
    """Whether the owners are named in a way that cannot be compared with accounts as it stands: by accounts of
    another of the `systems`, or in a file by a bare name or e-mail address.
    """
    owners = asset.owner.value if isinstance(asset.owner.value, tuple) else ()
    return (asset.accounts or asset.book) in systems or any(
        isinstance(o, Person) and o.id == o.name for o in owners
    )


def at_home(asset: Asset, people: Sequence[Person], same_person: Mapping[str, str] | None = None) -> Asset:
    """The asset with its owners as accounts of the ticket's system, by e-mail address or as an
    admin declared them the same; unreadable without one.
    """
    owners = asset.owner.value
    if not isinstance(owners, tuple) or not owners:
        return asset
    declared = same_person or {}
    accounts = {p.email.casefold(): p for p in people if p.email}
    known = {declared[p.id]: p for p in people if p.id in declared}
    found = [
        accounts.get(_address(o)) or known.get(declared.get(o.id, ""))
        for o in owners
        if isinstance(o, Person)
    ]
    # All or nothing: without one of the owners it would seem that the others alone have to sign.
    if all(found) and found:
        return replace(asset, owner=replace(asset.owner, value=tuple(p for p in found if p)))
    return replace(
        asset, owner=Field(readable=False, where=asset.owner.where, raw="no account with the same e-mail")
    )


def _address(owner: Person) -> str:
    # The register file may name somebody by address alone, which then stands as the id.
    return (owner.email or (owner.id if "@" in owner.id else "")).casefold()


def approvals_at_home(ticket: Ticket, people: Iterable[Person]) -> Ticket:
    """A change of another system with those who approved it as accounts of the release's system. Where somebody has
    none there, nothing may be concluded from who did not approve.
    """
    accounts = {p.email.casefold(): p for p in people if p.email}

    def moved(approval: Approval) -> Approval:
        home = accounts.get(approval.person.email.casefold()) if approval.person else None
        return replace(approval, person=home) if home else approval

    found = tuple(moved(approval) for approval in ticket.approvals)
    # Unchanged although somebody gave it: who that is here cannot be told.
    strange = any(new is old and old.person for new, old in zip(found, ticket.approvals, strict=True))
    return replace(ticket, approvals=found, approvals_readable=ticket.approvals_readable and not strange)


def duties_at_home(
    ticket: Ticket, fields: Iterable[str], people: Sequence[Person], same_person: Mapping[str, str]
) -> Ticket:
    """A change of another system with who has a duty in it as accounts of the release's system. A field that names
    somebody without an account there cannot be read as far as the release goes: it may be anybody.
    """
    moved = dict(ticket.fields)
    for name in fields:
        field = ticket.field(name)
        found = [matching(people, one.email, one.id, same_person) for one in field.people]
        if all(found):
            moved[name] = replace(field, value=tuple(one for one in found if one)) if found else field
        else:
            moved[name] = replace(field, value=None, readable=False)
    return replace(ticket, fields=moved)
