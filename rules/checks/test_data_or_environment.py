"""Personal data in tests is anonymised, or the test environments are on a par with production."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_test_data, observe_yes
from rules.freshness import ran_otherwise, unhealed
from rules.outcome import Outcome, Result, any_of, combine

PARAMS = Params
_WANTED = say(
    "Test with synthetic or anonymised data, or in environments that meet the quality requirements of production."
)


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met by either; violated when both are said to be otherwise, and by tests that ran so until they are run again."""
    outcome = _now(facts)
    ran = unhealed(facts, ("test_data", "environments_like_production"), lambda then: _now(then).result)
    if ran is not None and outcome.result is not Result.VIOLATED:
        return Outcome(
            Result.VIOLATED, ran_otherwise(outcome.seen, ran), _WANTED, settlers(facts), outcome.parts
        )
    return outcome


def _now(facts: Facts) -> Outcome:
    looks = [
        observe_test_data(facts),
        # Forbidden beside production data alone (`any_of`): this no is no confession (docs/decisions/003).
        observe_yes(facts, "environments_like_production", no=Result.VIOLATED),
    ]
    return combine(looks, _WANTED, settlers(facts), any_of)
