"""A field of the ticket names it, or it was declared for every asset touched."""

from __future__ import annotations

from pydantic import Field

from domain.asset import Subject
from domain.facts import Facts
from domain.sentence import Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.declarations import CURRENT_DAYS, Standing, standing
from rules.field_looks import observe_filled
from rules.loading.names import FieldName
from rules.outcome import Observation, Outcome, Result, all_of, any_of, combine
from rules.wording import asset_name, label, sentences


class FilledOrDeclared(Params):
    """The field of the ticket; the rule for which a declaration stands in; how long one holds, in days."""

    field: FieldName
    rule: str
    valid_days: int = Field(default=CURRENT_DAYS, ge=1)


PARAMS = FilledOrDeclared


def check(facts: Facts, demand: CheckInput[FilledOrDeclared]) -> Outcome:
    """Met by the ticket itself, or by a declaration still current for each asset (or for the organisation)."""
    own = observe_filled(facts, demand.params.field)
    declared = [_declared(facts, subject, demand.params) for subject in demand.subjects]
    name, seen = say("Declared"), sentences(*(look.seen for look in declared))
    stands = Observation(name, all_of(look.result for look in declared), seen)
    return combine([own, stands], _wanted(demand.params), settlers(facts), any_of)


def _declared(facts: Facts, subject: Subject, asked: FilledOrDeclared) -> Observation:
    name = asset_name(subject.name)
    found = standing(facts.declarations, asked.rule, facts.now.date(), asked.valid_days, subject.name)
    if found.standing is Standing.CURRENT:
        return Observation(say("{asset}", asset=name), Result.MET, found.told)
    return Observation(say("{asset}", asset=name), Result.UNMET, sentences(found.told))


def _wanted(asked: FilledOrDeclared) -> Say:
    return say("Fill in {field}, or have it declared for the service.", field=label(asked.field))
