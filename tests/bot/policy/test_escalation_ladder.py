"""To whom something goes up, and after how long: rung by rung, each once, each with its own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.escalation_ladder import EscalationPolicy, EscalationStep, due_step, rungs
from domain.people import Role
from domain.working_calendar import Calendar

CALENDAR = Calendar(ZoneInfo("Europe/Brussels"))
MISSING = EscalationPolicy(rungs(("change_manager:10", "cab:30")))
TERM = EscalationPolicy(rungs(("team:-24", "change_manager:-8", "cab:0")), clock=True)
FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 16:00 in Brussels: two hours of work are left


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ladder", "start", "taken", "now", "step"),
    [
        (MISSING, FRIDAY, {}, at(22, 12), None),  # the weekend is no working time
        (MISSING, FRIDAY, {}, at(23, 14, 59), None),
        (MISSING, FRIDAY, {}, at(23, 15), 0),
        (MISSING, FRIDAY, {0: at(23, 15)}, at(23, 16), None),  # no step twice
        (MISSING, FRIDAY, {0: at(23, 15)}, at(25, 15), 1),
        (MISSING, FRIDAY, {0: at(23, 15), 1: at(25, 15)}, at(30, 15), None),  # at the top it ends
        (MISSING, at(2, 9), {}, at(23, 9), 0),  # slept through three weeks: still from the first step on
        (MISSING, at(2, 9), {0: at(23, 9)}, at(24, 9), None),  # and the next has its own time
        (MISSING, at(2, 9), {0: at(23, 9)}, at(25, 9), 1),
        (TERM, at(22, 3), {}, at(21, 2, 59), None),
        (TERM, at(22, 3), {}, at(21, 3), 0),  # a Saturday night counts
        (TERM, at(22, 3), {0: at(21, 3)}, at(21, 19), 1),
        (TERM, at(22, 3), {0: at(21, 18, 59)}, at(21, 19), 1),  # what runs out does not wait for a late start
        (TERM, at(22, 3), {0: at(21, 3), 1: at(21, 19)}, at(22, 3), 2),
        (TERM, at(22, 3), {1: at(21, 19)}, at(22, 3), 2),  # a step that nobody holds was passed over
        (EscalationPolicy(()), FRIDAY, {}, at(30, 9), None),
    ],
)
def test_the_step_that_is_reached(ladder, start, taken, now, step):
    assert due_step(ladder, start, taken, CALENDAR, now) == step


@given(
    start=st.datetimes(datetime(2026, 10, 1), datetime(2027, 1, 15)).map(lambda d: d.replace(tzinfo=UTC)),  # noqa: DTZ001
    looks=st.lists(st.integers(1, 60), min_size=1, max_size=80),
    ladder=st.sampled_from([MISSING, TERM]),
)
def test_whenever_it_is_looked_every_step_comes_once_and_in_order(start, looks, ladder):
    """Over the end of summer time, All Saints, Christmas and the year's end, with gaps of days."""
    taken: dict[int, datetime] = {}
    now = start - timedelta(days=2)
    for hours in looks:
        now += timedelta(hours=hours)
        step = due_step(ladder, start, taken, CALENDAR, now)
        if step is not None:
            assert step == len(taken)
            if not ladder.clock:
                gap = ladder.rungs[step].hours - (ladder.rungs[step - 1].hours if step else 0)
                since = taken[step - 1] if step else start
                assert CALENDAR.working_time(since, now) >= timedelta(hours=gap)
            taken[step] = now
    if not ladder.clock and not taken:
        assert CALENDAR.working_time(start, now) < timedelta(hours=10)


def test_rungs_are_read_from_the_settings():
    assert rungs(("team:-24", "cab:0.5")) == (EscalationStep(None, -24), EscalationStep(Role.CAB, 0.5))


@pytest.mark.parametrize(
    "wrong", [("boss:3",), ("cab",), ("cab:x",), ("owner:3",), ("cab:30", "change_manager:10")]
)
def test_a_wrong_rung_is_refused(wrong):
    with pytest.raises(ValueError, match=r"must|owner|later"):
        rungs(wrong)
