"""After the rollout it was checked that it works for everybody; where it does not, an intervention is told."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from domain.facts import Facts
from domain.sentence import say
from domain.words import says_none
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_done, observe_filled
from rules.loading.names import FieldName
from rules.outcome import Observation, Outcome, Result, any_of, combine
from rules.wording import labels, saw, sentences

_WITH_ISSUES = frozenset({"with_issues", "failed"})
"""Results after which it does not work for everybody; what was rolled back is an intervention itself."""


class WorksForAll(Params):
    """`verified`: the fields that tell of the check; `intervention`: those of which one must tell what was done."""

    verified: tuple[FieldName, ...] = Field(min_length=1)
    intervention: tuple[FieldName, ...] = Field(min_length=1)

    def evidence_fields(self) -> tuple[str, ...]:
        """The check alone: what was done about it may be told at any time."""
        return self.verified


PARAMS = WorksForAll


def check(facts: Facts, demand: CheckInput[WorksForAll]) -> Outcome:
    """Met when it was checked and works, or what was done about it is told."""
    asked = demand.params
    looks = [observe_filled(facts, name) for name in asked.verified]
    result = facts.field("result")
    if not result.readable:
        looks.append(Observation(say("Result"), Result.UNKNOWN, saw(facts, "result")))
    elif result.value in _WITH_ISSUES:
        looks.append(_intervention(facts, asked.intervention))
    fields = labels(*asked.verified)
    wanted = say(
        "Check that it works for everybody, record that under {fields}, and tell what was done where it does not.",
        fields=fields,
    )
    return combine(looks, wanted, settlers(facts))


def _intervention(facts: Facts, names: tuple[str, ...]) -> Observation:
    told = [_done(facts, name) for name in names]
    result = any_of(look.result for look in told)
    seen = sentences(saw(facts, "result"), *(look.seen for look in told))
    return Observation(say("What was done about it"), result, seen)


def _done(facts: Facts, name: str) -> Observation:
    """That there was nothing to tell is no intervention where it does not work for everybody."""
    look, value = observe_done(facts, name), facts.field(name).value
    none = look.result is Result.MET and isinstance(value, str) and says_none(value, name)
    return replace(look, result=Result.UNMET) if none else look
