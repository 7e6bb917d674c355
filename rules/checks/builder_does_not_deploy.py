"""Whoever builds the change does not also bring it to production."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import label

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met when builders and implementer are known and are different people; violated when somebody is both."""
    wanted = say("An implementer who is not one of the builders.")
    looks = [observe_filled(facts, name) for name in ("builders", "implementer")]
    if all(look.result is Result.MET for look in looks):
        looks.append(_apart(facts))
    return combine(looks, wanted, settlers(facts))


def _apart(facts: Facts) -> Observation:
    # One person with two accounts is one person.
    builders = {facts.same_person.get(p.id, p.id) for p in facts.people("builders")}
    both = [p for p in facts.people("implementer") if facts.same_person.get(p.id, p.id) in builders]
    name = say("Duties kept apart")
    if both:
        seen = say("Both builder and implementer: {people}.", people=tuple(both))
        return Observation(name, Result.VIOLATED, seen)
    people = facts.people("builders") + facts.people("implementer")
    if not builders or not facts.people("implementer"):
        return Observation(name, Result.UNMET, say("{field} names no person.", field=label("implementer")))
    return Observation(name, Result.MET, say("Different people take part: {people}.", people=people))
