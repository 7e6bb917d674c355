"""People and groups of the instance, remembered for a while, and who holds a role."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connectors.servicenow import encoded_query, values
from connectors.servicenow.client import Client, Listing, Row
from connectors.shared.cache import Cache
from domain import parsing
from domain.people import Group, Membership, Person, Role, RoleMembers
from domain.ports.errors import Forbidden, NotFound

_USER = ("user_name", "name", "active", "email")
_MEMBER = ("user", "user.user_name", "user.name", "user.active", "user.email", "sys_created_on")
KEPT = 600.0
"""Seconds for which a person or group is remembered."""


class Directory:
    """Looks people up in batches. Safe between threads."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        # Both remember who was not found too: a hidden user is not asked for at every ticket.
        self._people, self._names = Cache[str, Person](KEPT, clock), Cache[str, Person](KEPT, clock)
        self._teams = Cache[str, str](KEPT, clock)

    def people(self, ids: Iterable[str]) -> dict[str, Person]:
        """Users by sys_id; one that is not visible is left out."""
        return self._people.ask_all(
            filter(encoded_query.is_sys_id, ids), lambda new: self._fetch(new, "sys_id")
        )

    def by_user_name(self, names: Iterable[str]) -> dict[str, Person]:
        """Users by user name, as audit records and `sys_updated_by` give them; unknown ones are left out."""
        return self._names.ask_all(filter(_listable, names), lambda new: self._fetch(new, "user_name"))

    def named(self, ids: Iterable[str]) -> dict[str, str]:
        """Names of users and groups by sys_id; those that are not visible are left out."""
        wanted = set(filter(encoded_query.is_sys_id, ids))
        people = {sys_id: one.name for sys_id, one in self.people(wanted).items()}
        return people | self._teams.ask_all(wanted - people.keys(), self._team_names)

    def _team_names(self, ids: set[str]) -> dict[str, str]:
        queries = encoded_query.batches("sys_id", ids)
        try:
            rows = [r for query in queries for r in self._client.listing("sys_user_group", query, ("name",))]
        except (Forbidden, NotFound):
            return {}
        return {values.value(row, "sys_id"): name for row in rows if (name := values.value(row, "name"))}

    def _fetch(self, keys: set[str], column: str) -> dict[str, Person]:
        queries = list(encoded_query.batches("sys_id", keys)) if column == "sys_id" else _in(column, keys)
        try:
            rows = [row for query in queries for row in self._client.listing("sys_user", query, _USER)]
        except Forbidden:  # people are then known by what the ticket shows of them
            return {}
        return {values.value(row, column): person(row) for row in rows if values.value(row, column)}

    # -- roles ----------------------------------------------------------------------------------------------

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> dict[Role, RoleMembers]:
        """Members of the named groups (name or sys_id) and named users (user name or sys_id), by role. All names are
        asked for together.
        """
        # One group may hold several roles: asked by role, it would be read as often.
        asked = {name.strip() for names in wanted.values() for name in names}
        groups = {name: members for name, members in self._groups(asked).items() if members}
        # A name that is both is the group: that is what admins name roles by.
        found = groups | self._users(asked - groups.keys())
        by_role = {role: [m for n in names if (m := found.get(n.strip()))] for role, names in wanted.items()}
        return {role: _united(members) for role, members in by_role.items() if members}

    def look_up(self, name: str) -> RoleMembers | None:
        """Who a group's or user's name stands for; None when the instance knows neither."""
        found = self._groups({name.strip()}) or self._users({name.strip()})
        return found.get(name.strip())

    def account(self, email: str) -> Person | None:
        """The one active user with this address."""
        try:
            query = encoded_query.every(encoded_query.equals("email", email), "active=true")
            rows = list(self._client.listing("sys_user", query, _USER))
        except (encoded_query.Unsafe, Forbidden):
            return None
        found = [person(row) for row in rows if _is(row, "email", email)]
        # Counted before it is looked at who is active: two with one address are nobody in particular.
        return found[0] if len(found) == 1 and found[0].active else None

    def _groups(self, names: Collection[str]) -> dict[str, RoleMembers]:
        rows = [
            r
            for q in _named("name", names)
            for r in self._client.listing("sys_user_group", q, ("name", "active"))
        ]
        # A group that was retired still has its members.
        active = [row for row in rows if values.value(row, "active") != "false"]
        found = {name: [row for row in active if _is(row, "name", name)] for name in names}
        ids = {values.value(row, "sys_id") for rows in found.values() for row in rows}
        members = self._members(ids)
        return {
            name: _united([self._group(row, members) for row in rows]) for name, rows in found.items() if rows
        }

    def _group(self, row: Row, members: Mapping[str, RoleMembers]) -> RoleMembers:
        group = Group(values.value(row, "sys_id"), values.value(row, "name"))
        return replace(members[group.id], groups=(group,))

    def _members(self, groups: Collection[str]) -> dict[str, RoleMembers]:
        """Members by group. Where some are hidden, each group is asked for by itself, to know whose these are."""
        found: dict[str, RoleMembers] = {}
        for start in range(0, len(groups), encoded_query.BATCH):
            batch = sorted(groups)[start : start + encoded_query.BATCH]
            rows = self._of_groups(batch)
            # One hidden member would otherwise leave every group of the batch in doubt.
            if not rows.complete and len(batch) > 1:
                found |= {group: _members_of(self._of_groups([group]), group) for group in batch}
            else:
                found |= {group: _members_of(rows, group) for group in batch}
        return found

    def _of_groups(self, groups: Sequence[str]) -> Listing:
        try:
            query = f"groupIN{','.join(groups)}"
            return self._client.listing("sys_user_grmember", query, ("group", *_MEMBER))
        except Forbidden:
            return Listing((), complete=False)

    def _users(self, names: Collection[str]) -> dict[str, RoleMembers]:
        rows = [r for q in _named("user_name", names) for r in self._client.listing("sys_user", q, _USER)]
        found = {name: [person(row) for row in rows if _is(row, "user_name", name)] for name in names}
        return {name: _named_directly(people) for name, people in found.items() if people}


def person(row: Row, prefix: str = "", reference: str = "sys_id") -> Person:
    """A person from a sys_user row, or from a reference with dot-walked columns."""
    name = values.shown(row, f"{prefix}name") or values.shown(row, reference)
    # A column that is hidden counts as active: nothing says that the person left.
    active = values.value(row, f"{prefix}active") != "false"
    return Person(values.value(row, reference), name, active, values.value(row, f"{prefix}email"))


def _membership(row: Row, group: str) -> Membership:
    """A row of sys_user_grmember; it was made when the person joined, where the account may see when."""
    since = parsing.moment(values.value(row, "sys_created_on")).value
    known = since if isinstance(since, datetime) else None
    return Membership(person(row, "user.", "user"), group, known, told=known is not None)


def _united(members: Sequence[RoleMembers]) -> RoleMembers:
    people = {p.id: p for m in members for p in m.people}
    groups = {g.id: g for m in members for g in m.groups}
    return RoleMembers(
        tuple(people.values()),
        tuple(groups.values()),
        readable=all(m.readable for m in members),
        memberships=tuple(dict.fromkeys(one for m in members for one in m.memberships)),
    )


def _members_of(rows: Listing, group: str) -> RoleMembers:
    mine = [row for row in rows if values.value(row, "group") == group and values.value(row, "user")]
    seen = rows.complete and all(values.has(row, column) for row in rows for column in ("group", "user"))
    held = tuple(_membership(row, group) for row in mine)
    return RoleMembers(tuple(one.person for one in held), readable=seen, memberships=held)


def _named_directly(people: Sequence[Person]) -> RoleMembers:
    """People whom an admin named themselves: since when they hold the role, nobody tells."""
    return RoleMembers(tuple(people), memberships=tuple(Membership(one, one.id) for one in people))


def _named(column: str, names: Collection[str]) -> Iterator[str]:
    """Queries for all of the names, those that are sys_ids included."""
    yield from encoded_query.batches("sys_id", names)
    yield from encoded_query.alternatives(
        column, (name for name in names if not encoded_query.is_sys_id(name))
    )


def _is(row: Row, column: str, name: str) -> bool:
    """Whether the record is the one named. The instance compares without regard to case, and gives all rows for a
    condition that it drops.
    """
    return (
        values.value(row, "sys_id" if encoded_query.is_sys_id(name) else column).casefold() == name.casefold()
    )


def _listable(name: str) -> bool:
    try:
        # In an IN list a comma would make two names of one.
        return "," not in encoded_query.literal(name)
    except encoded_query.Unsafe:
        return False


def _in(column: str, keys: set[str]) -> list[str]:
    names = sorted(keys)
    return [
        f"{column}IN{','.join(names[i : i + encoded_query.BATCH])}"
        for i in range(0, len(names), encoded_query.BATCH)
    ]
