"""A release contains at least one change."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import Demand, Params
from rules.outcome import Outcome, judged
from rules.release_contents import look_contents

PARAMS = Params


def check(facts: Facts, demand: Demand[Params]) -> Outcome:
    """Met by one change; unknown while what the release contains cannot be read."""
    return judged(
        [look_contents(facts)], say("Link the changes that this release contains."), settlers(facts)
    )
