"""No test or development took place in production, or fitting measures were recorded for the exception."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.outcome import Outcome, Result
from rules.wording import saw, sentences

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met by no; violated by yes, unless compensating measures are recorded."""
    wanted = say("No tests or development in production, or recorded measures that make up for it.")
    seen = saw(facts, "tested_in_production")
    if facts.field("tested_in_production").value is True:
        seen = sentences(seen, saw(facts, "compensating_measures"))
    return Outcome(_result(facts), seen, wanted, settlers(facts))


def _result(facts: Facts) -> Result:
    tested, measures = facts.field("tested_in_production"), facts.field("compensating_measures")
    if not tested.readable:
        return Result.UNKNOWN
    if not isinstance(tested.value, bool):
        return Result.UNMET
    if not tested.value or measures.filled:
        return Result.MET
    # Measures may be on record out of sight, so nobody is reproached.
    return Result.VIOLATED if measures.readable else Result.UNKNOWN
