"""Who belonged to a group from when to when, from looking at it once per cycle. Pure: the moment is handed in.

A group that is looked at for the first time tells nothing of the past: its members may always have belonged to it,
unless the source itself tells since when. From then on who is new came after the last look, and who is gone was in
the group until that look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from domain.people import Membership, RoleMembers


@dataclass(frozen=True, slots=True)
class Watched:
    """What is known of the members of one group. `looked_at` is the last complete look (UTC), None before the first."""

    looked_at: datetime | None = None
    memberships: tuple[Membership, ...] = ()


def groups_of(members: RoleMembers) -> dict[str, tuple[Membership, ...]]:
    """The present memberships of a role as its source gives them, by group; a group nobody is in is there too."""
    found: dict[str, tuple[Membership, ...]] = {group.id: () for group in members.groups}
    for one in members.memberships:
        found[one.group] = (*found.get(one.group, ()), one)
    return found


def looked(known: Watched, present: Iterable[Membership], now: datetime) -> Watched:
    """What is known after one more complete look."""
    here = _once(present)
    if known.looked_at is None:
        return Watched(now, tuple(replace(one, seen=now) for one in here.values()))
    been = tuple(_after(one, here.get(one.person.id), known.looked_at) for one in known.memberships)
    staying = {one.person.id for one in been if one.until is None}
    new = (_new(one, known.looked_at, now) for one in here.values() if one.person.id not in staying)
    return Watched(now, (*been, *new))


def _once(present: Iterable[Membership]) -> dict[str, Membership]:
    """Each person once: of two rows for one person the older counts."""
    once: dict[str, Membership] = {}
    for one in present:
        other = once.setdefault(one.person.id, one)
        if one.since and other.since and one.since < other.since:
            once[one.person.id] = one
    return once


def _after(known: Membership, here: Membership | None, looked_at: datetime) -> Membership:
    """A membership once it is seen who is there now. Somebody who left and came back has a second one."""
    if known.until is not None:
        return known
    # Another beginning is another membership: what was seen before stays when rows are made anew.
    if here is None or (known.told and here.told and here.since != known.since):
        return replace(known, until=looked_at)
    if here.told:
        return replace(known, person=here.person, since=here.since, told=True)
    return replace(known, person=here.person)


def _new(one: Membership, looked_at: datetime, now: datetime) -> Membership:
    return replace(one, since=one.since if one.told else looked_at, seen=now)


def with_past(members: RoleMembers, known: Mapping[str, Watched], now: datetime) -> RoleMembers:
    """A role with what is known of its groups; of one that is not seen to be in it now, up to the last look."""
    told = (
        looked(known.get(group, Watched()), present, now).memberships
        for group, present in groups_of(members).items()
    )
    return replace(members, memberships=tuple(one for group in told for one in group))
