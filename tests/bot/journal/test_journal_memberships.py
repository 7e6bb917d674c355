"""Memberships in the journal: what one look after another leaves behind, on both databases."""

from __future__ import annotations

from datetime import datetime

import pytest
from build import AN, BO, CAB, CI, DPOS, day, members
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from bot.journal import Journal
from bot.journal.schema import MEMBERSHIP
from bot.policy.membership import Watched
from domain.people import Membership, Person, Role, RoleMembers


def group(*people: Person, readable: bool = True) -> RoleMembers:
    held = tuple(Membership(person, CAB.id) for person in people)
    return members(*people, group=CAB, readable=readable, memberships=held)


def look(journal: Journal, number: int, held: RoleMembers, role: Role = Role.CAB) -> None:
    journal.watch("jira", {role: held}, day(number))


def seen(journal: Journal, held: RoleMembers | None = None, source: str = "jira") -> Watched:
    return journal.watched(source, held or group())[CAB.id]


def test_who_came_and_who_left(journal: Journal) -> None:
    look(journal, 2, group(AN))
    look(journal, 3, group(AN, BO))
    look(journal, 4, group(BO))
    assert seen(journal) == Watched(
        day(4),
        (
            Membership(AN, CAB.id, None, False, day(2), day(3)),
            Membership(BO, CAB.id, day(2), False, day(3)),
        ),
    )
    assert seen(journal, source="servicenow") == Watched()


def test_a_role_that_cannot_be_read_whole_closes_nothing(journal: Journal) -> None:
    look(journal, 2, group(AN))
    look(journal, 3, group(readable=False))
    assert seen(journal) == Watched(day(2), (Membership(AN, CAB.id, None, False, day(2)),))


def test_a_group_that_is_named_later_did_not_join_as_a_whole(journal: Journal) -> None:
    look(journal, 2, group(AN))
    more = RoleMembers((AN, CI), (CAB, DPOS), memberships=(Membership(AN, CAB.id), Membership(CI, DPOS.id)))
    look(journal, 3, more)
    look(journal, 4, group(AN))
    look(journal, 5, more)
    assert journal.watched("jira", more)[DPOS.id].memberships == (
        Membership(CI, DPOS.id, None, False, day(3)),
    )


def test_a_group_that_changes_its_role_keeps_what_was_seen(journal: Journal) -> None:
    look(journal, 2, group(AN))
    look(journal, 3, group(AN, BO), Role.DPO)
    assert [one.since for one in seen(journal).memberships] == [None, day(2)]


def test_a_look_that_fails_halfway_leaves_nothing_behind(journal: Journal) -> None:
    look(journal, 2, group(AN))
    naive = datetime(2026, 3, 1)  # noqa: DTZ001
    broken = members(CI, group=DPOS, memberships=(Membership(CI, DPOS.id, naive, told=True),))
    with pytest.raises(StatementError, match="without a time zone"):
        journal.watch("jira", {Role.CAB: group(AN, BO), Role.DPO: broken}, day(3))
    assert seen(journal) == Watched(day(2), (Membership(AN, CAB.id, None, False, day(2)),))


def test_no_address_is_kept(journal: Journal) -> None:
    look(journal, 2, group(Person("an", "An", email="an@example.org")))
    with journal.read() as connection:
        rows = connection.execute(select(MEMBERSHIP)).mappings().all()
    assert "example.org" not in str(rows)
