"""Everybody who must sign off did: roles, and where asked the owner; and what goes with it is filled in."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import model_validator

from domain.facts import Facts
from domain.fields import Field
from domain.people import Person, Role
from domain.sentence import say
from rules.approval.decisions import UNREAD, ApprovalDecision, ask_of, effective_decisions, observe_role
from rules.approval.people import settlers
from rules.check_api import CheckInput, OfNamedAssets
from rules.field_looks import observe_filled
from rules.loading.names import FieldName
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import ROLES, label, sentences


class SignedOff(OfNamedAssets):
    """Roles that must each sign off, the owner of each asset among them; `fields` that must be filled in."""

    roles: tuple[Role, ...]
    fields: tuple[FieldName, ...] = ()

    @model_validator(mode="after")
    def _somebody(self) -> SignedOff:
        if not self.roles:
            raise ValueError("give at least one role")
        return self


PARAMS = SignedOff


def check(facts: Facts, demand: CheckInput[SignedOff]) -> Outcome:
    """Met when each signed off and nobody rejected."""
    roles, fields = demand.params.roles, demand.params.fields
    signed = {role: _look(facts, demand, role) for role in roles}
    looks = [*(observe_filled(facts, name) for name in fields), *signed.values()]
    left = tuple(role for role in roles if signed[role].result is Result.UNMET)
    who = tuple(dict.fromkeys(actor for role in left for actor in ask_of(facts, role, _anybody)))
    wanted = [say("Fill in: {fields}.", fields=tuple(label(name) for name in fields))] if fields else []
    wanted += [say("An approval by {role}.", role=ROLES[role]) for role in roles]
    return combine(looks, sentences(*wanted), who or settlers(facts))


def _anybody(person: Person) -> bool:
    return True


def _look(facts: Facts, demand: CheckInput[SignedOff], role: Role) -> Observation:
    return _owners(facts, demand) if role is Role.OWNER else observe_role(facts, role, _anybody)


def _owners(facts: Facts, demand: CheckInput[SignedOff]) -> Observation:
    """Whether an owner of every asset signed off: the asset's own, else the owner the ticket names."""
    name, stated = ROLES[Role.OWNER], facts.field("application_owner")
    if not facts.ticket.approvals_readable:
        return Observation(name, Result.UNKNOWN, UNREAD)
    registers = [s.asset.owner if s.asset else Field() for s in demand.subjects]
    if not stated.readable or not all(field.readable for field in registers):
        return Observation(name, Result.UNKNOWN, say("It cannot be read who the owners are."))
    # A rejection stands although something changed since; an approval does not.
    cast = {vote.person.id: vote for vote in effective_decisions(facts) if vote.holds or not vote.approved}
    owners = [field.people or stated.people for field in registers]
    return _of_each([[cast[p.id] for p in people if p.id in cast] for people in owners])


def _of_each(decided: Sequence[Sequence[ApprovalDecision]]) -> Observation:
    """What the owners of all assets together come to, from the decisions of each asset's owners."""
    name = ROLES[Role.OWNER]
    rejected = tuple(vote.signed for some in decided for vote in some if not vote.approved)
    if rejected:
        return Observation(name, Result.UNMET, say("Rejected by {people}.", people=rejected))
    if not all(decided):
        return Observation(name, Result.UNMET, say("No approval by {role} yet.", role=name))
    people = tuple(dict.fromkeys(vote.signed for some in decided for vote in some))
    return Observation(name, Result.MET, say("Approved by {people}.", people=people))
