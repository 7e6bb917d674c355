"""An owner of each asset approved: the asset's own, else the application owner the ticket names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.asset import Subject
from domain.facts import Facts
from domain.fields import Field
from domain.finding import Actor
from domain.people import Holder, Person, Role
from domain.sentence import Say, say
from rules.approval.decisions import (
    UNREAD,
    ApprovalDecision,
    decides,
    decisions_of_cycle,
    effective_decisions,
    latest_per_person,
    observe_overtaken,
    with_later_changes,
)
from rules.approval.people import among, same, settlers
from rules.check_api import CheckInput, OfNamedAssets
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import ROLES, asset_name, sentences

PARAMS = OfNamedAssets
_WANTED = say("An approval by {role}.", role=ROLES[Role.OWNER])


def check(facts: Facts, demand: CheckInput[OfNamedAssets]) -> Outcome:
    """Met when for every asset one of its owners approved and none rejected."""
    if not facts.ticket.approvals_readable:
        return Outcome(Result.UNKNOWN, UNREAD, _WANTED)
    asked = [_ask(facts, subject) for subject in demand.subjects]
    # Who owns several of the assets is told and asked once.
    looks = list(dict.fromkeys(look for one in asked for look in one.looks))
    who = tuple(dict.fromkeys(actor for one in asked for actor in one.who))
    outcome = combine(looks, sentences(*(one.wanted for one in asked)), who)
    given = (vote for one in asked for vote in one.votes)
    return with_later_changes(facts, demand.subjects, given, outcome)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the owners of one asset said, and of whom something is still asked."""

    looks: tuple[Observation, ...]
    who: tuple[Actor, ...] = ()
    wanted: Say = _WANTED
    votes: tuple[ApprovalDecision, ...] = ()


def _ask(facts: Facts, subject: Subject) -> _Asked:
    owners, asset = _owners(facts, subject), asset_name(subject.name)
    if owners is None:
        seen = say("It cannot be read who owns {asset}.", asset=asset)
        return _Asked((Observation(say("{asset}", asset=asset), Result.UNKNOWN, seen),))
    if not owners:
        seen = say("No application owner of {asset} is known.", asset=asset)
        wanted = say("Name the application owner of {asset}.", asset=asset)
        return _Asked(
            (Observation(say("{asset}", asset=asset), Result.UNMET, seen),), settlers(facts), wanted
        )
    given = [v for v in decisions_of_cycle(facts) if decides(v, lambda person: among(facts, person, owners))]
    return _from_votes(facts, owners, latest_per_person(given, facts.same_person))


def _from_votes(facts: Facts, owners: Sequence[Person], decided: tuple[ApprovalDecision, ...]) -> _Asked:
    """What it comes to when the owners are known, from what they last said."""
    rejected = [vote for vote in decided if not vote.approved]
    holding = [vote for vote in decided if vote.holds]
    # One owner's rejection outweighs another's approval; of those who approved one will do.
    if rejected or holding:
        return _Asked(
            tuple(map(_decided, rejected or holding)),
            _as_owners(vote.person for vote in rejected),
            votes=decided,
        )
    if decided:
        name = say("{people}", people=tuple(vote.person for vote in decided))
        return _Asked(
            (Observation(name, *observe_overtaken(decided)),),
            _as_owners(vote.person for vote in decided),
            votes=decided,
        )
    # Any one of the owners can approve, so each of them is told and asked.
    return _Asked(tuple(_waiting(facts, owner) for owner in owners), _as_owners(owners))


def _as_owners(people: Iterable[Person]) -> tuple[Actor, ...]:
    return tuple(Holder(person, Role.OWNER) for person in people)


def _owners(facts: Facts, subject: Subject) -> tuple[Person, ...] | None:
    """People who own the asset; None when neither the register nor the ticket lets that be read."""
    own = subject.asset.owner if subject.asset else Field()
    # The register outweighs the ticket, in which the team itself could name an owner who agrees.
    owners = own.people or facts.people("application_owner")
    # An owner who cannot be seen may be the one who counts: "nobody owns it" takes both to be readable.
    readable = own.readable and facts.field("application_owner").readable
    return owners if owners or readable else None


def _decided(vote: ApprovalDecision) -> Observation:
    name, people = say("{person}", person=vote.person), (vote.signed,)
    if vote.approved:
        return Observation(name, Result.MET, say("Approved by {people}.", people=people))
    return Observation(name, Result.UNMET, say("Rejected by {people}.", people=people))


def _waiting(facts: Facts, owner: Person) -> Observation:
    """An owner who has not decided; a deputy who did is no owner."""
    deputies = (
        say(
            "{person} approved on behalf of {approver} and does not own this, so that does not count.",
            person=vote.person,
            approver=owner,
        )
        for vote in effective_decisions(facts)
        if vote.on_behalf_of is not None and same(facts, vote.on_behalf_of, owner)
    )
    seen = sentences(*deputies, say("{person} has not decided yet.", person=owner))
    return Observation(say("{person}", person=owner), Result.UNMET, seen)
