"""Everybody who must sign off did: roles, and where asked the owner; and what goes with it is filled in."""

from __future__ import annotations

from collections.abc import Iterable
from operator import not_

from pydantic import Field, model_validator

from domain.asset import Subject
from domain.facts import Facts
from domain.finding import Actor
from domain.people import Person, Role
from domain.sentence import say
from rules.approval.decisions import UNREAD, approvals_for, approvals_wanted, ask_of, observe_role
from rules.approval.how_many import HowMany
from rules.approval.owners import OwnersOfAsset, ask_owners
from rules.approval.people import also_requested, settlers
from rules.check_api import CheckInput
from rules.field_looks import observe_filled
from rules.loading.names import FieldName
from rules.outcome import Observation, Outcome, Result, all_of, combine, with_told
from rules.wording import ROLES, label, sentences


class SignedOff(HowMany):
    """Roles that must each sign off, the owner of each asset among them; `at_least`: how many different people of each
    other role, one number or a table by role; `sensitive`: roles asked too where an asset has personal data, or class 5
    in confidentiality or integrity; `fields` that must be filled in.
    """

    fields: tuple[FieldName, ...] = ()
    sensitive: tuple[Role, ...] = Field(default=(), exclude_if=not_)

    def of_named_assets(self) -> bool:
        """Of these alone: nobody is asked to sign off for what is reached over relations."""
        return True

    @model_validator(mode="after")
    def _somebody(self) -> SignedOff:
        if not self.roles:
            raise ValueError("give at least one role")
        return self


PARAMS = SignedOff
_HIGHEST = 5


def check(facts: Facts, demand: CheckInput[SignedOff]) -> Outcome:
    """Met when each signed off and nobody rejected."""
    asks = _with_sensitive(demand.params, facts.subjects)
    owners = [ask_owners(facts, subject) for subject in demand.subjects] if Role.OWNER in asks.roles else []
    signed = {role: _look(facts, asks, role, owners) for role in asks.roles}
    looks = [*(observe_filled(facts, name) for name in asks.fields), *signed.values()]
    left = [role for role in asks.roles if signed[role].result is Result.UNMET]
    who = tuple(dict.fromkeys(actor for role in left for actor in _who(facts, asks, role, owners)))
    wanted = [say("Fill in: {fields}.", fields=tuple(map(label, asks.fields)))] if asks.fields else []
    wanted += [approvals_wanted(role, n) for role, n in asks.counts().items()]
    outcome = combine(looks, sentences(*wanted), who or settlers(facts))
    approved = [v.person for role in asks.roles for v in approvals_for(facts, role, _anybody)]
    approved += [vote.person for one in owners for vote in one.votes if vote.holds]
    return with_told(outcome, also_requested(facts, approved))


def _with_sensitive(asks: SignedOff, subjects: Iterable[Subject]) -> SignedOff:
    """With the roles that the assets call for. A flag that cannot be seen asks for them: it may not pass for a no."""
    called = any(
        one.gdpr is not False or _HIGHEST in (one.confidentiality, one.integrity) for one in subjects
    )
    more = tuple(role for role in asks.sensitive if called and role not in asks.roles)
    return asks.model_copy(update={"roles": (*asks.roles, *more)}) if more else asks


def _anybody(person: Person) -> bool:
    return True


def _who(facts: Facts, asks: SignedOff, role: Role, owners: Iterable[OwnersOfAsset]) -> tuple[Actor, ...]:
    if role is Role.OWNER:
        return tuple(actor for one in owners for actor in one.who)
    return ask_of(facts, role, _anybody, asks.of(role))


def _look(facts: Facts, asks: SignedOff, role: Role, owners: Iterable[OwnersOfAsset]) -> Observation:
    return (
        _owners(facts, owners) if role is Role.OWNER else observe_role(facts, role, _anybody, asks.of(role))
    )


def _owners(facts: Facts, asked: Iterable[OwnersOfAsset]) -> Observation:
    """Whether an owner of every asset signed off: the asset's own, else the owner the ticket names."""
    name = ROLES[Role.OWNER]
    if not facts.ticket.approvals_readable:
        return Observation(name, Result.UNKNOWN, UNREAD)
    looks = list(dict.fromkeys(look for one in asked for look in one.looks))
    result = all_of(look.result for look in looks)
    return Observation(name, result, sentences(*(look.seen for look in looks if look.result is result)))
