"""The formal notification that the release is in production reached everybody it is meant for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.facts import Facts, Notice, Underway
from domain.finding import Addressees
from domain.people import Role
from domain.sentence import Quote, Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, OfNamedAssets
from rules.handover_record import SOON, after_the_end, on_its_way, stakeholders, when_and_by_whom
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
_UNNAMED = say("No stakeholder is known, so it cannot be shown that all of them had the notification.")
_NAME_THEM = say("Name the stakeholders; each is then sent the notification by itself.")
_NOTHING = say("Nothing: it is sent by itself.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """One recipient that must have had it, what was delivered to it, and what is on its way to it."""

    look: Observation
    notices: tuple[Notice, ...] = ()
    underway: tuple[Underway, ...] = ()


def check(facts: Facts, demand: CheckInput[Notified]) -> Outcome:
    """Met by what was delivered; never where no stakeholder is known, for then nobody can tell that all had it. Else
    nobody is asked to do anything: the notification goes out by itself. What is on its way is never missing.
    """
    asked = [_role(facts, demand, role) for role in demand.params.roles]
    if demand.params.stakeholders:
        asked += _stakeholders(facts, demand)
    asked = asked or [_somebody(facts, demand)]
    outcome = combine([one.look for one in asked], _WANTED, settlers(facts))
    outcome = replace(outcome, seen=_seen(outcome, asked))
    lacking = [one for one in asked if one.look.result is Result.UNMET]
    if any(one.look.seen == _UNNAMED for one in lacking):
        return replace(outcome, wanted=_NAME_THEM)
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
    unnamed = [_UNNAMED] if any(one.look.seen == _UNNAMED for one in telling) else []
    names = tuple(
        one.look.name for one in telling if one.look.name != _SOMEBODY and one.look.seen != _UNNAMED
    )
    if outcome.result is Result.MET:
        reached = say("The formal notification has reached {recipients}.", recipients=names or _SOMEBODY)
        notices = tuple(dict.fromkeys(notice for one in telling for notice in one.notices))
        return sentences(reached, *(when_and_by_whom(notice) for notice in notices))
    if unnamed and not names:
        return _UNNAMED
    if not names:
        return say("The formal notification has reached nobody yet.")
    lacking = say("The formal notification has not reached {recipients} yet.", recipients=names)
    return sentences(lacking, *unnamed)


def _role(facts: Facts, demand: CheckInput[Notified], role: Role) -> _Asked:
    stage = demand.params.stage
    notices = tuple(n for n in after_the_end(facts) if n.stage == stage and role in n.roles)
    way = tuple(u for u in facts.underway if u.stage == stage and role in u.roles)
    return _Asked(_look(ROLES[role], notices), notices, way)


def _somebody(facts: Facts, demand: CheckInput[Notified]) -> _Asked:
    stage = demand.params.stage
    notices = tuple(n for n in after_the_end(facts) if n.stage == stage and n.recipients)
    way = tuple(u for u in facts.underway if u.stage == stage)
    return _Asked(_look(_SOMEBODY, notices), notices, way)


def _stakeholders(facts: Facts, demand: CheckInput[Notified]) -> list[_Asked]:
    names, hidden = stakeholders(facts, demand.subjects)
    asked = [_stakeholder(facts, demand, name) for name in names]
    if hidden:
        seen = say("It cannot be read who the stakeholders are.")
        asked.append(_Asked(Observation(say("Stakeholders"), Result.UNKNOWN, seen)))
    return asked or [_Asked(Observation(say("Stakeholders"), Result.UNMET, _UNNAMED))]


def _stakeholder(facts: Facts, demand: CheckInput[Notified], name: str) -> _Asked:
    stage, wanted = demand.params.stage, name.casefold()
    notices = tuple(n for n in after_the_end(facts) if n.stage == stage and wanted in _folded(n.recipients))
    way = tuple(u for u in facts.underway if u.stage == stage and wanted in _folded(u.recipients))
    return _Asked(_look(say("{stakeholder}", stakeholder=Quote(name)), notices), notices, way)


def _folded(names: tuple[str, ...]) -> set[str]:
    return {name.casefold() for name in names}


def _look(name: Say, notices: tuple[Notice, ...]) -> Observation:
    if notices:
        told = say("It has reached {recipient}.", recipient=name)
        return Observation(name, Result.MET, sentences(told, *map(when_and_by_whom, notices)))
    return Observation(name, Result.UNMET, say("It has not reached {recipient} yet.", recipient=name))
