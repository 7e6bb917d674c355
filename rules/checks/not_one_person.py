"""No single person controls the whole change: built, tested, approved and carried out. Requesting is no such duty.

Who verifies it afterwards is told, and settles nothing: by then one person has brought it to production. Nor does an
approval that is given once the rollout has begun.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from domain.facts import Facts
from domain.people import Person
from domain.sentence import Say, say
from rules.approval.decisions import ApprovalDecision, effective_decisions
from rules.approval.people import among, distinct, over_the_chain, rolled_out, settlers, unseen_duties
from rules.check_api import CheckInput, Params
from rules.moments.rollout import rollout
from rules.moments.span import minute
from rules.outcome import Outcome, Result
from rules.wording import labels, sentences

PARAMS = Params
_FIELDS = (("builders",), ("testers", "test_validated_by"), ("implementer",))
"""The duties that fields tell; validating is a part of testing."""


@dataclass(frozen=True, slots=True)
class _Duty:
    """One of the four duties: its name, who is seen in it, and whether all of it can be read."""

    name: Say
    people: tuple[Person, ...]
    readable: bool


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met as soon as two people are seen in these duties; violated when all lie with the same one."""
    work = tuple(_duty(facts, *fields) for fields in _FIELDS)
    timely, late = _approvals(facts)
    approval = _Duty(say("Approvals"), _people(timely), facts.ticket.approvals_readable)
    people = distinct(facts, (person for duty in (*work, approval) for person in duty.people))
    wanted = say("At least two different people among builder, tester, approver and implementer.")
    if len(people) > 1:
        # Two people who are seen settle it, whatever cannot be read.
        seen = say("Different people take part: {people}.", people=people)
        return Outcome(Result.MET, seen, wanted, settlers(facts))
    result, seen = _by_one(facts, work, approval, late)
    return Outcome(result, sentences(seen, *_verified(facts, people, result)), wanted, settlers(facts))


def _by_one(
    facts: Facts, work: Sequence[_Duty], approval: _Duty, late: Sequence[ApprovalDecision]
) -> tuple[Result, Say]:
    """What it comes to while no second person is seen."""
    duties = (*work, approval)
    empty = tuple(duty for duty in duties if not duty.people)
    # Beside the one who is seen a field may hide another: where no duty is empty, all are looked at.
    hidden = tuple(duty.name for duty in empty or duties if not duty.readable)
    unread = unseen_duties(facts, ()) if not hidden else ()
    if hidden or unread:
        told = [say("Cannot be read: {fields}.", fields=hidden)] if hidden else []
        first, *rest = (*told, *unread)
        return Result.UNKNOWN, sentences(first, *rest)
    if any(not duty.people for duty in work):
        return Result.UNMET, say("Still empty: {fields}.", fields=tuple(duty.name for duty in empty))
    one = work[0].people[0]
    if approval.people:
        return Result.VIOLATED, say("{person} alone does everything.", person=one)
    if late:
        seen = say(
            "{person} alone built, tested and carries it out. Approved only after the rollout began: {people}.",
            person=one,
            people=tuple(vote.signed for vote in late),
        )
        return Result.VIOLATED, seen
    return Result.UNMET, say(
        "{person} alone builds, tests and carries it out, and nobody has approved it yet.", person=one
    )


def _verified(facts: Facts, people: tuple[Person, ...], result: Result) -> tuple[Say, ...]:
    """Who verified the change, where that is somebody else than the one who did all before it."""
    others = tuple(p for p in distinct(facts, facts.people("verified_by")) if not among(facts, p, people))
    if result is not Result.VIOLATED or not others:
        return ()
    return (say("{people} verified it only afterwards, which does not change that.", people=others),)


def _approvals(facts: Facts) -> tuple[list[ApprovalDecision], list[ApprovalDecision]]:
    """The approvals that stand, those in time apart from those after the rollout began. One without a date counts: on
    which side of the start it came, cannot be seen. Who approved in time and once more later, approved in time.
    """
    began = rollout(facts)
    standing = [vote for vote in effective_decisions(facts) if vote.holds]
    if began is None:
        return standing, []
    start = minute(began.began.by)
    early = replace(
        facts.ticket,
        approvals=tuple(a for a in facts.ticket.approvals if a.at is None or minute(a.at) <= start),
    )
    in_time = [vote for vote in effective_decisions(replace(facts, ticket=early)) if vote.holds]
    after = [vote for vote in standing if vote.at and minute(vote.at) > start]
    repeated = [vote for vote in in_time if among(facts, vote.person, _people(after))]
    late = [vote for vote in after if not among(facts, vote.person, _people(repeated))]
    return [*(vote for vote in standing if vote not in after), *repeated], late


def _people(votes: Sequence[ApprovalDecision]) -> tuple[Person, ...]:
    return tuple(vote.person for vote in votes)


def _duty(facts: Facts, *fields: str) -> _Duty:
    """Who has a duty, in the ticket or in a change that it contains."""
    people = tuple(person for name in fields for person in over_the_chain(facts, name))
    tickets = (facts.ticket, *rolled_out(facts))
    return _Duty(
        labels(fields[0])[0], people, all(one.field(name).readable for one in tickets for name in fields)
    )
