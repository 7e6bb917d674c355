"""A data breach is handled as priority 1, and was reported in writing and by telephone, in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import Field

from domain.facts import Facts
from domain.sentence import Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled, observe_value
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import label, saw, sentences


class BreachReported(Params):
    """Hours from the detection within which it must be reported."""

    hours: int = Field(default=72, ge=1)

    def any_hour(self) -> bool:
        """The law gives hours, not office hours, whatever the class (GDPR, art. 33)."""
        return True


PARAMS = BreachReported
_REPORTS = ("reported_written", "reported_phone")
_TOLD_AT = (3, 6, 12, 24, 36, 48, 60, 72)
"""Hours left at which the text changes: often enough to press, seldom enough not to be written anew all day."""


def check(facts: Facts, demand: CheckInput[BreachReported]) -> Outcome:
    """Met by the highest priority and both reports in time; the clock runs from the detection, else from the
    ticket's creation. A report too late, or none at the end of the term, is a violation.
    """
    wanted = say(
        "Handle it as priority 1, and report it in writing and by telephone within {hours} hours.",
        hours=demand.params.hours,
    )
    detected = facts.field("detected_at")
    # A moment that is hidden may lie before the ticket: counted from there, a term that is over would seem to run.
    if not detected.readable:
        return Outcome(Result.UNKNOWN, saw(facts, "detected_at"), wanted, settlers(facts))
    # Without a moment of detection: by the time the ticket was made, somebody knew.
    start = detected.value if isinstance(detected.value, datetime) else facts.ticket.created
    end = start + timedelta(hours=demand.params.hours)
    looks = [
        observe_value(facts, "incident_priority", "highest"),
        *(_look(facts, name, end) for name in _REPORTS),
    ]
    outcome = combine(looks, wanted, settlers(facts))
    if outcome.result is Result.MET:
        return outcome
    # Once both reports are in, what is left (the priority) has no clock.
    reported = all(look.result is Result.MET for look in looks[1:])
    told = outcome.seen if reported else sentences(outcome.seen, _clock(facts, end))
    return (
        replace(outcome, seen=told)
        if reported
        else replace(outcome, seen=told, due=end, again=_changes_at(facts, end))
    )


def _changes_at(facts: Facts, end: datetime) -> datetime:
    """When the text about the time left is next another one."""
    moments = (end - timedelta(hours=hours) for hours in _TOLD_AT)
    return min((moment for moment in moments if moment > facts.now), default=end)


def _look(facts: Facts, name: str, end: datetime) -> Observation:
    known, at = observe_filled(facts, name), facts.field(name).value
    if known.result is Result.UNKNOWN:
        return known
    # What is not reported yet is late as soon as the term is over.
    late = at > end if isinstance(at, datetime) else facts.now > end
    if not late:
        return known
    return Observation(
        known.name, Result.VIOLATED, sentences(known.seen, say("{field}: too late.", field=label(name)))
    )


def _clock(facts: Facts, end: datetime) -> Say:
    """When the term ends, how long that still is, or that it is over; and from what it is counted."""
    left = (end - facts.now).total_seconds() / 3600
    if left < 0:
        told = say("The term is overrun: it ended on {moment}.", moment=end)
    elif step := next((hours for hours in _TOLD_AT if left <= hours), None):
        told = say("The term ends on {moment}: {hours} hours at most are left.", moment=end, hours=step)
    else:
        told = say("The term ends on {moment}.", moment=end)
    if facts.field("detected_at").filled:
        return told
    return sentences(told, say("It is counted from the creation of this ticket."))
