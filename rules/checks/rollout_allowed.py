"""The rollout strategy is one that the classes of the assets allow for this size of release."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import Either, Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput
from rules.outcome import Outcome, Result
from rules.rollout_table import STRATEGIES, RolloutTable, in_order
from rules.wording import CHOICES, saw, sentences

PARAMS = RolloutTable


def check(facts: Facts, demand: CheckInput[RolloutTable]) -> Outcome:
    """Violated by a strategy outside the allowed ones; the fewer are allowed, the stricter the demand."""
    allowed = demand.params.narrowest(demand.because, facts.size)
    seen = saw(facts, "rollout_strategy")
    # Vo-ICR R&D v2.1 §1.1 allows a major release less than a minor one: what is not known may not loosen it.
    if facts.size is None and demand.params.by_size:
        seen = sentences(seen, say("The release size is not known, so it is judged as a major release."))
    # Several classes may ask for it: the finding that allows the fewest gives the line its words.
    strictness = len(STRATEGIES) - len(allowed)
    return Outcome(_result(facts, allowed), seen, _wanted(allowed), settlers(facts), strictness=strictness)


def _result(facts: Facts, allowed: frozenset[str]) -> Result:
    field = facts.field("rollout_strategy")
    if not field.readable:
        return Result.UNKNOWN
    # Empty or not understood: there is something to fill in, and nothing forbidden yet.
    if field.value not in STRATEGIES:
        return Result.UNMET
    return Result.MET if field.value in allowed else Result.VIOLATED


def _wanted(allowed: frozenset[str]) -> Say:
    strategies = Either(tuple(CHOICES[strategy] for strategy in in_order(allowed)))
    return say("Allowed here: {strategies}.", strategies=strategies)
