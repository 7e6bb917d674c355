"""Tests follow a plan fixed beforehand, and their results were validated, by two people where asked."""

from __future__ import annotations

from datetime import datetime

from domain.facts import Facts
from domain.sentence import Say, say
from rules.approval.people import MAKERS, distinct, does_not_count, duties_apart, duty_of, settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.moments.span import minute
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import label, saw, sentences


class ValidatedTests(Params):
    """`four_eyes`: validated by two different people at least, whose own work it is not."""

    four_eyes: bool = False


PARAMS = ValidatedTests


def check(facts: Facts, demand: CheckInput[ValidatedTests]) -> Outcome:
    """Met when the plan was fixed before the tests and their validation, and it is known who validated, and when."""
    four_eyes = demand.params.four_eyes
    wanted = say("A test plan fixed beforehand, and test results that are validated.")
    looks = [
        observe_filled(facts, "test_plan"),
        _fixed_beforehand(facts),
        observe_filled(facts, "test_validated_by"),
        observe_filled(facts, "test_validated_at"),
    ]
    if four_eyes:
        # The makers alone are kept apart: who tested may be one of the two who validate (docs/decisions/009).
        looks += [_two_people(facts), duties_apart(facts, facts.people("test_validated_by"), MAKERS)]
        wanted = sentences(
            wanted, say("This takes two different people who did not request, build or carry out the change.")
        )
    return combine(looks, wanted, settlers(facts))


def _fixed_beforehand(facts: Facts) -> Observation:
    """The plan must not be younger than the tests that were for it, nor than their validation."""
    known = observe_filled(facts, "test_plan_fixed_at")
    fixed = facts.field("test_plan_fixed_at").moment
    if known.result is not Result.MET:
        return known
    if fixed is None:
        return Observation(known.name, Result.UNMET, known.seen)
    # Vo-ICR R&D v2.1 §1.1, from class 3: fixed beforehand. A plan written after the fact proves nothing.
    for name in ("tested_at", "test_validated_at"):
        field = facts.field(name)
        if not field.readable and name != "tested_at":
            return Observation(known.name, Result.UNKNOWN, saw(facts, name))
        # Of a day without a time its end counts.
        at = field.day_ends or field.moment
        if at is not None and minute(fixed) > minute(at):
            return Observation(known.name, Result.UNMET, sentences(known.seen, _too_late(name, at)))
    return known


def _too_late(name: str, moment: datetime) -> Say:
    return say("That is after {field}, {moment}.", field=label(name), moment=moment)


def _two_people(facts: Facts) -> Observation:
    named = distinct(facts, facts.people("test_validated_by"))
    people = tuple(p for p in named if duty_of(facts, p, MAKERS) is None)
    barred = [does_not_count(facts, p, MAKERS) for p in named if p not in people]
    name = say("Four eyes")
    if not facts.field("test_validated_by").readable:
        return Observation(name, Result.UNKNOWN, saw(facts, "test_validated_by"))
    if len(people) > 1:
        return Observation(name, Result.MET, say("Different people validated: {people}.", people=people))
    return Observation(
        name, Result.UNMET, sentences(*barred, say("Two different people have not validated yet."))
    )
