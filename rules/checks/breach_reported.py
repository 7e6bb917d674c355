"""A data breach was reported in writing and by telephone, in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import Field

from bot.model.facts import Facts
from bot.model.say import Say, say
from rules.actors import settlers
from rules.demand import Demand, Params
from rules.looks import look_filled
from rules.outcome import Look, Outcome, Result, judged
from rules.words import label, saw, sentences


class BreachReported(Params):
    """Hours from the detection within which it must be reported."""

    hours: int = Field(default=72, ge=1)


PARAMS = BreachReported
_REPORTS = ("reported_written", "reported_phone")


def check(facts: Facts, demand: Demand[BreachReported]) -> Outcome:
    """Met by both reports in time; the clock runs from the detection, else from the ticket's creation."""
    wanted = say(
        "Handle it as priority 1, and report it in writing and by telephone within {hours} hours.",
        hours=demand.params.hours,
    )
    detected = facts.field("detected_at")
    if not detected.readable:
        return Outcome(Result.UNKNOWN, saw(facts, "detected_at"), wanted, settlers(facts))
    start = detected.value if isinstance(detected.value, datetime) else facts.ticket.created
    end = start + timedelta(hours=demand.params.hours)
    outcome = judged([_look(facts, name, end) for name in _REPORTS], wanted, settlers(facts))
    seen = sentences(outcome.seen, _clock(facts, end))
    return replace(outcome, seen=seen, due=None if outcome.result is Result.MET else end)


def _look(facts: Facts, name: str, end: datetime) -> Look:
    known, at = look_filled(facts, name), facts.field(name).value
    if known.result is Result.UNKNOWN:
        return known
    late = at > end if isinstance(at, datetime) else facts.now > end
    if not late:
        return known
    return Look(
        known.name, Result.VIOLATED, sentences(known.seen, say("{field}: too late.", field=label(name)))
    )


def _clock(facts: Facts, end: datetime) -> Say:
    if facts.field("detected_at").filled:
        return say("The term ends on {moment}.", moment=end)
    return say("The term ends on {moment}, counted from the creation of this ticket.", moment=end)
