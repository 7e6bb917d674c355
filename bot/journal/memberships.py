"""Who was seen in the groups that hold a role. Nothing is deleted: who has left stands there with their last day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from bot.journal.schema import GROUP_OBSERVATION, MEMBERSHIP
from bot.journal.transactions import Store, insert
from bot.policy.membership import Watched, groups_of, looked
from domain.people import Membership, Person, Role, RoleMembers


class Members(Store):
    """One row per group that was looked at, and one per person and time in it."""

    def watch(self, source: str, roles: Mapping[Role, RoleMembers], now: datetime) -> None:
        """Keep what a look at the roles of a source shows: all of it, or nothing. A role of which something could
        not be read is passed over: nobody has left it because of that.
        """
        groups = {
            group: present
            for members in roles.values()
            if members.readable
            for group, present in groups_of(members).items()
        }
        with self.write() as connection:
            for group, present in groups.items():
                known = _watched(connection, source, group)
                _put(connection, source, group, known, looked(known, present, now))

    def watched(self, source: str, members: RoleMembers) -> dict[str, Watched]:
        """What is known of the groups of a role, by id of the group."""
        with self.read() as connection:
            return {group: _watched(connection, source, group) for group in groups_of(members)}


def _watched(connection: Connection, source: str, group: str) -> Watched:
    look = select(GROUP_OBSERVATION.c.looked_at).where(
        GROUP_OBSERVATION.c.source == source, GROUP_OBSERVATION.c.group_id == group
    )
    rows = (
        select(MEMBERSHIP)
        .where(MEMBERSHIP.c.source == source, MEMBERSHIP.c.group_id == group)
        .order_by(MEMBERSHIP.c.id)
    )
    found = tuple(map(_membership, connection.execute(rows).mappings()))
    return Watched(connection.execute(look).scalar_one_or_none(), found)


def _membership(row: RowMapping) -> Membership:
    person = Person(row["person_id"], row["name"])
    return Membership(
        person, row["group_id"], row["since"], row["stated_by_source"], row["seen"], row["until"]
    )


def _put(connection: Connection, source: str, group: str, before: Watched, after: Watched) -> None:
    # What was known keeps its place, and what is new stands behind it.
    for old, new in zip(before.memberships, after.memberships, strict=False):
        if old != new:
            same = {"source": source, "group_id": group, "person_id": old.person.id}
            mine = (
                *(MEMBERSHIP.c[name] == value for name, value in same.items()),
                # Only the time that runs: one that is over is what was seen then.
                MEMBERSHIP.c.until.is_(None),
            )
            connection.execute(update(MEMBERSHIP).where(*mine).values(_times(new)))
    rows = [
        {"source": source, "group_id": group, "person_id": new.person.id} | _times(new)
        for new in after.memberships[len(before.memberships) :]
    ]
    if rows:
        connection.execute(MEMBERSHIP.insert(), rows)
    look = insert(connection, GROUP_OBSERVATION).values(
        source=source, group_id=group, looked_at=after.looked_at
    )
    fresh = {"looked_at": look.excluded.looked_at}
    connection.execute(look.on_conflict_do_update(index_elements=["source", "group_id"], set_=fresh))


def _times(one: Membership) -> dict[str, object]:
    return {
        "name": one.person.name,
        "since": one.since,
        "stated_by_source": one.told,
        "seen": one.seen,
        "until": one.until,
    }
