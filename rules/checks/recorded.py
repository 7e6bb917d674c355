"""Several points are on record, each in its way: answered with yes or an account, written down, or chosen."""

from __future__ import annotations

from collections.abc import Iterator
from operator import not_

from pydantic import Field, model_validator

from domain.facts import Facts
from domain.fields import FIELDS
from domain.sentence import say
from domain.words import says_none
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_done, observe_filled, observe_value
from rules.loading.names import FieldName, unknown
from rules.outcome import Outcome, combine
from rules.wording import labels


class Recorded(Params):
    """`done`: a yes, or words that tell of it; `filled`: anything meaningful; `says`: one choice of a field. `if_yes`:
    by a yes/no field, what must be done where that says yes; `if_any`: by a field, what must be done where that tells
    of something, and does not say that there is none.
    """

    done: tuple[FieldName, ...] = ()
    filled: tuple[FieldName, ...] = ()
    says: dict[FieldName, str] = Field(default_factory=dict)
    if_yes: dict[FieldName, FieldName] = Field(default_factory=dict, exclude_if=not_)
    if_any: dict[FieldName, FieldName] = Field(default_factory=dict, exclude_if=not_)

    @model_validator(mode="after")
    def _something(self) -> Recorded:
        if not (self.done or self.filled or self.says):
            raise ValueError("give at least one of done, filled and says")
        for name, choice in self.says.items():
            if choice not in FIELDS[name].choices:
                raise ValueError(unknown("value", choice, FIELDS[name].choices))
        return self

    def evidence_fields(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.done, *self.filled, *self.says)


PARAMS = Recorded


def check(facts: Facts, demand: CheckInput[Recorded]) -> Outcome:
    """Met when every point is on record. A no is work left, not a breach."""
    asked = demand.params
    looks = [observe_filled(facts, name) for name in asked.filled]
    looks += [observe_value(facts, name, choice) for name, choice in asked.says.items()]
    done = [*asked.done, *_called_for(facts, asked)]
    looks += [observe_done(facts, name) for name in done]
    # Whether more is asked cannot be seen then.
    looks += [observe_filled(facts, name) for name in asked.if_yes if not facts.field(name).readable]
    names = labels(*asked.filled, *asked.says, *done)
    return combine(looks, say("On record, and in order: {fields}.", fields=names), settlers(facts))


def _called_for(facts: Facts, asked: Recorded) -> Iterator[str]:
    """What must be done because of what another field says."""
    for field, name in asked.if_yes.items():
        if facts.field(field).value is True:
            yield name
    for field, name in asked.if_any.items():
        value = facts.field(field).value
        if facts.field(field).filled and not (isinstance(value, str) and says_none(value, field)):
            yield name
