"""The ticket has a priority, and a deadline of its own or by that priority."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput
from rules.deadlines import Deadlines, look_deadline
from rules.field_looks import observe_filled
from rules.outcome import Outcome, combine

PARAMS = Deadlines


def check(facts: Facts, demand: CheckInput[Deadlines]) -> Outcome:
    """Met by a known priority with a deadline."""
    wanted = say("A priority (critical, high, medium or low) and a deadline.")
    looks = [observe_filled(facts, "priority"), look_deadline(facts, demand.params)]
    return combine(looks, wanted, settlers(facts))
