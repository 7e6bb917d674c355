"""A role that nobody holds: the change manager is told at once what waits for it, and once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import office as offices
import pytest
from build import AN
from office import CARLA, MEMBERS, Office

from domain.asset import Asset
from domain.fields import Field
from domain.lifecycle import State
from domain.people import Group, Role, RoleMembers
from domain.ticket import AssetRef

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
SHOP = AssetRef("jira", "shop", "Shop")
CAB = Group("g-cab", "CAB")
VACANT = "CAB: its group has no active member. These tickets wait for it until it has one."
LOST = "CAB: the group that is named for it is not found."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A register with a shop of class 5, whose changes the CAB has to approve."""
    made = Office(f"sqlite:///{tmp_path / 'vacant.db'}", MONDAY)
    off = dict.fromkeys(("gdpr", "ksz", "nis2"), Field(False))
    classes = {name: Field(5) for name in ("confidentiality", "integrity", "availability")}
    made.assets["shop"] = Asset("jira", "shop", "Shop", owner=Field((AN,)), **classes, **off)
    yield made
    made.ctx.journal.close()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch):
    """Sets who holds the CAB."""
    return lambda members: monkeypatch.setattr(offices, "MEMBERS", {**MEMBERS, Role.CAB: members})


def told(office: Office) -> list[list[str]]:
    """What the change manager heard of it, by lines."""
    found = [said.text.splitlines() for said in office.said if said.channel == "cm"]
    return [rows for rows in found if rows[0].endswith("held by nobody")]


def put(office: Office, key: str, state: State = State.ASSESS) -> None:
    office.put(key, summary="New checkout", state=state, assets=(SHOP,))


@pytest.mark.parametrize(
    ("members", "state", "expected"),
    [
        (RoleMembers((), (CAB,)), State.ASSESS, VACANT),
        (RoleMembers((replace(CARLA, active=False),), (CAB,)), State.ASSESS, VACANT),
        (RoleMembers(), State.ASSESS, LOST),
        # a draft asks nobody for anything, and what is over waits for nobody
        (RoleMembers((), (CAB,)), State.DRAFT, None),
        (RoleMembers((), (CAB,)), State.CANCELED, None),
        (RoleMembers((CARLA,), (CAB,)), State.ASSESS, None),
        # who may be there cannot be seen; nobody was named
        (RoleMembers((), (CAB,), readable=False), State.ASSESS, None),
        (RoleMembers(configured=False), State.ASSESS, None),
    ],
)
def test_when_it_is_told(office: Office, held, members, state, expected) -> None:
    held(members)
    put(office, "CHG-1", state)
    office.run()
    office.until(office.now + timedelta(hours=2), timedelta(minutes=20))
    if expected is None:
        assert told(office) == []
    else:
        (rows,) = told(office)
        assert rows[0] == "1 role is held by nobody"
        assert rows[1].startswith(expected)
        assert rows[2:] == [
            "• CHG-1 · New checkout https://jira.example/browse/CHG-1",
            "You get this as change manager: the teams of these tickets cannot mend it.",
        ]


@pytest.mark.long
def test_all_that_waits_is_told_together_and_what_comes_later_on_the_next_working_day(
    office: Office, held
) -> None:
    held(RoleMembers((), (CAB,)))
    for key in ("CHG-1", "CHG-2"):
        put(office, key)
    office.run()
    put(office, "CHG-3")
    office.until(MONDAY + timedelta(days=3), timedelta(hours=1))
    keys = [[row.split()[1] for row in rows if row.startswith("•")] for rows in told(office)]
    assert keys == [["CHG-1", "CHG-2"], ["CHG-3"]]


def test_at_night_it_waits_for_the_morning(office: Office, held) -> None:
    held(RoleMembers((), (CAB,)))
    office.now = MONDAY + timedelta(hours=12)
    put(office, "CHG-1")
    office.run()
    assert told(office) == []
    office.now = MONDAY + timedelta(days=1)
    office.run()
    assert len(told(office)) == 1


def test_what_is_held_again_is_told_of_no_more(office: Office, held) -> None:
    held(RoleMembers((), (CAB,)))
    put(office, "CHG-1")
    office.run()
    held(RoleMembers((CARLA,), (CAB,)))
    put(office, "CHG-2")
    office.until(MONDAY + timedelta(days=2), timedelta(hours=1))
    assert len(told(office)) == 1


def test_nobody_else_hears_of_it_and_observe_mode_says_nothing(office: Office, held) -> None:
    held(RoleMembers((), (CAB,)))
    office.ctx = replace(office.ctx, policy=replace(office.ctx.policy, act=False))
    put(office, "CHG-1")
    office.run()
    assert told(office) == []
    office.ctx = replace(office.ctx, policy=replace(office.ctx.policy, act=True))
    office.now += timedelta(minutes=10)
    put(office, "CHG-1")
    office.run()
    assert {said.channel for said in office.said if "held by nobody" in said.text} == {"cm"}
