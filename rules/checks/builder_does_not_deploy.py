"""Whoever builds the change does not also bring it to production, once the rules of access are declared."""

from __future__ import annotations

from domain.facts import Facts
from domain.people import Person
from domain.sentence import Quote, Say, say
from domain.waiver import Declaration
from rules.approval.people import among, distinct, over_the_chain, rolled_out, settlers, unseen_duties
from rules.check_api import CheckInput, Params
from rules.declarations import standing
from rules.field_looks import observe_filled
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import label, sentences


class BuilderDoesNotDeploy(Params):
    """`rule`: under which the rules of access are declared; that declaration may allow one person to do both."""

    rule: str


PARAMS = BuilderDoesNotDeploy


def check(facts: Facts, demand: CheckInput[BuilderDoesNotDeploy]) -> Outcome:
    """Met when builders and implementer are known and are different people; violated when somebody is both, unless the
    declaration allows that: then it is told.
    """
    wanted = say("An implementer who is not one of the builders.")
    declared = standing(facts.declarations, demand.params.rule, facts.now.date()).declaration
    both = tuple(p for p in distinct(facts, facts.people("implementer")) if among(facts, p, _builders(facts)))
    if both:
        looks = [Observation(say("Duties kept apart"), *_both(both, declared))]
    else:
        looks = [_builders_known(facts), observe_filled(facts, "implementer")]
        if all(look.result is Result.MET for look in looks):
            looks.append(_apart(facts))
    return combine(looks, wanted, settlers(facts))


def _builders(facts: Facts) -> tuple[Person, ...]:
    # Who built a change in a release built a part of that release.
    return over_the_chain(facts, "builders")


def _builders_known(facts: Facts) -> Observation:
    own = observe_filled(facts, "builders")
    if not any(True for _ in rolled_out(facts)) or own.result is Result.UNKNOWN:
        return own
    if unseen := unseen_duties(facts, ("builders",)):
        return Observation(own.name, Result.UNKNOWN, sentences(*unseen))
    if found := _builders(facts):
        return Observation(own.name, Result.MET, say("{field}: {people}.", field=own.name, people=found))
    return own


def _both(people: tuple[object, ...], declared: Declaration | None) -> tuple[Result, Say]:
    seen = say("Both builder and implementer: {people}.", people=people)
    if declared is None or not declared.same_person:
        return Result.VIOLATED, seen
    allowed = say(
        "The rules of access allow that ({reference}): {reason}",
        reference=Quote(declared.reference),
        reason=Quote(declared.reason),
    )
    return Result.MET, sentences(seen, allowed)


def _apart(facts: Facts) -> Observation:
    name = say("Duties kept apart")
    for field, people in (("builders", _builders(facts)), ("implementer", facts.people("implementer"))):
        if not people:
            return Observation(name, Result.UNMET, say("{field} names no person.", field=label(field)))
    people = distinct(facts, (*_builders(facts), *facts.people("implementer")))
    return Observation(name, Result.MET, say("Different people take part: {people}.", people=people))
