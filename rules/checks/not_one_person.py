"""No single person controls the whole change: requested, built, tested, approved and carried out.

Who verifies it afterwards is told, and settles nothing: by then one person has brought it to production.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.facts import Facts
from domain.people import Person
from domain.sentence import Say, say
from rules.approval.decisions import effective_decisions
from rules.approval.people import among, distinct, settlers
from rules.check_api import CheckInput, Params
from rules.outcome import Outcome, Result
from rules.wording import labels, sentences

PARAMS = Params


@dataclass(frozen=True, slots=True)
class _Duty:
    """One of the five duties: its name, who is seen in it, and whether all of it can be read."""

    name: Say
    people: tuple[Person, ...]
    readable: bool


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met as soon as two people are seen; violated when all five duties lie with the same one."""
    duties = _duties(facts)
    people = distinct(facts, (person for duty in duties for person in duty.people))
    wanted = say("At least two different people among requester, builder, tester, approver and implementer.")
    result, seen = _judge(duties, people)
    return Outcome(result, sentences(seen, *_verified(facts, people, result)), wanted, settlers(facts))


def _verified(facts: Facts, people: tuple[Person, ...], result: Result) -> tuple[Say, ...]:
    """Who verified the change, where that is somebody else than the one who did all before it."""
    others = tuple(p for p in distinct(facts, facts.people("verified_by")) if not among(facts, p, people))
    if result is not Result.VIOLATED or not others:
        return ()
    return (say("{people} verified it only afterwards, which does not change that.", people=others),)


def _judge(duties: tuple[_Duty, ...], people: tuple[Person, ...]) -> tuple[Result, Say]:
    if len(people) > 1:
        # Two people who are seen settle it, whatever cannot be read.
        return Result.MET, say("Different people take part: {people}.", people=people)
    missing = tuple(duty for duty in duties if not duty.people)
    # Beside the one who is seen a field may hide another: where no duty is empty, all are looked at.
    hidden = tuple(duty.name for duty in missing or duties if not duty.readable)
    if hidden:
        return Result.UNKNOWN, say("Cannot be read: {fields}.", fields=hidden)
    if missing:
        return Result.UNMET, say("Still empty: {fields}.", fields=tuple(duty.name for duty in missing))
    return Result.VIOLATED, say("{person} alone does everything.", person=people[0])


def _duties(facts: Facts) -> tuple[_Duty, ...]:
    # An approval that does not count puts nobody in that duty.
    approvers = tuple(vote.person for vote in effective_decisions(facts) if vote.holds)
    return (
        _duty(facts, "requester"),
        _duty(facts, "builders"),
        _duty(facts, "testers", "test_validated_by"),
        _Duty(say("Approvals"), approvers, facts.ticket.approvals_readable),
        _duty(facts, "implementer"),
    )


def _duty(facts: Facts, *fields: str) -> _Duty:
    people = tuple(person for name in fields for person in facts.people(name))
    return _Duty(labels(fields[0])[0], people, all(facts.field(name).readable for name in fields))
