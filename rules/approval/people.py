"""Who can settle a finding, and who has a duty in the change that another's judgement must be free of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.facts import Facts
from domain.finding import Actor
from domain.lifecycle import State
from domain.people import Group, Person
from domain.sentence import Quote, Say, say
from domain.ticket import Ticket, TicketKind
from rules.outcome import Observation, Result
from rules.release_contents import complete, contents
from rules.wording import labels, sentences

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


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty that somebody has: the field that gives it, and the key of the change in the release whose field that is;
    empty where it is the ticket's own.
    """

    field: str
    change: str = ""


def duties_in(facts: Facts, person: Person, duties: Sequence[str] = DUTIES) -> tuple[Duty, ...]:
    """Every duty that these fields give the person, the ticket's own first, then those of changes in the release."""
    own = (Duty(duty) for duty in duties if among(facts, person, facts.people(duty)))
    chain = (
        Duty(duty, change.key)
        for change in rolled_out(facts)
        for duty in duties
        if among(facts, person, change.field(duty).people)
    )
    return (*own, *chain)


def duty_of(facts: Facts, person: Person, duties: Sequence[str] = DUTIES) -> str | None:
    """The first of these fields, of the ticket or of a change in the release, that gives the person a duty; None when
    there is none to be seen.
    """
    return next((duty.field for duty in duties_in(facts, person, duties)), None)


def rolled_out(facts: Facts) -> Iterator[Ticket]:
    """The changes in a release that could be read, without those that are canceled: nobody rolls these out."""
    for child in facts.children:
        if child.ticket is not None and child.ticket.state is not State.CANCELED:
            yield child.ticket


def over_the_chain(facts: Facts, field: str) -> tuple[Person, ...]:
    """The people in a field of the ticket and of the changes in the release, each once."""
    return distinct(
        facts,
        (*facts.people(field), *(p for change in rolled_out(facts) for p in change.field(field).people)),
    )


def unseen_duties(facts: Facts, duties: Sequence[str] = DUTIES) -> tuple[Say, ...]:
    """What hides who has these duties, a sentence each: fields of the ticket or a change, and changes out of sight."""
    found = []
    if hidden := tuple(duty for duty in duties if not facts.field(duty).readable):
        found.append(say("Cannot be read: {fields}.", fields=labels(*hidden)))
    for change in rolled_out(facts):
        if fields := tuple(duty for duty in duties if not change.field(duty).readable):
            key = Quote(change.key)
            found.append(say("Cannot be read of {change}: {fields}.", change=key, fields=labels(*fields)))
    read = {child.key for child in facts.children if child.ticket is not None}
    # Only a release contains changes: of any other ticket the field is not looked at.
    release = facts.ticket.kind is TicketKind.RELEASE
    inside = contents(facts) if release else tuple(child.key for child in facts.children)
    if unread := tuple(Quote(key) for key in inside if key not in read):
        found.append(say("It cannot be seen who has a part in {changes}.", changes=unread))
    if release and not complete(facts):
        found.append(say("It cannot be read which changes this release contains."))
    return tuple(found)


def does_not_count(facts: Facts, person: Person, duties: Sequence[str] = DUTIES) -> Say:
    """Why the judgement of somebody with one of these duties does not count."""
    duty = next(iter(duties_in(facts, person, duties)), Duty("builders"))
    if duty.change:
        return Say(_IN_RELEASE[duty.field].msgid, (("person", person), ("change", Quote(duty.change))))
    return Say(_IN_CHANGE[duty.field].msgid, (("person", person),))


_IN_CHANGE: Mapping[str, Say] = {
    "requester": say("{person} requested this change, so that does not count."),
    "implementer": say("{person} carries out this change, so that does not count."),
    "testers": say("{person} tested this change, so that does not count."),
    "test_validated_by": say("{person} validated the tests of this change, so that does not count."),
    "builders": say("{person} built this change, so that does not count."),
}
_IN_RELEASE: Mapping[str, Say] = {
    "requester": say("{person} requested {change} in this release, so that does not count."),
    "implementer": say("{person} carries out {change} in this release, so that does not count."),
    "testers": say("{person} tested {change} in this release, so that does not count."),
    "test_validated_by": say(
        "{person} validated the tests of {change} in this release, so that does not count."
    ),
    "builders": say("{person} built {change} in this release, so that does not count."),
}


def duties_apart(facts: Facts, judges: Iterable[Person], duties: Sequence[str] = DUTIES) -> Observation:
    """Whether those who judged have none of these duties in the change, nor in any change of the release; unknown where
    that cannot be seen. Whoever has one is named: their judgement counts for nothing.
    """
    name = say("Duties kept apart")
    if unseen := unseen_duties(facts, duties):
        return Observation(name, Result.UNKNOWN, sentences(*unseen))
    if barred := [
        does_not_count(facts, p, duties) for p in distinct(facts, judges) if duty_of(facts, p, duties)
    ]:
        return Observation(name, Result.MET, sentences(*barred))
    return Observation(name, Result.MET, _apart(duties))


def _apart(duties: Sequence[str]) -> Say:
    """No more than was looked at: of who tested and validates as well, nobody can say that it was not their own."""
    if "testers" in duties:
        return say("Nobody judged their own work.")
    return say("Those who judged did not request, build or carry out the change.")


def also_requested(facts: Facts, judges: Iterable[Person]) -> tuple[Say, ...]:
    """A sentence for each who judged and also requested the change, or one in the release: a fact where the class
    allows that, and no reproach.
    """
    return tuple(
        say("{person} also requested {change}.", person=person, change=Quote(duty.change))
        if duty.change
        else say("{person} also requested this change.", person=person)
        for person in distinct(facts, judges)
        for duty in duties_in(facts, person, ("requester",))[:1]
    )
