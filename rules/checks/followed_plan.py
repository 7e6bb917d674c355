"""An implementation plan was there beforehand, and the rollout kept to it or says why not."""

from __future__ import annotations

from datetime import datetime

from bot.model.facts import Facts
from bot.model.lifecycle import State
from bot.model.say import say
from rules.actors import settlers
from rules.demand import Demand, Params
from rules.looks import look_filled
from rules.outcome import Look, Outcome, Result, judged
from rules.words import saw, sentences

PARAMS = Params
_TIMES = ("planned_start", "planned_end", "actual_start", "actual_end")


def check(facts: Facts, demand: Demand[Params]) -> Outcome:
    """Before the rollout the plan is enough; from then on the actual times must lie within the planned ones,
    or the deviation must be explained.
    """
    looks = [look_filled(facts, "implementation_plan")]
    if _rolled_out(facts):
        looks.append(_followed(facts))
    wanted = say("An implementation plan, and a rollout within its planned times or an explained deviation.")
    return judged(looks, wanted, settlers(facts))


def _rolled_out(facts: Facts) -> bool:
    """Whether the second half is asked: the rollout is recorded, or out of sight, or should be recorded by now."""
    end = facts.field("actual_end")
    started = facts.ticket.state.reached(State.IMPLEMENT)
    return facts.ticket.state is State.CLOSED or (started and (end.filled or not end.readable))


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
