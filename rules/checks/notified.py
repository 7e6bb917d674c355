"""The formal notification that the release is in production reached everybody it is meant for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.facts import Facts, Notice, Underway
from domain.fields import Field
from domain.finding import Addressees
from domain.people import Group, Person, Role
from domain.sentence import Quote, Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, OfNamedAssets
from rules.handover_record import SOON, on_its_way, when_and_by_whom
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import ROLES, sentences


class Notified(OfNamedAssets):
    """Who is sent it and must have had it: the roles, and with `stakeholders` everybody the ticket and its assets
    name. `stage` 1 says that it is available in production, 2 that it is fully operational.
    """

    roles: tuple[Role, ...] = ()
    stakeholders: bool = False
    stage: int = 1

    def notifies(self) -> Addressees:
        """All who must have had it."""
        return Addressees(self.roles, self.stakeholders)


PARAMS = Notified
READS_NOTICES = True
_SOMEBODY = say("a recipient")
_WANTED = say("The notification is sent by itself once the rollout is recorded.")
_NOTHING = say("Nothing: it is sent by itself.")
_UNNAMED = say("Stakeholders")
_NOBODY_NAMED = say("No stakeholder is named, so it cannot be shown that all of them were notified.")
_NAME_THEM = say(
    "Name the stakeholders on the ticket or in the register; the notification is then sent by itself."
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One recipient that must have had it, what was delivered to it, and what is on its way to it."""

    look: Observation
    notices: tuple[Notice, ...] = ()
    underway: tuple[Underway, ...] = ()


def check(facts: Facts, demand: CheckInput[Notified]) -> Outcome:
    """Met by what was delivered; where all stakeholders are asked and none is known, that all were reached cannot be
    shown, and the team is asked to name them. Nobody is asked for anything else: the notification goes out by itself.
    What is on its way is never missing.
    """
    asked = [_role(facts, demand, role) for role in demand.params.roles]
    if demand.params.stakeholders:
        asked += _stakeholders(facts, demand)
    asked = asked or [_somebody(facts, demand)]
    outcome = combine([one.look for one in asked], _WANTED, settlers(facts))
    if _UNNAMED in (one.look.name for one in asked if one.look.result is Result.UNMET):
        return replace(outcome, seen=_NOBODY_NAMED, wanted=_NAME_THEM)
    outcome = replace(outcome, seen=_seen(outcome, asked))
    lacking = [one for one in asked if one.look.result is Result.UNMET]
    if outcome.result is not Result.UNMET or not all(one.underway for one in lacking):
        return outcome
    way = tuple(dict.fromkeys(u for one in lacking for u in one.underway))
    # Its delivery changes nothing in the ticket, so no source will list it: the ticket is looked at again by itself.
    again = facts.now + SOON
    return replace(outcome, seen=on_its_way(way), wanted=_NOTHING, who=(), again=again, underway=True)


def _seen(outcome: Outcome, asked: list[_Asked]) -> Say:
    """One sentence about all recipients that decide the outcome, and the record of what was delivered to them."""
    if outcome.result is Result.UNKNOWN:
        return outcome.seen
    telling = [one for one in asked if one.look.result is outcome.result]
    names = tuple(one.look.name for one in telling if one.look.name != _SOMEBODY)
    if outcome.result is Result.MET:
        reached = say("The formal notification has reached {recipients}.", recipients=names or _SOMEBODY)
        notices = tuple(dict.fromkeys(notice for one in telling for notice in one.notices))
        return sentences(reached, *(when_and_by_whom(notice) for notice in notices))
    if not names:
        return say("The formal notification has reached nobody yet.")
    return say("The formal notification has not reached {recipients} yet.", recipients=names)


def _role(facts: Facts, demand: CheckInput[Notified], role: Role) -> _Asked:
    stage = demand.params.stage
    notices = tuple(n for n in facts.notices if n.stage == stage and role in n.roles)
    way = tuple(u for u in facts.underway if u.stage == stage and role in u.roles)
    return _Asked(_look(ROLES[role], notices), notices, way)


def _somebody(facts: Facts, demand: CheckInput[Notified]) -> _Asked:
    stage = demand.params.stage
    notices = tuple(n for n in facts.notices if n.stage == stage and n.recipients)
    way = tuple(u for u in facts.underway if u.stage == stage)
    return _Asked(_look(_SOMEBODY, notices), notices, way)


def _stakeholders(facts: Facts, demand: CheckInput[Notified]) -> list[_Asked]:
    own = facts.field("stakeholders")
    registered = [s.asset.stakeholders for s in demand.subjects if s.asset]
    names = dict.fromkeys(name for field in (own, *registered) for name in _names(field))
    asked = [_stakeholder(facts, demand, name) for name in names]
    out_of_sight = any(s.asset is None and s.unseen for s in demand.subjects)
    if _hidden(own, registered) or (out_of_sight and not own.filled):
        seen = say("It cannot be read who the stakeholders are.")
        asked.append(_Asked(Observation(_UNNAMED, Result.UNKNOWN, seen)))
    return asked or [_Asked(Observation(_UNNAMED, Result.UNMET, _NOBODY_NAMED))]


def _stakeholder(facts: Facts, demand: CheckInput[Notified], name: str) -> _Asked:
    stage, wanted = demand.params.stage, name.casefold()
    notices = tuple(n for n in facts.notices if n.stage == stage and wanted in _folded(n.recipients))
    way = tuple(u for u in facts.underway if u.stage == stage and wanted in _folded(u.recipients))
    return _Asked(_look(say("{stakeholder}", stakeholder=Quote(name)), notices), notices, way)


def _folded(names: tuple[str, ...]) -> set[str]:
    return {name.casefold() for name in names}


def _hidden(own: Field, registered: list[Field]) -> bool:
    """Whether stakeholders may be out of sight. A list in the ticket makes up for a silent register."""
    silent = any(not field.readable for field in registered)
    return not own.readable or (silent and not own.filled)


def _names(field: Field) -> tuple[str, ...]:
    value = field.value if isinstance(field.value, tuple) else ()
    return tuple(item.name for item in value if isinstance(item, Person | Group))


def _look(name: Say, notices: tuple[Notice, ...]) -> Observation:
    if notices:
        told = say("It has reached {recipient}.", recipient=name)
        return Observation(name, Result.MET, sentences(told, *map(when_and_by_whom, notices)))
    return Observation(name, Result.UNMET, say("It has not reached {recipient} yet.", recipient=name))
