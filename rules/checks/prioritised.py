"""The ticket has a priority, and a deadline of its own or by that priority."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import Demand
from rules.deadlines import Deadlines, look_deadline
from rules.field_looks import look_filled
from rules.outcome import Outcome, judged

PARAMS = Deadlines


def check(facts: Facts, demand: Demand[Deadlines]) -> Outcome:
    """Met by a known priority with a deadline."""
    wanted = say("A priority (critical, high, medium or low) and a deadline.")
    looks = [look_filled(facts, "priority"), look_deadline(facts, demand.params)]
    return judged(looks, wanted, settlers(facts))
