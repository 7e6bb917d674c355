"""Who can settle a finding, as the journal keeps it."""

from __future__ import annotations

from domain.finding import Actor
from domain.people import Group, Holder, Person

BOT = ("bot", "", "")
"""What the bot itself is at: it waits for nobody."""


def actor_key(actor: Actor) -> tuple[str, str, str]:
    """Who can settle something, as the journal keeps it. Somebody asked in a role is kept with the role."""
    match actor:
        case Holder(person, role):
            return f"person:{role.value}", person.id, person.name
        case Person(id=account, name=name):
            return "person", account, name
        case Group(id=group, name=name):
            return "group", group, name
        case _:
            return "role", actor.value, ""
