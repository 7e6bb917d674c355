"""What an interaction in the message service comes to: until when somebody may be left in peace, what was settled
meanwhile. Pure: the moment is handed in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.policy.actions import SnoozeChoice
from bot.policy.reminders import next_hard_step
from domain.facts import Facts
from domain.fields import Field
from domain.lifecycle import State, Verdict
from domain.people import Person, Role
from domain.snooze import Snooze, SnoozeKind
from domain.ticket import Approval, Decision
from domain.working_calendar import Calendar
from rules.grouping import RequirementGroup
from rules.loading.loader import Pack
from rules.trace import access_trace
from rules.why_not import UnknownRule, find_rule

LONGEST = 5
"""Working days that a snooze lasts where nothing says by when the ticket has to be settled."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Reminder steps (working days before the planned start) and the calendar they are counted in."""

    steps: tuple[int, ...]
    calendar: Calendar


def snooze_of(
    facts: Facts, person: Person, wanted: SnoozeChoice | datetime | None, limits: Limits
) -> Snooze | None:
    """The snooze somebody may have: as long as they chose (None: they only say that they have seen it), but never
    past the next step that comes whatever anybody pressed. None when that step, or what they chose, is here already.
    """
    now = facts.now
    last = latest(facts, limits)
    if last is None:
        return None
    # Who only says to have seen it is left in peace as long as may be.
    chosen = until_of(wanted, now, limits.calendar) if isinstance(wanted, SnoozeChoice) else wanted or last
    if chosen <= now:
        return None
    kind = SnoozeKind.SNOOZED if wanted else SnoozeKind.SEEN
    ticket = facts.ticket.subject
    until = min(chosen, last)
    return Snooze(ticket, person.id, person.name, kind, now, until, shortened=until < chosen)


def snooze_choices(facts: Facts, limits: Limits) -> tuple[tuple[SnoozeChoice, datetime], ...]:
    """The choices somebody has now, each with its end (UTC): none past the next step that comes whatever anybody
    pressed, and none that ends when another does.
    """
    last = latest(facts, limits)
    if last is None:
        return ()
    # Reversed, so that of choices that end together the shortest gives its name.
    found = {until_of(nap, facts.now, limits.calendar): nap for nap in reversed(SnoozeChoice)}
    return tuple((nap, until) for until, nap in sorted(found.items()) if until <= last)


def latest(facts: Facts, limits: Limits) -> datetime | None:
    """Until when (UTC) anything may be put off at most; None when its time has come."""
    start = facts.field("planned_start").value
    planned = start if isinstance(start, datetime) else None
    # What is over waits for nobody, unless an emergency still has to make something good.
    if facts.ticket.state.over and not facts.settle_by:
        return None
    if planned is None and facts.settle_by is None:
        return limits.calendar.working_days_after(facts.now, LONGEST)
    # Once it is being carried out, its planned start is no step any more.
    before = facts.ticket.state.reached(State.IMPLEMENT)
    return next_hard_step(
        None if before else planned, facts.settle_by, limits.steps, limits.calendar, facts.now
    )


def until_of(nap: SnoozeChoice, now: datetime, calendar: Calendar) -> datetime:
    """When (UTC) a snooze of that length ends: after two hours, else when the office opens."""
    if nap is SnoozeChoice.HOURS:
        return now + timedelta(hours=2)
    # The value says how many working days: 1d, 2d, 5d.
    day = calendar.working_days_after(now, int(nap.value[:-1])).astimezone(calendar.timezone)
    return calendar.at(day.date(), calendar.opens)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A line that is in order by now: who settled it and when, as far as the ticket tells."""

    line: RequirementGroup
    person: Person | None = None
    at: datetime | None = None


def resolution(
    facts: Facts, lines: Sequence[RequirementGroup], shown: Collection[str], packs: Sequence[Pack]
) -> tuple[Resolution, ...]:
    """Of the lines that somebody was shown as open, those that are in order by now."""
    done = [line for line in lines if line.line in shown and line.verdict in (Verdict.MET, Verdict.WAIVED)]
    return tuple(_resolution(facts, line, packs) for line in done)


def _resolution(facts: Facts, line: RequirementGroup, packs: Sequence[Pack]) -> Resolution:
    if waiver := line.headline.waiver:
        return Resolution(line, Person("", waiver.by), waiver.recorded_at)
    moves: list[tuple[datetime, Person]] = []
    for finding in line.findings:
        try:
            _, rule = find_rule(facts, packs, finding.id)
        except UnknownRule:
            continue
        looked = access_trace(facts, rule)
        moves += [m for name in looked.fields if (m := _move(facts.field(name)))]
        if looked.approvals:
            moves += [m for a in facts.ticket.approvals if (m := _approved(facts, a, looked.roles))]
    # What changed last is what put it in order, as far as can be told.
    newest = max(moves, key=lambda move: move[0], default=None)
    return Resolution(line, newest[1], newest[0]) if newest else Resolution(line)


def _move(field: Field) -> tuple[datetime, Person] | None:
    return (field.at, field.by) if field.at and field.by else None


def _approved(facts: Facts, one: Approval, roles: Collection[Role]) -> tuple[datetime, Person] | None:
    if one.decision is not Decision.APPROVED or not one.person or not one.at:
        return None
    # Owners are no group: where no role was looked at, an approval by anybody is told.
    asked = not roles or any(facts.role(role).holds(one.person) for role in roles)
    return (one.at, one.person) if asked else None
