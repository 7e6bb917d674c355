"""A release contains at least one change."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.actors import settlers
from rules.bundle import look_contents
from rules.demand import Demand, Params
from rules.outcome import Outcome, judged

PARAMS = Params


def check(facts: Facts, demand: Demand[Params]) -> Outcome:
    """Met by one change; unknown while what the release contains cannot be read."""
    return judged(
        [look_contents(facts)], say("Link the changes that this release contains."), settlers(facts)
    )
