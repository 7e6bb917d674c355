"""A limited pull has an end, and a forced rollout after it."""

from __future__ import annotations

from datetime import datetime

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import label

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met when the pull ends, and the planned end of the whole rollout leaves room for the forced part."""
    wanted = say(
        "The end of the pull, and a planned end of the rollout after it: what is left is then forced."
    )
    return combine([observe_filled(facts, "pull_until"), _forced(facts)], wanted, settlers(facts))


def _forced(facts: Facts) -> Observation:
    planned, until = facts.field("planned_end").value, facts.field("pull_until").value
    look = observe_filled(facts, "planned_end")
    if look.result is not Result.MET or not isinstance(planned, datetime) or not isinstance(until, datetime):
        return look
    # Vo-ICR R&D v2.1 §2.3.1: a limited pull ends in a forced rollout, which takes time of its own.
    if planned > until:
        return look
    seen = say(
        "{field}, {moment}, leaves no room after the pull.", field=label("planned_end"), moment=planned
    )
    return Observation(look.name, Result.UNMET, seen)
