"""Whom a message is for, before it is known where they are reached; and how their channel is found."""

from __future__ import annotations

from dataclasses import dataclass

from domain.facts import Facts
from domain.people import Holder, Person, Role
from domain.ports.messaging import Postbox
from rules.lines import DemandLine

IN_PERSON = 5
"""Most holders of a role that are asked in person, where it has no channel."""


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


def asked_of(line: DemandLine, facts: Facts) -> tuple[Audience, ...]:
    """Who is to be asked about an open line: the roles whose decision it waits for, else the team."""
    waiting = tuple(
        role
        for role in ASKED_THEMSELVES
        if any(actor is role or (isinstance(actor, Holder) and actor.role is role) for actor in line.who)
    )
    return waiting or (Team(facts.ticket.team),)


def key_of(audience: Team | Role) -> str:
    """A team or role as the journal keeps it."""
    return f"team:{audience.name}" if isinstance(audience, Team) else audience.value


def of_key(key: str) -> Team | Role:
    """What `key_of` was made of."""
    kind, is_team, name = key.partition(":")
    return Team(name) if is_team else Role(kind)


def channels_of(audience: Audience, facts: Facts, postbox: Postbox, team: str) -> tuple[str, ...]:
    """Where a role is asked in its own name: its channel, else its people in person, else where the team is. For
    anybody else the one channel they have. Raises SourceError when the message service cannot say.
    """
    if isinstance(audience, Role) and postbox.channel(audience.value) is None:
        holders = [person for person in facts.role(audience).people if person.active][:IN_PERSON]
        if found := tuple(filter(None, (postbox.person(person) for person in holders))):
            return found
    channel = channel_of(audience, postbox, team)
    return (channel,) if channel else ()


def channel_of(audience: Audience, postbox: Postbox, team: str, *, formal: bool = False) -> str | None:
    """The channel for an audience. A role without one is reached where the team is, a person only in person.

    A formal notification counts as evidence, so it goes only where the audience is sure to read: a channel that an
    admin named for it, not one it may or may not be in.
    """
    if isinstance(audience, Person):
        return postbox.person(audience)
    name = (
        audience.value
        if isinstance(audience, Role)
        else audience.name
        if isinstance(audience, Team)
        else team
    )
    own = postbox.channel(name)
    return own if formal else own or postbox.channel(team) or postbox.default_channel()
