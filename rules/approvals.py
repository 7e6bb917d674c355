"""Decisions that people took in the source system, and what they settle for a role."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.model.facts import Facts
from bot.model.finding import Actor
from bot.model.people import Group, Holder, Person, Role
from bot.model.say import Quote, Say, say
from bot.model.ticket import Decision, Ticket
from rules.outcome import Look, Result
from rules.words import ROLES

_EARLIEST = datetime.min.replace(tzinfo=UTC)
UNREAD = say("The approvals of this ticket cannot be read.")


@dataclass(frozen=True, slots=True)
class Vote:
    """A decision by a person. Requests, groups as such and "not required" are none."""

    person: Person
    approved: bool
    at: datetime | None
    group: Group | None

    @property
    def signed(self) -> Say:
        """Who decided, and when as far as the source tells."""
        if self.at is None:
            return say("{person}", person=self.person)
        return say("{person} on {moment}", person=self.person, moment=self.at)


def votes(ticket: Ticket) -> tuple[Vote, ...]:
    """All decisions by people, in the order of the source."""
    return tuple(
        Vote(a.person, a.decision is Decision.APPROVED, a.at, a.group)
        for a in ticket.approvals
        if a.person is not None and a.decision in (Decision.APPROVED, Decision.REJECTED)
    )


def current(cast: Iterable[Vote]) -> tuple[Vote, ...]:
    """The latest decision of each person; of two at the same moment the rejection."""
    latest: dict[str, Vote] = {}
    for vote in cast:
        before = latest.get(vote.person.id)
        if before is None or _order(vote) >= _order(before):
            latest[vote.person.id] = vote
    return tuple(latest.values())


def _order(vote: Vote) -> tuple[datetime, bool]:
    return (vote.at or _EARLIEST, not vote.approved)


def in_role(facts: Facts, role: Role) -> tuple[Vote, ...]:
    """The current decisions of people who hold the role, by membership or by the group they were asked in."""
    members = facts.role(role)
    return current(v for v in votes(facts.ticket) if members.holds(v.person) or members.covers(v.group))


def look_role(facts: Facts, role: Role, counts: Callable[[Person], bool]) -> Look:
    """Whether the role approved, by somebody who `counts`. One rejection outweighs every approval."""
    members, name = facts.role(role), ROLES[role]
    if not facts.ticket.approvals_readable:
        return Look(name, Result.UNKNOWN, UNREAD)
    if not members.configured:
        return Look(name, Result.UNKNOWN, _unnamed(role))
    return _look_decided(facts, role, counts) or Look(name, *_undecided(role, members.readable))


def _look_decided(facts: Facts, role: Role, counts: Callable[[Person], bool]) -> Look | None:
    """What those who hold the role decided; None when that settles nothing."""
    cast, name = in_role(facts, role), ROLES[role]
    rejected = tuple(v.signed for v in cast if not v.approved)
    if rejected:
        return Look(name, Result.UNMET, say("Rejected for {role} by {people}.", role=name, people=rejected))
    approved = tuple(v.signed for v in cast if counts(v.person))
    if not approved or _hidden_rejection(facts, role):
        return None
    return Look(name, Result.MET, say("Approved for {role} by {people}.", role=name, people=approved))


def _undecided(role: Role, readable: bool) -> tuple[Result, Say]:
    if not readable:
        return Result.UNKNOWN, say("It cannot be read who belongs to {role}.", role=ROLES[role])
    return Result.UNMET, say("No approval by {role} yet.", role=ROLES[role])


def _unnamed(role: Role) -> Say:
    return say(
        "No group is named for {role}; an administrator can do so with {setting}.",
        role=ROLES[role],
        setting=Quote(f"ROLES__{role.name}"),
    )


def _hidden_rejection(facts: Facts, role: Role) -> bool:
    """Somebody rejected who may hold the role, for all that can be read of it."""
    if facts.role(role).readable:
        return False
    return any(not v.approved for v in current(votes(facts.ticket)))


def ask_of(facts: Facts, role: Role, counts: Callable[[Person], bool]) -> tuple[Actor, ...]:
    """Who can still decide for a role: whoever rejected, else members who have not decided, else the role."""
    cast = in_role(facts, role)
    rejected = tuple(v.person for v in cast if not v.approved)
    decided = {v.person.id for v in cast}
    waiting = tuple(p for p in facts.role(role).people if p.id not in decided and counts(p))
    return tuple(Holder(person, role) for person in rejected or waiting) or (role,)
