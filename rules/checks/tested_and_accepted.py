"""The release package passed its tests and was accepted."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_value
from rules.outcome import Outcome, combine

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met when the tests passed and the result was accepted; a failed test is work left, not a breach."""
    looks = [
        observe_value(facts, "test_result", "passed"),
        observe_value(facts, "acceptance_result", "accepted"),
    ]
    wanted = say("Tests that passed and a result that is accepted, before it goes to production.")
    return combine(looks, wanted, settlers(facts))
