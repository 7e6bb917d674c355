"""Groups and users of the site, for finding out who holds a role."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.jira.client import Client, mapping, rows
from connectors.jira.values import person
from domain.people import Group, Membership, Person, Role, RoleMembers
from domain.ports.errors import Forbidden, NotFound

PAGE = 50
# 50,000 members; more are taken for a server that never ends.
MAX_PAGES = 1000

# Admins copy either from Jira; a group's name may be changed, its id (Cloud only) may not.
_GROUP_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|group-\d+")


@dataclass(frozen=True, slots=True)
class Found:
    """What a name of a role stands for here: people, perhaps through a group; None of it when forbidden."""

    people: tuple[Person, ...] = ()
    group: Group | None = None
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Directory:
    """Looks names up. Nothing is kept: membership is asked at the moment it counts."""

    client: Client = field(repr=False)

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> dict[Role, RoleMembers]:
        """Who holds each role. Group names, group ids and account ids may be mixed."""
        return {
            role: _members([f for n in names if (f := self.look_up(n))], names)
            for role, names in wanted.items()
        }

    def look_up(self, name: str) -> Found | None:
        """A group by name or id, else a user by account id; None when there is no such thing."""
        try:
            # Groups first: a role is nearly always one, and that saves a request for each name.
            group = self._group(name)
            return group or self._user(name)
        except Forbidden:
            # Forbidden is no "nobody": a role that cannot be read leaves its approvals unknown.
            return Found(readable=False)

    def account(self, email: str) -> Person | None:
        """The one active user who shows this address. Jira searches by prefix, and users may hide their address:
        then nobody is found.
        https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-user-search/#api-rest-api-3-user-search-get
        """
        asked = {"query" if self.client.cloud else "username": email, "maxResults": PAGE}
        try:
            answer = self.client.api("user/search", asked)
        except Forbidden:
            return None
        listed = filter(None, map(person, answer if isinstance(answer, list) else ()))
        # The search also finds names and addresses that only begin like this one.
        found = [p for p in listed if p.active and p.email.casefold() == email.casefold()]
        # Of two accounts with one address nobody can tell which is meant.
        return found[0] if len(found) == 1 else None

    def _group(self, name: str) -> Found | None:
        key = "groupId" if self.client.cloud and _GROUP_ID.fullmatch(name) else "groupname"
        people: list[Person] = []
        for page in range(MAX_PAGES):
            params = {key: name, "startAt": page * PAGE, "maxResults": PAGE}
            try:
                answer = mapping(self.client.api("group/member", params))
            except NotFound:
                return None
            listed = rows(answer, "values")
            people += filter(None, map(person, listed))
            # "No more" only by its word or by an empty page: the page size asked for may be cut down.
            if answer.get("isLast") is not False or not listed:
                break
        return Found(tuple(people), Group(name, name))

    def _user(self, name: str) -> Found | None:
        try:
            raw = self.client.api("user", {"accountId" if self.client.cloud else "username": name})
        except NotFound:
            return None
        someone = person(raw)
        return Found((someone,)) if someone else None


def _members(found: Sequence[Found], names: Sequence[str]) -> RoleMembers:
    people = {p.id: p for f in found for p in f.people}
    return RoleMembers(
        people=tuple(people.values()),
        groups=tuple(f.group for f in found if f.group),
        configured=bool(names),
        readable=all(f.readable for f in found),
        memberships=tuple(dict.fromkeys(one for f in found for one in _memberships(f))),
    )


def _memberships(found: Found) -> list[Membership]:
    """Jira does not tell since when somebody belongs to a group."""
    return [Membership(p, found.group.id if found.group else p.id) for p in found.people]
