"""No production data serves as test data."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_test_data
from rules.outcome import Outcome

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Violated by production data; pseudonymised data is production data still, so it is not enough."""
    look = observe_test_data(facts)
    wanted = say("Test with synthetic or anonymised data, or without data.")
    return Outcome(look.result, look.seen, wanted, settlers(facts))
