"""What waits for somebody, and for how long already: in the time in which it could have been settled.

Office hours of the team's calendar count, without nights, weekends and holidays; of a ticket whose class of
availability lets people be told at any hour (ICR-20), every hour of the clock. Pure: the moment is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.policy.overdue import RuleInfo
from domain.lifecycle import State, Verdict
from domain.requests import OpenFinding
from domain.waiting import Age, Wait
from domain.working_calendar import Calendar

_HOUR = timedelta(hours=1)
_PRESSING = (Verdict.VIOLATED, Verdict.MISSING)


def age_of(since: datetime, now: datetime, calendar: Calendar, *, of_work: bool) -> Age:
    """How long it is from `since` to `now`."""
    spent = calendar.working_time(since, now) if of_work else max(now - since, timedelta())
    day = calendar.at(now.date(), calendar.closes) - calendar.at(now.date(), calendar.opens)
    days, rest = divmod(spent, day if of_work else timedelta(days=1))
    return Age(days, rest // _HOUR, of_work)


class Waiting(Protocol):
    """What of a ticket's row in the journal is looked at: a value, so that nothing here knows the journal."""

    @property
    def subject(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def state(self) -> State: ...
    @property
    def team(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def notify_any_hour(self) -> bool | None: ...


def waits(
    rows: Iterable[Waiting],
    points: Mapping[str, Sequence[OpenFinding]],
    rules: Mapping[str, RuleInfo],
    calendar_of: Callable[[str], Calendar],
    now: datetime,
) -> tuple[Wait, ...]:
    """The tickets with open points, what presses first, and then what waits longest."""
    found = []
    for row in rows:
        open_ = [p for p in points.get(row.subject, ()) if p.rule in rules and p.verdict.open]
        if not open_ or row.state in (State.DRAFT, State.CANCELED):
            continue
        pressing = [point for point in open_ if point.verdict in _PRESSING]
        since = min(point.since for point in pressing or open_)
        # Not known counts as office hours, which are never more than the hours of the clock.
        age = age_of(since, now, calendar_of(row.team), of_work=row.notify_any_hour is not True)
        found.append(Wait(row.key, row.summary, row.team, len(open_), len(pressing), since, age))
    return tuple(sorted(found, key=lambda one: (not one.pressing, one.since, one.key)))


def as_json(one: Wait, told: str) -> dict[str, Any]:
    """The same for machines, with the age in words."""
    return {
        "ticket": one.key,
        "team": one.team,
        "points": one.points,
        "pressing": one.pressing,
        "since": one.since.isoformat(),
        "days": one.age.days,
        "hours": one.age.hours,
        "counts": "working time" if one.age.of_work else "every hour",
        "waits": told,
    }
