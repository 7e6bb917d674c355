"""Every change in a release was approved by change management before the rollout, those added later too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.facts import Child, Facts
from domain.lifecycle import State
from domain.people import Role
from domain.sentence import Quote, Say, say
from domain.ticket import Ticket
from rules.approval.decisions import ApprovalDecision, in_role
from rules.check_api import CheckInput, Params
from rules.outcome import Observation, Outcome, Result, combine
from rules.release_contents import contents, look_contents
from rules.wording import sentences

PARAMS = Params
_ROLES = (Role.CAB, Role.CHANGE_MANAGER)
"""Who decides for change management."""


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met when each change has such an approval and no rejection; a canceled change is rolled out by nobody."""
    wanted = say("An approval by change management of every change in this release, before the rollout.")
    read = {child.key: child for child in facts.children}
    looks = [_look(facts, key, read.get(key)) for key in contents(facts)]
    whole = look_contents(facts)
    if not looks or whole.result is not Result.MET:
        looks.append(whole)
    asked = tuple(role for role in _ROLES if facts.role(role).configured)
    return combine(looks, wanted, asked)


def _look(facts: Facts, key: str, child: Child | None) -> Observation:
    name, change = say("{change}", change=Quote(key)), Quote(key)
    if child is None or child.ticket is None:
        return Observation(name, Result.UNKNOWN, say("{change} cannot be read.", change=change))
    if child.ticket.state is State.CANCELED:
        return Observation(name, Result.MET, say("{change} is canceled.", change=change))
    result, seen = _decided(facts, child.ticket)
    # Only where it explains something: a change added late may have missed the round of approvals.
    if child.added_at and result is not Result.MET:
        seen = sentences(seen, say("It was added to the release on {moment}.", moment=child.added_at))
    return Observation(name, result, seen)


def _decided(facts: Facts, change: Ticket) -> tuple[Result, Say]:
    key = Quote(change.key)
    unclear = Result.UNKNOWN, say("The approvals of {change} cannot be judged.", change=key)
    configured = [members for members in map(facts.role, _ROLES) if members.configured]
    if not change.approvals_readable or not configured:
        return unclear
    cast = [vote for role in _ROLES for vote in in_role(replace(facts, ticket=change), role)]
    # A rejection that can be read is one, whoever else may have decided out of sight.
    if not all(vote.approved for vote in cast):
        return Result.UNMET, say("{change} was rejected.", change=key)
    if not all(members.readable for members in configured):
        return unclear
    return _before_rollout(facts, key, cast)


def _before_rollout(facts: Facts, key: Quote, cast: Sequence[ApprovalDecision]) -> tuple[Result, Say]:
    """Whether one of the decisions, none of which rejects, came before the release was rolled out."""
    if not facts.field("actual_start").readable:
        return Result.UNKNOWN, say("It cannot be read when the rollout started.")
    started = facts.field("actual_start").value
    timely = [vote for vote in cast if _in_time(vote, started)]
    if people := tuple(vote.signed for vote in timely if vote.lapse is None):
        return Result.MET, say("{change} was approved by {people}.", change=key, people=people)
    lapses = [vote.lapse for vote in cast if vote.lapse]
    seen = sentences(*lapses, say("{change} was not approved before the rollout.", change=key))
    return Result.UNKNOWN if any(vote.unsure for vote in timely) else Result.UNMET, seen


def _in_time(vote: ApprovalDecision, started: object) -> bool:
    # An approval without a date cannot be shown to lie before a start that is known.
    return not isinstance(started, datetime) or (vote.at is not None and vote.at <= started)
