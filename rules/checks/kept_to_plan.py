"""The rollout kept to what was planned, or the ticket says why not."""

from __future__ import annotations

from datetime import datetime

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import Demand, Params
from rules.field_looks import look_filled
from rules.outcome import Look, Outcome, Result, judged
from rules.wording import saw, sentences

PARAMS = Params
_TIMES = ("planned_start", "planned_end", "actual_start", "actual_end")


def check(facts: Facts, demand: Demand[Params]) -> Outcome:
    """Met when the actual times lie within the planned ones, or the deviation is explained."""
    wanted = say("A rollout within its planned times, or an explained deviation.")
    return judged([_followed(facts)], wanted, settlers(facts))


def _followed(facts: Facts) -> Look:
    name, looks = say("Kept to the plan"), [look_filled(facts, field) for field in _TIMES]
    told = sentences(*(look.seen for look in looks))
    if hidden := [look.seen for look in looks if look.result is Result.UNKNOWN]:
        return Look(name, Result.UNKNOWN, sentences(*hidden))
    if absent := [look.seen for look in looks if look.result is Result.UNMET]:
        return Look(name, Result.UNMET, sentences(*absent))
    if _within(facts):
        return Look(name, Result.MET, told)
    explained = look_filled(facts, "deviations")
    return Look(name, explained.result, sentences(told, saw(facts, "deviations")))


def _within(facts: Facts) -> bool:
    times = [facts.field(name).value for name in _TIMES]
    moments = [t for t in times if isinstance(t, datetime)]
    if len(moments) < len(_TIMES):
        return False
    planned_start, planned_end, start, end = moments
    return planned_start <= start and end <= planned_end
