"""When a reminder is due, and what goes together in one message. Pure: the moment is handed in.

A reminder is due 5, 2 and 1 working days before the planned start, and once when a point becomes missing. A
step that was slept through is skipped: only the nearest one speaks (requirements catalogue, section 9).

Who has seen it, or snoozed it, is left in peace until the next hard step: the last reminder before the start, what
is missing by now, and what an emergency has one working day left for. No snooze silences those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.policy.audience import Audience, Team, asked_of
from bot.policy.ticket_summary import Overview
from domain.asset import Dimension
from domain.facts import Facts
from domain.lifecycle import State
from domain.people import Person
from domain.snooze import Snooze, SnoozeKind
from domain.working_calendar import Calendar
from rules.grouping import RequirementGroup

ROUND_THE_CLOCK = 3
"""From this availability class on, people may be told at any hour (ICR-20); below it in office hours only."""

OVERDUE = 0
"""The step of a reminder about what is missing by now."""


LAST_DAY = 1
"""The step of a reminder about what an emergency is to make good: so many working days before."""


SNOOZED = -1
"""The step of a reminder that somebody asked for by a snooze."""


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket of which somebody is to be reminded, and the step that makes it due (working days before). `pauses` are
    the last ones that people asked for.
    """

    facts: Facts
    view: Overview
    step: int
    pauses: Sequence[Snooze] = ()

    @property
    def seen_by(self) -> tuple[Snooze, ...]:
        """Who said that they have seen it, oldest first."""
        return tuple(pause for pause in self.pauses if pause.kind is SnoozeKind.SEEN)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One grouped message: per ticket, the lines this audience can settle."""

    audience: Audience
    team: str
    items: tuple[tuple[Due, tuple[RequirementGroup, ...]], ...]


def step_now(
    start: datetime | None, state: State, steps: Sequence[int], calendar: Calendar, now: datetime
) -> int | None:
    """The reminder step that `now` falls in: the smallest number of working days before `start` that has begun.

    None before the first step, after the start, and once the ticket is being implemented.
    """
    if start is None or now >= start or state.reached(State.IMPLEMENT) or state is State.CANCELED:
        return None
    begun = [step for step in steps if calendar.working_days_before(start, step) <= now]
    return min(begun, default=None)


def step_after(settle_by: datetime, calendar: Calendar, now: datetime) -> int | None:
    """The step of what an emergency is to make good: 1 when one working day is left, then OVERDUE; None before."""
    if now >= settle_by:
        return OVERDUE
    return LAST_DAY if calendar.working_days_before(settle_by, LAST_DAY) <= now else None


def due(
    facts: Facts, view: Overview, steps: Sequence[int], calendar: Calendar, asked: int | None = None
) -> Due | None:
    """Whether the ticket asks for a reminder now, by its state, its class's hours and what is open.

    asked  only whether it asks for the one of this step: what is missing already does not hide what comes next
    """
    # An emergency that is closed still has to make good what it skipped.
    over = facts.ticket.state.over and not view.obligations
    # Who laid a ticket aside in its own system is not to be pressed about it.
    if not view.now or over or facts.ticket.set_aside or not may_speak(facts, calendar):
        return None
    # It has begun, so there is no planned start left to remind of: its own clock takes the place of that.
    if view.obligations and facts.settle_by:
        last = step_after(facts.settle_by, calendar, facts.now)
        return Due(facts, view, last) if last is not None else None
    if view.missing and asked in (None, OVERDUE):
        return Due(facts, view, OVERDUE)
    start = facts.field("planned_start").value
    moment = start if isinstance(start, datetime) else None
    step = step_now(moment, facts.ticket.state, steps, calendar, facts.now)
    return Due(facts, view, step) if step is not None and asked in (None, step) else None


def next_hard_step(
    start: datetime | None,
    settle_by: datetime | None,
    steps: Sequence[int],
    calendar: Calendar,
    now: datetime,
) -> datetime | None:
    """When the next reminder comes that no snooze silences, or what it counts down to; None when all of that is past
    (or nothing is planned).
    """
    moments = [calendar.working_days_before(start, min(steps, default=0)), start] if start else []
    moments += [calendar.working_days_before(settle_by, LAST_DAY), settle_by] if settle_by else []
    return min((moment for moment in moments if moment > now), default=None)


def hard(one: Due, steps: Sequence[int]) -> bool:
    """Whether this reminder comes whatever anybody pressed."""
    return one.step in (OVERDUE, LAST_DAY) or one.step <= min(steps, default=OVERDUE)


def all_snoozed(
    one: Due, audience: Sequence[Person], pauses: Sequence[Snooze], steps: Sequence[int], now: datetime
) -> bool:
    """Whether a reminder is held back because everybody in its audience asked for rest. An audience of which
    nobody is known is never at rest.
    """
    resting = {pause.account for pause in pauses if pause.holds(now)}
    # Closed accounts press nothing: counted, they would keep everybody else from being left in peace.
    known = [person for person in audience if person.active]
    return bool(known) and not hard(one, steps) and all(person.id in resting for person in known)


Resting = Callable[[Due, Audience], bool]
Apart = Callable[[Audience, str], str]
"""The team by which messages to an audience are kept apart; empty where it reads all of them in one place."""


def _nobody(_: Due, __: Audience) -> bool:
    return False


def _by_team(audience: Audience, team: str) -> str:
    return "" if isinstance(audience, Team) else team


def grouped(dues: Sequence[Due], resting: Resting = _nobody, apart: Apart = _by_team) -> tuple[Reminder, ...]:
    """One message per audience, the most pressing ticket first; without the tickets of which it is at rest."""
    items: dict[tuple[Audience, str], list[tuple[Due, tuple[RequirementGroup, ...]]]] = {}
    for one in sorted(dues, key=_pressing):
        for audience, lines in _by_audience(one).items():
            if resting(one, audience):
                continue
            team = apart(audience, one.facts.ticket.team)
            items.setdefault((audience, team), []).append((one, tuple(lines)))
    return tuple(Reminder(audience, team, tuple(found)) for (audience, team), found in items.items())


def _by_audience(one: Due) -> Mapping[Audience, list[RequirementGroup]]:
    found: dict[Audience, list[RequirementGroup]] = {}
    for line in _told(one):
        for audience in asked_of(line, one.facts):
            found.setdefault(audience, []).append(line)
    return found


def _told(one: Due) -> Sequence[RequirementGroup]:
    """What a reminder is about: what is overdue, or what comes next; all of it for an emergency."""
    view = one.view
    if view.obligations:
        return view.now
    return view.forbidden + (view.missing if one.step == OVERDUE else view.upcoming)


def _pressing(one: Due) -> tuple[int, str, str]:
    start = one.facts.field("planned_start").value
    return one.step, start.isoformat() if isinstance(start, datetime) else "", one.facts.ticket.key


def may_speak(facts: Facts, calendar: Calendar) -> bool:
    """Whether people may be told now: at any hour from an availability class on, else in office hours."""
    return any_hour(facts) or calendar.in_office_hours(facts.now)


def any_hour(facts: Facts) -> bool:
    """Whether its class of availability lets people be told of a ticket at any hour."""
    return any(s.level(Dimension.AVAILABILITY) >= ROUND_THE_CLOCK for s in facts.subjects)


def early(step: int, steps: Sequence[int]) -> bool:
    """Whether a reminder leaves time: it is not the last one before the start, nor about what is overdue."""
    return step > max(min(steps, default=OVERDUE), LAST_DAY, OVERDUE)
