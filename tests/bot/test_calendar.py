"""Working days and hours in the office's own time zone, over holidays, weekends and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar import Calendar

BRUSSELS = ZoneInfo("Europe/Brussels")
BE, NL = Calendar(BRUSSELS), Calendar(ZoneInfo("Europe/Amsterdam"), "NL")


@pytest.mark.parametrize(
    ("calendar", "day", "works"),
    [
        (BE, date(2026, 11, 23), True),  # Monday
        (BE, date(2026, 11, 22), False),  # Sunday
        (BE, date(2026, 7, 21), False),  # Belgian national day
        (NL, date(2026, 7, 21), True),
        (NL, date(2026, 4, 27), False),  # King's day
        (BE, date(2026, 4, 27), True),
        (BE, date(2026, 5, 25), False),  # Whit Monday
        (Calendar(BRUSSELS, extra=frozenset({date(2026, 7, 10)})), date(2026, 7, 10), False),
        (Calendar(BRUSSELS, ignored=frozenset({date(2026, 7, 21)})), date(2026, 7, 21), True),
    ],
)
def test_working_days(calendar, day, works):
    assert calendar.is_working_day(day) is works


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (datetime(2026, 11, 23, 6, 59, tzinfo=UTC), False),  # 7:59 in Brussels
        (datetime(2026, 11, 23, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 16, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), False),
        (datetime(2026, 6, 22, 6, 0, tzinfo=UTC), True),  # summer time
        (datetime(2026, 11, 22, 10, 0, tzinfo=UTC), False),  # Sunday
    ],
)
def test_office_hours_are_local(moment, open_):
    assert BE.in_office_hours(moment) is open_


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "2026-11-24T18:00:00+01:00"),
        (1, "2026-11-23T18:00:00+01:00"),
        (2, "2026-11-20T18:00:00+01:00"),  # over a weekend
        (5, "2026-11-17T18:00:00+01:00"),
        (9, "2026-11-10T18:00:00+01:00"),  # over 11 November
    ],
)
def test_counting_back_keeps_the_local_time_of_day(days, expected):
    start = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    assert BE.working_days_before(start, days).isoformat() == expected


def test_counting_back_over_the_end_of_summer_time():
    start = datetime(2026, 10, 26, 8, 0, tzinfo=UTC)  # 9:00 winter time
    assert BE.working_days_before(start, 1).isoformat() == "2026-10-23T09:00:00+02:00"


@given(st.integers(0, 5 * 365 * 24), st.integers(1, 12))
def test_the_day_counted_back_to_is_a_working_day_and_more_days_lie_earlier(hours, days):
    moment = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    back = BE.working_days_before(moment, days)
    assert BE.is_working_day(back.date())
    assert back < moment
    assert BE.working_days_before(moment, days + 1) < back
