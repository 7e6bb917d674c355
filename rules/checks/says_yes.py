"""A yes/no field says yes."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_yes
from rules.loading.names import FieldName
from rules.outcome import Outcome
from rules.wording import label


class SaysYes(Params):
    """The field that must say yes."""

    field: FieldName


PARAMS = SaysYes


def check(facts: Facts, demand: CheckInput[SaysYes]) -> Outcome:
    """Met by yes. A box that is not ticked is no confession, so nothing here is ever violated."""
    look = observe_yes(facts, demand.params.field)
    wanted = say("{field} must say yes.", field=label(demand.params.field))
    return Outcome(look.result, look.seen, wanted, settlers(facts))
