"""Working days before an exception lapses on which that is told."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.policy.waiver_steps import lapse_step
from domain.working_calendar import Calendar

CALENDAR = Calendar(ZoneInfo("Europe/Brussels"))
LONG_AGO = datetime(2026, 10, 1, tzinfo=UTC)


def on(day: int, hour: int = 0) -> datetime:
    """A moment of November 2026 on the wall in Brussels."""
    return datetime(2026, 11, day, hour, tzinfo=CALENDAR.timezone)


FRIDAY, SUNDAY = on(28), on(30)
"""The ends of exceptions whose last day is Friday the 27th, and Sunday the 29th."""


@pytest.mark.parametrize(
    ("until", "recorded", "now", "step"),
    [
        (FRIDAY, LONG_AGO, on(19, 23), None),
        (FRIDAY, LONG_AGO, on(20), 5),
        (FRIDAY, LONG_AGO, on(25, 23), 5),
        (FRIDAY, LONG_AGO, on(26), 1),
        (FRIDAY, LONG_AGO, on(27, 23), 1),
        (FRIDAY, LONG_AGO, on(28), None),
        (SUNDAY, LONG_AGO, on(26, 23), 5),
        (SUNDAY, LONG_AGO, on(27, 9), 1),
        # Whoever recorded it when a step had begun knows when it ends.
        (FRIDAY, on(20, 9), on(20, 10), None),
        (FRIDAY, on(20, 9), on(26, 9), 1),
        (FRIDAY, on(26, 9), on(26, 10), None),
    ],
)
def test_the_nearest_step_that_has_begun(until, recorded, now, step):
    assert lapse_step(recorded, until, CALENDAR, now) == step
