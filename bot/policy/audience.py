"""Whom a message is for, before it is known where they are reached; and how their channel is found."""

from __future__ import annotations

from dataclasses import dataclass

from domain.facts import Facts
from domain.people import Holder, Person, Role
from rules.grouping import RequirementGroup


@dataclass(frozen=True, slots=True)
class OnTicket:
    """Whoever reads the ticket: the comment or note in it."""


@dataclass(frozen=True, slots=True)
class Team:
    """The team responsible for a ticket; an empty name is whoever reads the default channel."""

    name: str


Audience = OnTicket | Team | Role | Person

ASKED_THEMSELVES = (Role.DPO, Role.CAB, Role.KETEN_CAB)
"""Roles whose sign-off is asked in a channel of their own, where they have one."""


def asked_of(line: RequirementGroup, facts: Facts) -> tuple[Audience, ...]:
    """Who is to be asked about an open line: the roles whose decision it waits for, else the team."""
    waiting = tuple(
        role
        for role in ASKED_THEMSELVES
        if any(actor is role or (isinstance(actor, Holder) and actor.role is role) for actor in line.who)
    )
    # Named as such, and not by the people in it: for a role that nobody holds, which no team can mend.
    if Role.CHANGE_MANAGER in line.who:
        waiting = (*waiting, Role.CHANGE_MANAGER)
    return waiting or (Team(facts.ticket.team),)


def key_of(audience: Team | Role) -> str:
    """A team or role as the journal keeps it."""
    return f"team:{audience.name}" if isinstance(audience, Team) else audience.value


def of_key(key: str) -> Team | Role:
    """What `key_of` was made of."""
    kind, is_team, name = key.partition(":")
    return Team(name) if is_team else Role(kind)
