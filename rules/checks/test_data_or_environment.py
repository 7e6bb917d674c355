"""Personal data in tests is anonymised, or the test environments are on a par with production."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_test_data, observe_yes
from rules.outcome import Outcome, Result, any_of, combine

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met by either; violated only when both are said to be otherwise."""
    looks = [
        observe_test_data(facts),
        # Forbidden beside production data alone (`any_of`): this no is no confession (docs/decisions/003).
        observe_yes(facts, "environments_like_production", no=Result.VIOLATED),
    ]
    wanted = say(
        "Test with synthetic or anonymised data, or in environments that meet the quality requirements "
        "of production."
    )
    return combine(looks, wanted, settlers(facts), any_of)
