"""When it is told that an exception is about to lapse. Pure: the moment is handed in."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from domain.working_calendar import Calendar

STEPS = (5, 1)
"""Working days before its last day on which it is told (requirements catalogue, section 9)."""


def lapse_step(recorded_at: datetime, until: datetime, calendar: Calendar, now: datetime) -> int | None:
    """The step that `now` falls in: the smallest number of working days before the last day that has begun. None before
    the first step, after the end, and of a step that had begun when it was recorded: then its end was known.
    """
    if now >= until:
        return None
    # `until` is the first moment at which it no longer holds: the midnight that ends its last day.
    last_day = calendar.at(calendar.local_day(until - timedelta(seconds=1)), time())
    begins = {step: calendar.working_days_before(last_day, step) for step in STEPS}
    step = min((step for step in STEPS if begins[step] <= now), default=None)
    return step if step is not None and begins[step] > recorded_at else None
