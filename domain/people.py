"""People, groups and roles as a source system identifies them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Person:
    """A person known to a source system under `id`. The e-mail address serves to reach the person
    and is left out of comparison, logs and everything that is stored.
    """

    id: str
    name: str
    active: bool = True
    email: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Group:
    """A group of people in a source system."""

    id: str
    name: str


class Role(StrEnum):
    """Who a sign-off is asked of. All but `OWNER` come from groups (settings `ROLES__...`);
    the owner comes from the asset.
    """

    OWNER = "owner"
    CAB = "cab"
    DPO = "dpo"
    CHANGE_MANAGER = "change_manager"
    OPERATIONS = "operations"
    KETEN_CAB = "keten_cab"
    USERS = "users"
    PROCESS_OWNER = "process_owner"


ANY_ROLE = "any role"
"""The part of what is asked that somebody in any of several roles can settle."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in the role in which something is asked of them. Of those asked in one role for one `part` (an asset, a
    change of a release) one is enough; different roles and different parts are asked each.
    """

    person: Person
    role: Role
    # Not shown: a finding's hash is made of how its values show themselves, and says what is asked of whom.
    part: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """What the person is called."""
        return self.person.name


@dataclass(frozen=True, slots=True)
class Membership:
    """A time in which a person belonged to a group, as far as that is known. All moments are in UTC.

    group  id of the group; of the person, where an admin named them and no group
    since  before this they did not belong to it; None when nothing tells: they may always have
    told   whether the source itself tells `since`; else the bot looked then, and did not see them
    seen   when the bot first saw them in it; None when it is not kept
    until  when the bot last saw them in it; None while they belong to it
    """

    person: Person
    group: str
    since: datetime | None = None
    told: bool = False
    seen: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoleMembers:
    """Who holds a role in one source system now, and who was seen to hold it before.

    `configured` is False when the admin named no group for it; `readable` is False when a named group
    could not be read, so that nothing may be concluded from who is absent. `memberships` tell since when the people
    belong to these groups, and of those who have left them from when to when they did.
    """

    people: tuple[Person, ...] = ()
    groups: tuple[Group, ...] = ()
    configured: bool = True
    readable: bool = True
    memberships: tuple[Membership, ...] = ()

    def holds(self, person: Person) -> bool:
        """True when the person is a member, by the source's own id."""
        return any(person.id == member.id for member in self.people)

    @property
    def vacant(self) -> bool:
        """True when it can be seen that nobody can decide for the role: its group is there and has no active member. A
        group that is not found at all is no such thing.
        """
        known = self.configured and self.readable and bool(self.groups or self.people)
        return known and not any(member.active for member in self.people)

    @property
    def lost(self) -> bool:
        """True when nothing of what an admin named for it is found in the source."""
        return self.configured and self.readable and not (self.groups or self.people)

    def covers(self, group: Group | None) -> bool:
        """True when the group is one of the role's groups."""
        return group is not None and any(group.id == own.id for own in self.groups)
