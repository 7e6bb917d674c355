"""Every change in a release was approved before the rollout by the body that decides on it, those added later too."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.asset import Dimension, Subject
from domain.facts import Child, Facts
from domain.finding import Actor
from domain.lifecycle import State
from domain.looks import NEVER
from domain.people import Person, Role
from domain.sentence import Quote, Say, say
from domain.ticket import Ticket
from rules.approval.decisions import (
    UNREAD,
    ApprovalDecision,
    ask_of,
    effective_decisions,
    in_role,
    observe_role,
)
from rules.approval.owners import ask_owners
from rules.approval.templates import by_template, no_template
from rules.check_api import CheckInput, Params
from rules.outcome import Observation, Outcome, Result, all_of, combine
from rules.release_contents import contents, look_contents
from rules.wording import sentences

PARAMS = Params
_STANDARD = "standard"
_BY_THE_CAB = 3
"""From this class of confidentiality or integrity on the CAB decides, below it the owner (Vo-ICR R&D v2.1 §1.1)."""


@dataclass(frozen=True, slots=True)
class JudgedChange:
    """How it stands with the approval of one change in a release, by the body that decides on it.

    votes  the decisions of that body; those that hold are the approvals by which it is met
    who    of whom something is still asked
    """

    key: str
    result: Result
    seen: Say
    votes: tuple[ApprovalDecision, ...] = ()
    who: tuple[Actor, ...] = ()


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met when each change has such an approval and no rejection; a canceled change is rolled out by nobody."""
    wanted = say(
        "An approval of every change in this release before the rollout: by its template where it is a standard "
        "change, by the owner at class 1 and 2, by the CAB from class 3."
    )
    read = {child.key: child for child in facts.children}
    # Whether it was so when the rollout began is asked of every rule that says so, and not here.
    judged = [judge_change(facts, key, read.get(key)) for key in contents(facts)]
    looks = [_look(one, read.get(one.key)) for one in judged]
    whole = look_contents(facts)
    if not looks or whole.result is not Result.MET:
        looks.append(whole)
    who = dict.fromkeys(actor for one in judged if one.result is Result.UNMET for actor in one.who)
    return combine(looks, wanted, tuple(who))


def _look(one: JudgedChange, child: Child | None) -> Observation:
    seen = one.seen
    # Only where it explains something: a change added late may have missed the round of approvals.
    if child and child.added_at and one.result is not Result.MET:
        seen = sentences(seen, say("It was added to the release on {moment}.", moment=child.added_at))
    return Observation(say("{change}", change=Quote(one.key)), one.result, seen)


def judge_change(facts: Facts, key: str, child: Child | None) -> JudgedChange:
    """How it stands with the approval of one change, whenever it was given."""
    name = Quote(key)
    if child is None or child.ticket is None:
        return JudgedChange(key, Result.UNKNOWN, say("{change} cannot be read.", change=name))
    if child.ticket.state is State.CANCELED:
        return JudgedChange(key, Result.MET, say("{change} is canceled.", change=name))
    own = _as_its_own(facts, child.ticket, child.subjects)
    if not child.ticket.approvals_readable:
        return JudgedChange(key, Result.UNKNOWN, _of(key, UNREAD))
    template = own.ticket.preapproval
    if own.field("change_type").value == _STANDARD and template.filled:
        return _by_template(own, key)
    found = _by_body(own, key)
    if found.result is Result.MET or own.field("change_type").value != _STANDARD:
        return found
    return replace(found, seen=sentences(found.seen, no_template(template.readable)))


def _as_its_own(facts: Facts, change: Ticket, subjects: tuple[Subject, ...]) -> Facts:
    """The change as if it were judged by itself, by who holds the roles in the system of the release."""
    named = tuple(subject for subject in subjects if not subject.path)
    # What the bot saw change of the release is no history of the change; what it saw of the assets of both is.
    names = {subject.name for subject in subjects}
    seen = tuple(one for one in facts.looks.changes if one.of in names)
    looks = replace(NEVER, changes=seen)
    return replace(
        facts, ticket=change, subjects=named or subjects, children=(), children_readable=True, looks=looks
    )


def _by_template(own: Facts, key: str) -> JudgedChange:
    votes = effective_decisions(own)
    rejected = [vote for vote in votes if not vote.approved]
    if not rejected:
        return JudgedChange(key, Result.MET, _of(key, by_template(own.ticket.preapproval)))
    seen = say("Rejected by {people}.", people=tuple(vote.signed for vote in rejected))
    return JudgedChange(key, Result.UNMET, _of(key, seen), votes, tuple(vote.person for vote in rejected))


def _by_body(own: Facts, key: str) -> JudgedChange:
    levels = [s.level(d) for s in own.subjects for d in (Dimension.CONFIDENTIALITY, Dimension.INTEGRITY)]
    if max(levels, default=0) >= _BY_THE_CAB:
        look = observe_role(own, Role.CAB, _anybody)
        who = ask_of(own, Role.CAB, _anybody, part=key)
        return JudgedChange(key, look.result, _of(key, look.seen), in_role(own, Role.CAB), who)
    # What is not seen of its assets may be of a class for which the owner is not enough.
    if not own.subjects or any(subject.unseen for subject in own.subjects):
        return JudgedChange(
            key, Result.UNKNOWN, say("It cannot be seen who decides on {change}.", change=Quote(key))
        )
    asked = [ask_owners(own, subject, key) for subject in own.subjects]
    looks = list(dict.fromkeys(look for one in asked for look in one.looks))
    result = all_of(look.result for look in looks)
    told = [look.seen for look in looks if look.result is result]
    votes = tuple(dict.fromkeys(vote for one in asked for vote in one.votes))
    who = tuple(actor for one in asked for actor in one.who)
    return JudgedChange(key, result, _of(key, *told), votes, who)


def _anybody(person: Person) -> bool:
    return True


def _of(key: str, *told: Say) -> Say:
    first, *rest = told
    return say("{change}: {told}", change=Quote(key), told=sentences(first, *rest))
