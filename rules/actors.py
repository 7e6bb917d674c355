"""Who can settle a finding, and who has a duty in the change that another's judgement must be free of."""

from __future__ import annotations

from bot.model.facts import Facts
from bot.model.finding import Actor
from bot.model.people import Group, Person
from bot.model.say import Say, say
from rules.outcome import Look, Result
from rules.words import labels

DUTIES = ("requester", "implementer", "builders")
"""Fields with the people whose own judgement does not count where duties must be apart."""


def settlers(facts: Facts) -> tuple[Actor, ...]:
    """Who can fill in what the ticket lacks: the responsible team, else the implementer, else the requester."""
    value = facts.field("responsible_group").value
    team = tuple(v for v in value if isinstance(v, Person | Group)) if isinstance(value, tuple) else ()
    return team or facts.people("implementer") or facts.people("requester")


def duty_of(facts: Facts, person: Person) -> str | None:
    """The field that gives the person a duty in this change; None when there is none to be seen."""
    return next((duty for duty in DUTIES if any(p.id == person.id for p in facts.people(duty))), None)


def does_not_count(facts: Facts, person: Person) -> Say:
    """Why the judgement of somebody with a duty in this change does not count."""
    match duty_of(facts, person):
        case "requester":
            return say("{person} requested this change, so that does not count.", person=person)
        case "implementer":
            return say("{person} carries out this change, so that does not count.", person=person)
        case _:
            return say("{person} built this change, so that does not count.", person=person)


def duties_apart(facts: Facts) -> Look:
    """Whether it can be seen who has a duty in this change; without that nobody can be called independent."""
    hidden = tuple(duty for duty in DUTIES if not facts.field(duty).readable)
    name = say("Duties kept apart")
    if hidden:
        return Look(name, Result.UNKNOWN, say("Cannot be read: {fields}.", fields=labels(*hidden)))
    return Look(name, Result.MET, say("Nobody judged their own work."))
