"""The formal notification that the release is in production reached everybody it is meant for."""

from __future__ import annotations

from dataclasses import replace

from bot.model.facts import Facts
from bot.model.fields import Field
from bot.model.people import Group, Person, Role
from bot.model.say import Quote, Say, say
from rules.actors import settlers
from rules.demand import Demand, Params
from rules.outcome import Look, Outcome, Result, judged
from rules.words import ROLES


class Notified(Params):
    """Who must have had it: the roles, and with `stakeholders` everybody the ticket and its assets name.
    `stage` 1 says that it is available in production, 2 that it is fully operational.
    """

    roles: tuple[Role, ...] = ()
    stakeholders: bool = False
    stage: int = 1


PARAMS = Notified
_SOMEBODY = say("a recipient")
_WANTED = say("The notification is sent by itself once the rollout is recorded.")


def check(facts: Facts, demand: Demand[Notified]) -> Outcome:
    """Met by what was delivered; where no stakeholder is known, one recipient will do. Nobody is asked to do
    anything: the notification goes out by itself.
    """
    notices = [notice for notice in facts.notices if notice.stage == demand.params.stage]
    told = {name.casefold() for notice in notices for name in notice.recipients}
    roles = {role for notice in notices for role in notice.roles}
    looks = [_look(ROLES[role], role in roles) for role in demand.params.roles]
    if demand.params.stakeholders:
        looks += _stakeholders(facts, demand, told)
    outcome = judged(looks or [_look(_SOMEBODY, bool(told))], _WANTED, settlers(facts))
    return replace(outcome, seen=_seen(outcome, looks))


def _seen(outcome: Outcome, looks: list[Look]) -> Say:
    """One sentence about all recipients that decide the outcome."""
    if outcome.result is Result.UNKNOWN:
        return outcome.seen
    names = tuple(look.name for look in looks if look.result is outcome.result and look.name != _SOMEBODY)
    if outcome.result is Result.MET:
        return say("The formal notification has reached {recipients}.", recipients=names or _SOMEBODY)
    if not names:
        return say("The formal notification has reached nobody yet.")
    return say("The formal notification has not reached {recipients} yet.", recipients=names)


def _stakeholders(facts: Facts, demand: Demand[Notified], told: set[str]) -> list[Look]:
    own = facts.field("stakeholders")
    registered = [s.asset.stakeholders for s in demand.subjects if s.asset]
    names = dict.fromkeys(name for field in (own, *registered) for name in _names(field))
    looks = [_look(say("{stakeholder}", stakeholder=Quote(n)), n.casefold() in told) for n in names]
    if _hidden(own, registered):
        seen = say("It cannot be read who the stakeholders are.")
        looks.append(Look(say("Stakeholders"), Result.UNKNOWN, seen))
    return looks or [_look(_SOMEBODY, bool(told))]


def _hidden(own: Field, registered: list[Field]) -> bool:
    """Whether stakeholders may be out of sight. A list in the ticket makes up for a silent register."""
    silent = any(not field.readable for field in registered)
    return not own.readable or (silent and not own.filled)


def _names(field: Field) -> tuple[str, ...]:
    value = field.value if isinstance(field.value, tuple) else ()
    return tuple(item.name for item in value if isinstance(item, Person | Group))


def _look(name: Say, told: bool) -> Look:
    if told:
        return Look(name, Result.MET, say("It has reached {recipient}.", recipient=name))
    return Look(name, Result.UNMET, say("It has not reached {recipient} yet.", recipient=name))
