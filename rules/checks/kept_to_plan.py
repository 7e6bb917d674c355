"""The rollout kept to what was planned, or the ticket says why not."""

from __future__ import annotations

from datetime import datetime

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import saw, sentences

PARAMS = Params
_TIMES = ("planned_start", "planned_end", "actual_start", "actual_end")


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met when the actual times lie within the planned ones, or the deviation is explained."""
    wanted = say("A rollout within its planned times, or an explained deviation.")
    return combine([_followed(facts)], wanted, settlers(facts))


def _followed(facts: Facts) -> Observation:
    name, looks = say("Kept to the plan"), [observe_filled(facts, field) for field in _TIMES]
    told = sentences(*(look.seen for look in looks))
    if hidden := [look.seen for look in looks if look.result is Result.UNKNOWN]:
        return Observation(name, Result.UNKNOWN, sentences(*hidden))
    if absent := [look.seen for look in looks if look.result is Result.UNMET]:
        return Observation(name, Result.UNMET, sentences(*absent))
    if _within(facts):
        return Observation(name, Result.MET, told)
    explained = observe_filled(facts, "deviations")
    return Observation(name, explained.result, sentences(told, saw(facts, "deviations")))


def _within(facts: Facts) -> bool:
    times = [facts.field(name).value for name in _TIMES]
    moments = [t for t in times if isinstance(t, datetime)]
    if len(moments) < len(_TIMES):
        return False
    planned_start, planned_end, start, end = moments
    return planned_start <= start and end <= planned_end
