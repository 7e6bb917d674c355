"""Several points are on record, each in its way: answered with yes or an account, written down, or chosen."""

from __future__ import annotations

from pydantic import Field, model_validator

from domain.facts import Facts
from domain.fields import FIELDS
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_done, observe_filled, observe_value
from rules.loading.names import FieldName, unknown
from rules.outcome import Outcome, combine
from rules.wording import labels


class Recorded(Params):
    """`done`: a yes, or words that tell of it; `filled`: anything meaningful; `says`: one choice of a field."""

    done: tuple[FieldName, ...] = ()
    filled: tuple[FieldName, ...] = ()
    says: dict[FieldName, str] = Field(default_factory=dict)

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
    looks += [observe_done(facts, name) for name in asked.done]
    names = labels(*asked.filled, *asked.says, *asked.done)
    return combine(looks, say("On record, and in order: {fields}.", fields=names), settlers(facts))
