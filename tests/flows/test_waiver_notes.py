"""What is told of an exception before it lapses, and when nobody needs it any more: once, to recorder and team."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from office import CARLA, DINA, Office
from test_reminding import SITE, WEB, at, site

from domain.lifecycle import State, Verdict
from domain.people import Person, Role
from domain.waiver import Waiver

HOUR = timedelta(hours=1)
LONG = timedelta(hours=2)
"""From nine in the morning on, this comes by the opening of the office every day."""
END = datetime(2026, 11, 27, 23, tzinfo=UTC)  # midnight in Brussels, after Friday the 27th
Make = Callable[..., Office]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Make]:
    made: list[Office] = []

    def make(**more: object) -> Office:
        one = Office(f"sqlite:///{tmp_path / f'{len(made)}.db'}", at(16, 9), **more)
        one.assets["site"] = site()
        made.append(one)
        return one

    yield make
    for one in made:
        one.ctx.journal.close()


def change(one: Office, **more: object) -> None:
    given = {
        "summary": "New portal", "state": State.CLOSED, "assets": (SITE,), "responsible_group": (WEB,),
        "planned_start": at(13, 17), "actual_start": at(13, 17), "actual_end": at(13, 18), "result": "successful",
    }  # fmt: skip
    one.put("CHG-1", **given | more)


def record(
    one: Office, *rules: str, by: Person = CARLA, role: Role = Role.CAB, until: datetime = END
) -> Waiver:
    made = Waiver("jira:chg-1", rules, "After the summer", by.name, role, one.now, until, by.id)
    one.ctx.journal.record_waiver(made, by.id)
    return made


def noted(one: Office) -> list[tuple[str, str, str]]:
    """Where and when something was told of an exception, and what."""
    told = [
        (said, said.text.split("\n")[1]) for said in one.said if said.what == "create" and "\n" in said.text
    ]
    return [
        (said.channel, f"{said.at:%d %H:%M}", words)
        for said, words in told
        if words.startswith("An exception")
    ]


ENDS = "An exception ends: after Fri 27 Nov 2026 this is asked again."


def test_five_and_one_working_days_before_its_last_day(office: Make) -> None:
    one = office()
    change(one)
    one.run()
    record(one, "ICR-13", "ICR-09")
    one.until(at(30, 12), LONG)
    assert noted(one) == [("all", "20 07:00", ENDS), ("all", "26 07:00", ENDS)]
    [first, _] = [said.text for said in one.said if ENDS in said.text]
    assert "recorded by Carla (CAB): After the summer [ICR-13]" in first
    assert "recorded by Carla (CAB): After the summer [ICR-09]" in first


def test_whoever_recorded_it_is_told_in_person(office: Make) -> None:
    one = office()
    change(one)
    one.run()
    record(one, "ICR-19", by=DINA, role=Role.DPO)
    one.assets["site"] = replace(site(), confidentiality=replace(site().confidentiality, value=5))
    one.run(full=True)
    change(one, summary="Anew")
    one.until(at(20, 12), LONG)
    assert noted(one) == [("all", "20 07:00", ENDS), ("@dina", "20 07:00", ENDS)]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"lessons_learned": "see wiki"},
            "An exception until Fri 27 Nov 2026 is no longer needed: this is in order",
        ),
        ({"state": State.CANCELED}, None),
    ],
)
def test_what_is_no_longer_needed_is_told_once(
    office: Make, more: dict[str, object], told: str | None
) -> None:
    one = office()
    change(one)
    one.run()
    record(one, "ICR-13")
    one.run()
    one.now = at(17, 9)
    change(one, **more)
    one.until(at(19, 12), HOUR)
    assert [(where, when) for where, when, _ in noted(one)] == ([("all", "17 10:00")] if told else [])
    assert all(words.startswith(told or "-") for _, _, words in noted(one))


def test_one_that_settled_it_for_good_has_no_end(office: Make) -> None:
    one = office()
    change(one, state=State.SCHEDULED, planned_start=at(17, 17), actual_start=None, actual_end=None)
    one.run()
    record(one, "ICR-11")
    one.now = at(18, 9)
    change(one, state=State.REVIEW, planned_start=at(17, 17), actual_start=at(17, 17), actual_end=at(17, 18))
    one.until(at(30, 9), 3 * LONG)
    assert noted(one) == []
    assert one.ctx.journal.previous("jira", "chg-1")["ICR-11"] is Verdict.WAIVED
    reads = len(one.reads)
    one.until(at(30, 13), HOUR)
    # Once a run, for the handover notification that has no address here; not for the exception as well.
    assert len(one.reads) == reads + 4, "nothing of it is looked at again and again"


def test_it_waits_for_office_hours_and_is_not_told_in_observe_mode(office: Make) -> None:
    one = office()
    change(one)
    one.run()
    record(one, "ICR-13")
    one.ctx = replace(one.ctx, policy=replace(one.ctx.policy, act=False))
    one.until(at(20, 5), LONG)
    one.now = at(20, 6, 30)
    before = one.run()
    assert not [p for p in before.planned if p.what == "waiver"], "the office is closed"
    one.now = at(20, 9)
    one.run(full=True)
    planned = [p for p in one.run().planned if p.what == "waiver"]
    assert [(p.ticket, p.reason) for p in planned] == [("CHG-1", "an exception is about to end")]
    assert noted(one) == []
