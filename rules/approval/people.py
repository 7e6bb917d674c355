"""Who can settle a finding, and who has a duty in the change that another's judgement must be free of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.facts import Facts
from domain.finding import Actor
from domain.people import Group, Person
from domain.sentence import Say, say
from rules.outcome import Observation, Result
from rules.wording import labels

# Testers are not among them: who tested may be one of the two who validate (docs/decisions/009).
MAKERS = ("requester", "implementer", "builders")
"""Fields with the people who make the change: they do not validate its tests where duties must be apart."""

DUTIES = (*MAKERS, "testers", "test_validated_by")
"""Fields with the people who do not approve where duties must be apart: its makers, testers and validators."""


def settlers(facts: Facts) -> tuple[Actor, ...]:
    """Who can fill in what the ticket lacks: the responsible team, else the implementer, else the requester."""
    value = facts.field("responsible_group").value
    team = tuple(v for v in value if isinstance(v, Person | Group)) if isinstance(value, tuple) else ()
    return team or facts.people("implementer") or facts.people("requester")


def account(facts: Facts, person: Person) -> str:
    """The id that stands for the person, whichever of their accounts this is."""
    # Accounts are one person only when an administrator says so; the same name proves nothing (docs/decisions/009).
    return facts.same_person.get(person.id, person.id)


def same(facts: Facts, one: Person, other: Person) -> bool:
    """Whether two accounts are one person: the same account, or declared so by an admin."""
    return account(facts, one) == account(facts, other)


def among(facts: Facts, person: Person, people: Iterable[Person]) -> bool:
    """Whether the person is one of these people, by any of their accounts."""
    return any(same(facts, person, other) for other in people)


def distinct(facts: Facts, people: Iterable[Person]) -> tuple[Person, ...]:
    """Each person once, by the first account met."""
    once: dict[str, Person] = {}
    for person in people:
        once.setdefault(account(facts, person), person)
    return tuple(once.values())


def duty_of(facts: Facts, person: Person, duties: Sequence[str] = DUTIES) -> str | None:
    """The first of these fields that gives the person a duty; None when there is none to be seen."""
    return next((duty for duty in duties if among(facts, person, facts.people(duty))), None)


def does_not_count(facts: Facts, person: Person, duties: Sequence[str] = DUTIES) -> Say:
    """Why the judgement of somebody with one of these duties in the change does not count."""
    match duty_of(facts, person, duties):
        case "requester":
            return say("{person} requested this change, so that does not count.", person=person)
        case "implementer":
            return say("{person} carries out this change, so that does not count.", person=person)
        case "testers":
            return say("{person} tested this change, so that does not count.", person=person)
        case "test_validated_by":
            return say("{person} validated the tests of this change, so that does not count.", person=person)
        case _:
            return say("{person} built this change, so that does not count.", person=person)


def duties_apart(facts: Facts, duties: Sequence[str] = DUTIES) -> Observation:
    """Whether it can be seen who has these duties in the change; without that nobody can be called independent."""
    hidden = tuple(duty for duty in duties if not facts.field(duty).readable)
    name = say("Duties kept apart")
    if hidden:
        return Observation(name, Result.UNKNOWN, say("Cannot be read: {fields}.", fields=labels(*hidden)))
    return Observation(name, Result.MET, say("Nobody judged their own work."))
