"""Whether somebody held a role when they decided: by what the source tells of it, and by what was seen before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.facts import Facts
from domain.people import Membership, Person, Role
from domain.sentence import Say, say
from rules.approval.people import among, same
from rules.wording import ROLES


class HeldThen(StrEnum):
    """How somebody stood to a role at a moment. Only YES and THEN let an approval count.

    THEN     held it then, and does not now
    NOT_YET  holds it now, and did not then
    UNSEEN   held it at some time, and was not seen to hold it then
    UNSURE   holds it now; as the decision has no date, it may be older than that
    NEVER    neither holds it nor was seen to
    """

    YES = "yes"
    THEN = "then"
    NOT_YET = "not_yet"
    UNSEEN = "unseen"
    UNSURE = "unsure"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class RoleAtDecision:
    """How somebody stood to a role when they decided; for NOT_YET and UNSURE the membership that began since."""

    held: HeldThen
    began: Membership | None = None

    @property
    def counts(self) -> bool:
        """Whether the role was theirs then."""
        return self.held in (HeldThen.YES, HeldThen.THEN)

    @property
    def ever(self) -> bool:
        """Whether the role is or was theirs at any time that was seen."""
        return self.held is not HeldThen.NEVER


def role_at_decision(
    facts: Facts, role: Role, person: Person, at: datetime | None, asked_at: datetime | None
) -> RoleAtDecision:
    """How the person, by any of their accounts, stood to the role at a moment (UTC). A decision without a date was
    taken after it was asked for, or after the ticket was made.
    """
    own = memberships(facts, role, person)
    present = among(facts, person, facts.role(role).people)
    here = [one for one in own if one.until is None] if present else []
    # Without a date: who held the role when it was asked for held it when they decided, whenever that was.
    moment = at or asked_at or facts.ticket.created
    # A member of whom nothing tells when it began counts as always one (docs/decisions/014).
    if present and (not here or any(one.since is None or one.since <= moment for one in here)):
        return RoleAtDecision(HeldThen.YES)
    # For somebody who has left, or left and came back, only a dated decision can be placed in a time that was seen.
    if at is not None and any(_over(one, at) for one in own):
        return RoleAtDecision(HeldThen.YES if present else HeldThen.THEN)
    if present:
        began = min(here, key=lambda one: one.since or moment)
        return RoleAtDecision(HeldThen.NOT_YET if at else HeldThen.UNSURE, began)
    return RoleAtDecision(HeldThen.UNSEEN if own else HeldThen.NEVER)


def memberships(facts: Facts, role: Role, person: Person) -> list[Membership]:
    """All that is known of since when, and until when, a person belonged to the groups of a role."""
    return [one for one in facts.role(role).memberships if same(facts, one.person, person)]


def _over(one: Membership, at: datetime) -> bool:
    """Whether somebody who has left was seen, or is told, to belong to it at that moment."""
    if one.until is None or at > one.until:
        return False
    if one.since is None:
        # There at the first look at the group: that counts as how it was before, also for who leaves later.
        return not one.told
    # Of what the bot saw itself, `since` is the look before: only from `seen` on did they surely belong to it.
    start = one.since if one.told else one.seen
    return start is not None and start <= at


def why_not(role: Role, person: Person, at: datetime | None, held: RoleAtDecision) -> Say:
    """Why an approval by somebody who holds the role, or held it once, does not count."""
    name, began = ROLES[role], held.began
    if held.held is HeldThen.UNSEEN and at is not None:
        return say(
            "{person} approved on {moment} and was not seen to belong to {role} then, so that does not count.",
            person=person,
            moment=at,
            role=name,
        )
    if began is None or began.since is None:
        return say("{person} no longer belongs to {role}, so that does not count.", person=person, role=name)
    if at is None:
        return say(
            "It cannot be seen whether {person} approved before or after joining {role} on {moment}.",
            person=person,
            role=name,
            moment=began.since,
        )
    if began.told:
        return say(
            "{person} approved on {moment} and has belonged to {role} only since {since}, so that does not count.",
            person=person,
            moment=at,
            role=name,
            since=began.since,
        )
    return say(
        "{person} approved on {moment} and did not yet belong to {role} on {since}, so that does not count.",
        person=person,
        moment=at,
        role=name,
        since=began.since,
    )


def told(own: Iterable[Membership]) -> tuple[Say, ...]:
    """Since when, and until when, somebody belonged to it, a sentence each."""
    return tuple(map(_told, own))


def _told(one: Membership) -> Say:
    who = one.person
    if one.until is not None and one.since is None and not one.told:
        return say(
            "{person} belonged to it until {until}; since when is not known, so that it counts as if always.",
            person=who,
            until=one.until,
        )
    if one.until is not None:
        start = one.since if one.told else one.seen
        return say(
            "{person} belonged to it from {since} to {until}.", person=who, since=start, until=one.until
        )
    if one.since is None:
        return say(
            "It is not known since when {person} has belonged to it; it counts as if always.", person=who
        )
    if one.told:
        return say("{person} has belonged to it since {since}.", person=who, since=one.since)
    return say("{person} joined after {since}.", person=who, since=one.since)
