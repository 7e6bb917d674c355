"""Where an audience is reached: the channels that stand for it, or the persons themselves; and a message for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.messages.intent import digest_of
from bot.policy.audience import Audience, Team
from domain.facts import Facts
from domain.outgoing import OutgoingMessage
from domain.people import Person, Role
from domain.ports.messaging import RecipientDirectory
from domain.sentence import Say

IN_PERSON = 5
"""Most holders of a role that are asked in person, where it has no channel."""


def channels_of(audience: Audience, facts: Facts, postbox: RecipientDirectory, team: str) -> tuple[str, ...]:
    """Where a role is asked in its own name: its channel, else its people in person, else where the team is. For
    anybody else the one channel they have. Raises SourceError when the message service cannot say.
    """
    if isinstance(audience, Role):
        return channels_of_role(audience, facts.role(audience).people, postbox, team)
    channel = channel_of(audience, postbox, team)
    return (channel,) if channel else ()


def channels_of_role(
    role: Role, held_by: Sequence[Person], postbox: RecipientDirectory, team: str
) -> tuple[str, ...]:
    """The same of a role that these people hold. Raises SourceError."""
    if postbox.channel(role.value) is None:
        holders = [person for person in held_by if person.active][:IN_PERSON]
        if found := tuple(filter(None, (postbox.person(person) for person in holders))):
            return found
    channel = channel_of(role, postbox, team)
    return (channel,) if channel else ()


def channel_of(
    audience: Audience, postbox: RecipientDirectory, team: str, *, formal: bool = False
) -> str | None:
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


def once_to_each(
    target: str, channels: Sequence[str], named: tuple[str, str], body: dict[str, Any], reason: Say
) -> list[OutgoingMessage]:
    """One message for each channel, never edited. `named` are the subject and the kind by which it is known."""
    subject, kind = named
    return [
        OutgoingMessage(
            target=target,
            ticket=subject,
            # A role without a channel is asked in person, by several messages: each needs a name of its own.
            kind=f"{kind}:{channel}",
            container=channel,
            digest=digest_of(body),
            body=body,
            reason=reason,
            once=True,
        )
        for channel in channels
    ]
