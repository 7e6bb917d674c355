"""To whom something goes up that nobody settles, and after how long. Pure: the moments are handed in.

A ladder is data: steps, each a role (or the team) and the hours after which it is asked. Hours count working time,
or time of the clock where a term runs day and night; below zero they are hours before the term ends. A step is
never asked twice, and after one the next has its own time, also when the bot was silent for a week.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.people import Role
from domain.working_calendar import Calendar

TEAM = "team"


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """One step: who is asked (None: the team), and after how many hours."""

    to: Role | None
    hours: float


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """Steps from the first to the last. `clock`: hours count at night and on days off too."""

    rungs: tuple[EscalationStep, ...]
    clock: bool = False


@dataclass(frozen=True, slots=True)
class Ladders:
    """The organisation's ladders by what is wrong: not allowed, missing, a term that runs out, a data breach."""

    forbidden: EscalationPolicy
    missing: EscalationPolicy
    deadline: EscalationPolicy
    breach: EscalationPolicy


def rungs(parts: Sequence[str]) -> tuple[EscalationStep, ...]:
    """Steps from "role:hours". Raises ValueError when a part is not of that form, or hours go down."""
    found = []
    for part in parts:
        name, _, hours = part.partition(":")
        known = [TEAM, *(role.value for role in Role if role is not Role.OWNER)]
        try:
            rung = EscalationStep(None if name.strip() == TEAM else Role(name.strip().lower()), float(hours))
        except ValueError:
            raise ValueError(
                f"must be like change_manager:10,cab:30, with hours after: {', '.join(known)}"
            ) from None
        if rung.to is Role.OWNER:
            raise ValueError(f"the owner differs from ticket to ticket; use one of: {', '.join(known)}")
        found.append(rung)
    if [rung.hours for rung in found] != sorted(rung.hours for rung in found):
        raise ValueError("each step must come later than the one before it")
    return tuple(found)


def due_step(
    ladder: EscalationPolicy,
    start: datetime,
    taken: Mapping[int, datetime],
    calendar: Calendar,
    now: datetime,
) -> int | None:
    """The step (0 the first) that is to be asked now; None when none is.

    start  when it became overdue, or when a term ends
    taken  when (UTC) each step was asked before
    """
    step = max(taken, default=-1) + 1
    if step >= len(ladder.rungs) or _passed(ladder, start, calendar, now) < ladder.rungs[step].hours:
        return None
    if not taken:
        return step
    last = max(taken)
    gap = ladder.rungs[step].hours - ladder.rungs[last].hours
    # What runs out does not wait for a late start.
    urgent = ladder.clock and ladder.rungs[step].hours <= 0
    return step if urgent or _between(ladder, taken[last], now, calendar) >= gap else None


def _passed(ladder: EscalationPolicy, start: datetime, calendar: Calendar, now: datetime) -> float:
    """Hours from `start` to now; below zero before it."""
    if now < start:
        return -_between(ladder, now, start, calendar)
    return _between(ladder, start, now, calendar)


def _between(ladder: EscalationPolicy, start: datetime, end: datetime, calendar: Calendar) -> float:
    spent = end - start if ladder.clock else calendar.working_time(start, end)
    return spent / timedelta(hours=1)
