"""What the owners of an asset decided: the asset's own, else the application owner the ticket names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.asset import Subject
from domain.facts import Facts
from domain.fields import Field
from domain.finding import Actor
from domain.people import Holder, Person, Role
from domain.sentence import Either, Say, say
from rules.approval.decisions import (
    UNREAD,
    ApprovalDecision,
    decides,
    decisions_of_cycle,
    each_of,
    effective_decisions,
    latest_per_person,
    observe_overtaken,
)
from rules.approval.people import among, same, settlers
from rules.approval.unanswered import from_start
from rules.outcome import Observation, Result
from rules.wording import ROLES, asset_name, sentences

WANTED = say("An approval by {role}.", role=ROLES[Role.OWNER])


@dataclass(frozen=True, slots=True)
class OwnersOfAsset:
    """What the owners of one asset said, and of whom something is still asked. One owner is enough."""

    looks: tuple[Observation, ...]
    who: tuple[Actor, ...] = ()
    wanted: Say = WANTED
    votes: tuple[ApprovalDecision, ...] = ()


def ask_owners(facts: Facts, subject: Subject, part: str = "") -> OwnersOfAsset:
    """What an asset's owners decided on the ticket; `part` tells apart what else is asked of owners beside it."""
    part = f"{part}/{subject.name}"
    if not facts.ticket.approvals_readable:
        name = say("{asset}", asset=asset_name(subject.name))
        return OwnersOfAsset((Observation(name, Result.UNKNOWN, UNREAD),))
    owners, asset = owners_of(facts, subject), asset_name(subject.name)
    if owners is None:
        seen = say("It cannot be read who owns {asset}.", asset=asset)
        return OwnersOfAsset((Observation(say("{asset}", asset=asset), Result.UNKNOWN, seen),))
    if not owners:
        seen = say("No application owner of {asset} is known.", asset=asset)
        wanted = say("Name the application owner of {asset}.", asset=asset)
        return OwnersOfAsset(
            (Observation(say("{asset}", asset=asset), Result.UNMET, seen),), settlers(facts), wanted
        )
    given = [v for v in decisions_of_cycle(facts) if decides(v, lambda person: among(facts, person, owners))]
    return _from_votes(facts, owners, latest_per_person(given, facts.same_person), part)


def owners_of(facts: Facts, subject: Subject) -> tuple[Person, ...] | None:
    """People who own the asset; None when neither the register nor the ticket lets that be read."""
    own = subject.asset.owner if subject.asset else Field()
    # The register outweighs the ticket, in which the team itself could name an owner who agrees.
    owners = own.people or facts.people("application_owner")
    # An owner who cannot be seen may be the one who counts: "nobody owns it" takes both to be readable.
    hidden = subject.asset is None and bool(subject.unseen)
    readable = own.readable and facts.field("application_owner").readable and not hidden
    return owners if owners or readable else None


def _from_votes(
    facts: Facts, owners: Sequence[Person], decided: tuple[ApprovalDecision, ...], part: str
) -> OwnersOfAsset:
    """What it comes to when the owners are known, from what they last said."""
    rejected = [vote for vote in decided if not vote.approved]
    holding = [vote for vote in decided if vote.holds]
    # One owner's rejection outweighs another's approval; of those who approved one will do.
    if rejected or holding:
        again = [vote.person for vote in rejected]
        return OwnersOfAsset(
            tuple(map(_decided, rejected or holding)), each_of(Role.OWNER, part, again), votes=decided
        )
    if decided:
        name = say("{people}", people=tuple(vote.person for vote in decided))
        return OwnersOfAsset(
            (Observation(name, *observe_overtaken(decided)),),
            _one_of_them((vote.person for vote in decided), part),
            votes=decided,
        )
    able = [owner for owner in owners if owner.active] or list(owners)
    return OwnersOfAsset((_waiting(facts, able),), _one_of_them(able, part))


def _one_of_them(people: Iterable[Person], part: str) -> tuple[Actor, ...]:
    return tuple(Holder(person, Role.OWNER, part) for person in people)


def _decided(vote: ApprovalDecision) -> Observation:
    name, people = say("{person}", person=vote.person), (vote.signed,)
    if vote.approved:
        return Observation(name, Result.MET, say("Approved by {people}.", people=people))
    return Observation(name, Result.UNMET, say("Rejected by {people}.", people=people))


def _waiting(facts: Facts, owners: Sequence[Person]) -> Observation:
    """Owners of whom none has decided, any of whom can; a deputy who did is no owner."""
    deputies = (
        say(
            "{person} approved on behalf of {approver} and does not own this, so that does not count.",
            person=vote.person,
            approver=vote.on_behalf_of,
        )
        for vote in effective_decisions(facts)
        if vote.on_behalf_of is not None and any(same(facts, vote.on_behalf_of, owner) for owner in owners)
    )
    name: object = Either(tuple(owners)) if len(owners) > 1 else owners[0]
    seen = say("{person} has not decided yet.", person=owners[0])
    if len(owners) > 1:
        seen = say("No decision by {people} yet.", people=name)
    copied = from_start(facts, Role.OWNER)
    return Observation(say("{people}", people=name), Result.UNMET, sentences(*deputies, *copied, seen))
