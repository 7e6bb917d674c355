"""No production data serves as test data."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import Demand, Params
from rules.field_looks import look_test_data
from rules.outcome import Outcome

PARAMS = Params


def check(facts: Facts, demand: Demand[Params]) -> Outcome:
    """Violated by production data; pseudonymised data is production data still, so it is not enough."""
    look = look_test_data(facts)
    wanted = say("Test with synthetic or anonymised data, or without data.")
    return Outcome(look.result, look.seen, wanted, settlers(facts))
