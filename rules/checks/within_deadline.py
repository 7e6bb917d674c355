"""It was carried out within its deadline; an overrun shows at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.facts import Facts
from domain.fields import UNDONE
from domain.sentence import Quote, Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput
from rules.deadlines import Deadlines, look_deadline
from rules.moments.span import minute
from rules.outcome import Observation, Outcome, Result
from rules.wording import label, saw, sentences

PARAMS = Deadlines


def check(facts: Facts, demand: CheckInput[Deadlines]) -> Outcome:
    """Met when it ended in time and stayed; violated from the moment the deadline is overrun, done since or not. What
    was rolled back or failed is not done, and its deadline runs on unless a later patch ticket takes its place in time.
    """
    wanted, deadline = say("The rollout ended before the deadline."), demand.params.of(facts)
    known = look_deadline(facts, demand.params)
    if deadline is None:
        # Without a term nothing can be overdue; that the deadline itself is missing, another rule says.
        timeless = facts.field("priority").filled
        return Outcome(known.result, known.seen, wanted, settlers(facts), in_time=timeless)
    if _undone(facts) and facts.successors:
        look = _passed_on(facts, deadline)
        if look is not None:
            seen = sentences(known.seen, saw(facts, "result"), look.seen)
            return Outcome(look.result, seen, wanted, settlers(facts), in_time=True)
    result, running = _result(facts, deadline), _undone(facts)
    seen = _seen(facts, known.seen, result)
    outcome = Outcome(result, seen, wanted, settlers(facts), in_time=running)
    # The deadline is looked at again when it passes, though nothing in the ticket changes then.
    return outcome if result is Result.MET else replace(outcome, due=deadline)


def _result(facts: Facts, deadline: datetime) -> Result:
    end = facts.field("actual_end")
    if _undone(facts):
        return Result.VIOLATED if facts.now > deadline else Result.UNMET
    if not end.readable:
        return Result.UNKNOWN
    if isinstance(end.value, datetime):
        return Result.MET if minute(end.value) <= minute(deadline) else Result.VIOLATED
    return Result.VIOLATED if facts.now > deadline else Result.UNMET


def _undone(facts: Facts) -> bool:
    """Whether it was rolled back, or failed: then it is not done, and its deadline runs on."""
    return facts.field("result").value in UNDONE


def _passed_on(facts: Facts, deadline: datetime) -> Observation | None:
    """Whether a later patch ticket took the place of this one before the deadline; None where none did."""
    name = label("succeeded_by")
    taken = tuple(Quote(s.key) for s in facts.successors if s.made and minute(s.made) <= minute(deadline))
    if taken:
        seen = say(
            "A later patch ticket takes its place: {tickets}. Whether it is in time is judged there.",
            tickets=taken,
        )
        return Observation(name, Result.UNMET, seen)
    hidden = tuple(Quote(s.key) for s in facts.successors if s.made is None)
    if hidden and facts.now > deadline:
        seen = say("It cannot be read whether this is done anew in {tickets}.", tickets=hidden)
        return Observation(name, Result.UNKNOWN, seen)
    return None


def _seen(facts: Facts, known: Say, result: Result) -> Say:
    told = sentences(known, saw(facts, "actual_end"))
    if _undone(facts):
        told = sentences(told, saw(facts, "result"), say("So it is not done."))
    return sentences(told, say("The deadline is overrun.")) if result is Result.VIOLATED else told
