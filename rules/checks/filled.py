"""Fields of the ticket hold something meaningful; each that does not is reported by name."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from domain.facts import Facts
from domain.sentence import Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.loading.names import FieldName
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import labels, sentences


class Filled(Params):
    """The fields that must be filled in."""

    fields: tuple[FieldName, ...] = Field(min_length=1)

    def evidence_fields(self) -> tuple[str, ...]:
        """All of them."""
        return self.fields


PARAMS = Filled


def check(facts: Facts, demand: CheckInput[Filled]) -> Outcome:
    """Met when all fields are filled in; words that say nothing count as empty."""
    names = demand.params.fields
    looks = [observe_filled(facts, name) for name in names]
    outcome = combine(looks, say("Fill in: {fields}.", fields=labels(*names)), settlers(facts))
    # Of several fields the sentence gives the names; what was seen of each stands among the parts.
    if len(looks) == 1:
        return outcome
    # Why a moment that stands there does not count, nobody would guess from "still empty".
    doubts = [doubt for name in names if (doubt := facts.field(name).doubt)]
    told = () if outcome.result is Result.MET else doubts
    return replace(outcome, seen=sentences(_counted(looks, outcome.result), *told))


def _counted(looks: list[Observation], result: Result) -> Say:
    telling = tuple(look.name for look in looks if look.result is result)
    match result:
        case Result.MET:
            return say("Filled in: {fields}.", fields=telling)
        case Result.UNKNOWN:
            return say("Cannot be read: {fields}.", fields=telling)
        case _:
            return say("Still empty: {fields}.", fields=telling)
