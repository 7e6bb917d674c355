"""Whether a rollout stayed within its planned times, as they stood when it began; and whether a deviation is told."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from domain.words import says_none
from rules.field_looks import observe_filled
from rules.moments.as_of import AsOf, facts_at
from rules.moments.rollout import rollout
from rules.moments.span import minute
from rules.outcome import Observation, Result
from rules.wording import label, saw, sentences

_PLANNED, _ACTUAL = ("planned_start", "planned_end"), ("actual_start", "actual_end")


def followed(facts: Facts) -> Observation:
    """Met by actual times within the planned ones; unmet outside them, or while one of the four is not there."""
    name, planned = say("Kept to the plan"), _as_planned(facts)
    looks = [observe_filled(planned, field) for field in _PLANNED]
    looks += [observe_filled(facts, field) for field in _ACTUAL]
    told = sentences(*(look.seen for look in looks))
    for result in (Result.UNKNOWN, Result.UNMET):
        if lacking := [look.seen for look in looks if look.result is result]:
            return Observation(name, result, sentences(*lacking))
    return Observation(name, Result.MET if _within(planned, facts) else Result.UNMET, told)


def planned(facts: Facts) -> bool:
    """Whether there was a window to stay in, and actual times to set against it."""
    then = _as_planned(facts)
    return all(then.field(name).moment for name in _PLANNED) and all(
        facts.field(name).moment for name in _ACTUAL
    )


def explained(facts: Facts) -> Observation:
    """Whether a deviation is told: that there was none explains nothing of one that shows."""
    look, value = observe_filled(facts, "deviations"), facts.field("deviations").value
    if look.result is Result.MET and isinstance(value, str) and says_none(value, "deviations"):
        seen = sentences(look.seen, say("That explains nothing: the rollout lay outside its planned times."))
        return Observation(label("deviations"), Result.UNMET, seen)
    return Observation(look.name, look.result, saw(facts, "deviations"))


def _as_planned(facts: Facts) -> Facts:
    """The facts with the plan of when the rollout began: what is planned afterwards is no plan."""
    began = rollout(facts)
    return facts_at(facts, AsOf(began.began.by, benefit=True)) if began else facts


def _within(planned_: Facts, facts: Facts) -> bool:
    first, last = (planned_.field(name).moment for name in _PLANNED)
    start, end = (facts.field(name).moment for name in _ACTUAL)
    if first is None or last is None or start is None or end is None:
        return False
    return minute(first) <= minute(start) and minute(end) <= minute(last)
