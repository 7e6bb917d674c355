"""Whom a message is for, before it is known where they are reached; and how their channel is found."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.facts import Facts
from bot.model.people import Holder, Person, Role
from bot.ports import Postbox
from rules.lines import DemandLine


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
