"""Of an outsourced service it is known who delivers it, and who answers for it in the end."""

from __future__ import annotations

from domain.facts import Facts
from domain.fields import Field
from domain.sentence import Quote, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import asset_name, label, sentences

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met by a party finally responsible, and a supplier that the ticket names or the register knows of an asset."""
    wanted = say("The supplier and the party finally responsible, both by name.")
    looks = [_supplier(facts, demand), observe_filled(facts, "finally_responsible")]
    return combine(looks, wanted, settlers(facts))


def _supplier(facts: Facts, demand: CheckInput[Params]) -> Observation:
    """The ticket's own word counts first; that of the register stands in where the ticket says nothing."""
    own = observe_filled(facts, "supplier")
    registers = [(s, s.asset.supplier if s.asset else Field()) for s in demand.subjects]
    known = tuple(
        say("{asset}: {supplier}", asset=asset_name(s.name), supplier=Quote(str(field.value)))
        for s, field in registers
        if field.filled
    )
    if own.result is Result.MET or not known:
        # A register that cannot be read may know the supplier.
        hidden = any(not field.readable or (s.asset is None and s.unseen) for s, field in registers)
        return (
            Observation(own.name, Result.UNKNOWN, own.seen) if hidden and own.result is Result.UNMET else own
        )
    told = say("Supplier by the register: {suppliers}.", suppliers=known)
    return Observation(label("supplier"), Result.MET, sentences(told))
