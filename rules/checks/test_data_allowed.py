"""No production data serves as test data."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_test_data
from rules.freshness import ran_otherwise, unhealed
from rules.outcome import Outcome, Result

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Violated by production data, pseudonymised or not, and by tests that ran on it until they are run again."""
    look = observe_test_data(facts)
    wanted = say("Test with synthetic or anonymised data, or without data.")
    ran = unhealed(facts, ("test_data",), lambda then: observe_test_data(then).result)
    if ran is not None and look.result is not Result.VIOLATED:
        return Outcome(Result.VIOLATED, ran_otherwise(look.seen, ran), wanted, settlers(facts))
    return Outcome(look.result, look.seen, wanted, settlers(facts))
