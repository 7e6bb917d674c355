"""The handover was announced twice: available in production, and fully operational with service levels in force."""

from __future__ import annotations

from bot.model.facts import Facts
from bot.model.say import Say, say
from rules.actors import settlers
from rules.demand import Demand, Params
from rules.outcome import Look, Outcome, Result, judged

PARAMS = Params
_STAGES = {1: say("Available in production"), 2: say("Fully operational")}


def check(facts: Facts, demand: Demand[Params]) -> Outcome:
    """Met when both were delivered; they are sent by themselves once the ticket tells the moments."""
    wanted = say(
        "Record the actual end and the result, and later since when it is fully operational; "
        "both notifications are then sent by themselves."
    )
    looks = [_look(facts, stage, name) for stage, name in _STAGES.items()]
    return judged(looks, wanted, settlers(facts))


def _look(facts: Facts, stage: int, name: Say) -> Look:
    sent = [notice for notice in facts.notices if notice.stage == stage and notice.recipients]
    if not sent:
        return Look(name, Result.UNMET, say("Not announced yet: {stage}.", stage=name))
    first = min(sent, key=lambda notice: notice.at)
    return Look(name, Result.MET, say("Announced on {moment}: {stage}.", moment=first.at, stage=name))
