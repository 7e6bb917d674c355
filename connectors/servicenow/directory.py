"""People and groups of the instance, remembered for a while, and who holds a role."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from bot.model import reading
from bot.model.people import Group, Membership, Person, Role, RoleMembers
from bot.ports import Forbidden
from connectors.servicenow import encoded, values
from connectors.servicenow.client import Client, Row

_USER = ("user_name", "name", "active", "email")
_MEMBER = ("user", "user.user_name", "user.name", "user.active", "user.email", "sys_created_on")
KEPT = 600.0
"""Seconds for which a person or group is remembered."""


class Directory:
    """Looks people up in batches. Safe between threads."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self._lock = threading.Lock()
        self._people: dict[str, tuple[float, Person | None]] = {}
        self._names: dict[str, tuple[float, Person | None]] = {}

    def people(self, ids: Iterable[str]) -> dict[str, Person]:
        """Users by sys_id; one that is not visible is left out."""
        return self._cached(self._people, set(filter(encoded.is_sys_id, ids)), "sys_id")

    def by_user_name(self, names: Iterable[str]) -> dict[str, Person]:
        """Users by user name, as audit records and `sys_updated_by` give them; unknown ones are left out."""
        return self._cached(self._names, set(filter(_listable, names)), "user_name")

    def _cached(
        self, cache: dict[str, tuple[float, Person | None]], wanted: set[str], column: str
    ) -> dict[str, Person]:
        now = self._clock()
        with self._lock:
            fresh = {key: kept[1] for key in wanted if (kept := cache.get(key)) and now - kept[0] < KEPT}
        missing = wanted - fresh.keys()
        found = self._fetch(missing, column) if missing else {}
        with self._lock:
            cache |= {key: (now, found.get(key)) for key in missing}
        return {key: person for key, person in (fresh | found).items() if person}

    def _fetch(self, keys: set[str], column: str) -> dict[str, Person]:
        queries = list(encoded.batches("sys_id", keys)) if column == "sys_id" else _in(column, keys)
        try:
            rows = [row for query in queries for row in self._client.listing("sys_user", query, _USER)]
        except Forbidden:  # people are then known by what the ticket shows of them
            return {}
        return {values.value(row, column): person(row) for row in rows if values.value(row, column)}

    # -- roles ----------------------------------------------------------------------------------------------

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> dict[Role, RoleMembers]:
        """Members of the named groups (name or sys_id) and named users (user name or sys_id), by role."""
        found = {role: [m for name in names if (m := self.look_up(name))] for role, names in wanted.items()}
        return {role: _united(members) for role, members in found.items() if members}

    def look_up(self, name: str) -> RoleMembers | None:
        """Who a group's or user's name stands for; None when the instance knows neither."""
        try:
            return self._group(name) or self._user(name)
        except encoded.Unsafe:
            return None

    def account(self, email: str) -> Person | None:
        """The one active user with this address."""
        try:
            query = encoded.every(encoded.equals("email", email), "active=true")
            rows = list(self._client.listing("sys_user", query, _USER))
        except (encoded.Unsafe, Forbidden):
            return None
        found = [person(row) for row in rows if _same(row, "email", email)]
        return found[0] if len(found) == 1 and found[0].active else None

    def _group(self, name: str) -> RoleMembers | None:
        column = "sys_id" if encoded.is_sys_id(name) else "name"
        query = encoded.every(encoded.equals(column, name), "active!=false")
        found = [
            r for r in self._client.listing("sys_user_group", query, ("name",)) if _same(r, column, name)
        ]
        groups = tuple(Group(values.value(r, "sys_id"), values.value(r, "name")) for r in found)
        return _united([self._members(group) for group in groups]) if groups else None

    def _members(self, group: Group) -> RoleMembers:
        try:
            rows = self._client.listing("sys_user_grmember", encoded.equals("group", group.id), _MEMBER)
        except Forbidden:
            return RoleMembers(groups=(group,), readable=False)
        held = tuple(_membership(row, group) for row in rows if values.value(row, "user"))
        people = tuple(one.person for one in held)
        return RoleMembers(people, (group,), readable=rows.complete, memberships=held)

    def _user(self, name: str) -> RoleMembers | None:
        column = "sys_id" if encoded.is_sys_id(name) else "user_name"
        rows = self._client.listing("sys_user", encoded.equals(column, name), _USER)
        people = tuple(person(row) for row in rows if _same(row, column, name))
        named = tuple(Membership(one, one.id) for one in people)
        return RoleMembers(people, memberships=named) if people else None


def person(row: Row, prefix: str = "", reference: str = "sys_id") -> Person:
    """A person from a sys_user row, or from a reference with dot-walked columns."""
    name = values.shown(row, f"{prefix}name") or values.shown(row, reference)
    active = values.value(row, f"{prefix}active") != "false"
    return Person(values.value(row, reference), name, active, values.value(row, f"{prefix}email"))


def _membership(row: Row, group: Group) -> Membership:
    """A row of sys_user_grmember; it was made when the person joined, where the account may see when."""
    since = reading.moment(values.value(row, "sys_created_on")).value
    known = since if isinstance(since, datetime) else None
    return Membership(person(row, "user.", "user"), group.id, known, told=known is not None)


def _united(members: Sequence[RoleMembers]) -> RoleMembers:
    people = {p.id: p for m in members for p in m.people}
    groups = {g.id: g for m in members for g in m.groups}
    return RoleMembers(
        tuple(people.values()),
        tuple(groups.values()),
        readable=all(m.readable for m in members),
        memberships=tuple(dict.fromkeys(one for m in members for one in m.memberships)),
    )


def _same(row: Row, column: str, name: str) -> bool:
    """The instance compares without regard to case, and would give all rows for a condition it drops."""
    return values.value(row, column).casefold() == name.strip().casefold()


def _listable(name: str) -> bool:
    try:
        return "," not in encoded.literal(name)
    except encoded.Unsafe:
        return False


def _in(column: str, keys: set[str]) -> list[str]:
    names = sorted(keys)
    return [
        f"{column}IN{','.join(names[i : i + encoded.BATCH])}" for i in range(0, len(names), encoded.BATCH)
    ]
