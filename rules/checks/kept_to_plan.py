"""The rollout kept to what was planned when it began, or the ticket says why not."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.outcome import Observation, Outcome, Result, combine
from rules.planned_window import explained, followed, planned
from rules.wording import sentences

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met when the actual times lie within the planned ones, or the deviation is explained."""
    wanted = say("A rollout within its planned times, or an explained deviation.")
    return combine([_kept(facts)], wanted, settlers(facts))


def _kept(facts: Facts) -> Observation:
    look = followed(facts)
    if look.result is not Result.UNMET or not planned(facts):
        return look
    told = explained(facts)
    return Observation(look.name, told.result, sentences(look.seen, told.seen))
