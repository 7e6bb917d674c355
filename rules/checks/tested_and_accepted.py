"""The release package passed its tests and was accepted."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import Demand, Params
from rules.field_looks import look_value
from rules.outcome import Outcome, judged

PARAMS = Params


def check(facts: Facts, demand: Demand[Params]) -> Outcome:
    """Met when the tests passed and the result was accepted; a failed test is work left, not a breach."""
    looks = [
        look_value(facts, "test_result", "passed"),
        look_value(facts, "acceptance_result", "accepted"),
    ]
    wanted = say("Tests that passed and a result that is accepted, before it goes to production.")
    return judged(looks, wanted, settlers(facts))
