"""The release package passed its tests and was accepted."""

from __future__ import annotations

from dataclasses import replace

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_value
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import saw, sentences

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met when the tests passed and the result was accepted; a failed test is work left, not a breach."""
    looks = [
        _dated(facts, observe_value(facts, "test_result", "passed"), "tested_at"),
        _dated(facts, observe_value(facts, "acceptance_result", "accepted"), "accepted_at"),
    ]
    wanted = say("Tests that passed and a result that is accepted, before it goes to production.")
    return combine(looks, wanted, settlers(facts))


def _dated(facts: Facts, look: Observation, moment: str) -> Observation:
    """A look that is met, with the moment that shows when: passed over passed bears the date of the first."""
    if look.result is not Result.MET or not facts.field(moment).filled:
        return look
    return replace(look, seen=sentences(look.seen, saw(facts, moment)))
