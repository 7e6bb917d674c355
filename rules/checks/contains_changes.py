"""A release contains at least one change."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.outcome import Outcome, combine
from rules.release_contents import look_contents

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met by one change; unknown while what the release contains cannot be read."""
    return combine(
        [look_contents(facts)], say("Link the changes that this release contains."), settlers(facts)
    )
