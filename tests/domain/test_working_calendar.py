"""Working days and hours in the office's own time zone, over holidays, weekends and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.working_calendar import Calendar

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


@pytest.mark.parametrize(
    ("extra", "ignored", "day", "works"),
    [
        (frozenset({(7, 11)}), frozenset(), date(2025, 7, 11), False),  # every year: a Friday in 2025
        (frozenset({(7, 11)}), frozenset(), date(2029, 7, 11), False),
        (frozenset(), frozenset({(11, 11)}), date(2026, 11, 11), True),
        (frozenset(), frozenset({date(2026, 11, 11)}), date(2027, 11, 11), False),
        (frozenset({(11, 11)}), frozenset({(11, 11)}), date(2026, 11, 11), False),  # off wins
    ],
)
def test_days_that_an_admin_adds_or_drops(extra, ignored, day, works):
    assert Calendar(BRUSSELS, extra=extra, ignored=ignored).is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-20T15:00", "2026-11-23T08:00", 3),  # Friday 16:00 to Monday 9:00
        ("2026-10-23T08:00", "2026-10-26T09:00", 10),  # over the night in which summer time ends
        ("2026-03-27T09:00", "2026-03-30T08:00", 10),  # and the one in which it begins
        ("2026-12-31T16:00", "2027-01-04T08:00", 2),  # over New Year and a weekend
        ("2026-11-21T08:00", "2026-11-22T20:00", 0),
        ("2026-11-23T09:00", "2026-11-23T08:00", 0),  # backwards is nothing
    ],
)
def test_working_time(start, end, hours):
    moments = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end))
    assert BE.working_time(*moments) == timedelta(hours=hours)


moments = st.integers(0, 3 * 365 * 24 * 4).map(
    lambda quarters: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarters)
)


@given(moments, st.integers(0, 400), st.integers(0, 400), st.sampled_from([BE, NL]))
def test_working_time_adds_up_whatever_the_clocks_do(start, first, second, calendar):
    middle, end = start + timedelta(hours=first), start + timedelta(hours=first + second)
    whole = calendar.working_time(start, end)
    assert whole == calendar.working_time(start, middle) + calendar.working_time(middle, end)
    assert timedelta() <= whole <= end - start


@given(moments, st.integers(1, 12), st.sampled_from([BE, NL]))
def test_a_step_counted_back_lies_so_many_working_days_before_on_the_wall_clock(moment, days, calendar):
    back = calendar.working_days_before(moment, days)
    local = moment.astimezone(calendar.timezone)
    assert back.time() == local.time()
    between = [back.date() + timedelta(days=n) for n in range((local.date() - back.date()).days)]
    assert sum(map(calendar.is_working_day, between)) == days
