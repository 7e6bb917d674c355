"""Every asset the ticket touches is known and has a class in each dimension."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.outcome import Outcome, Result
from rules.wording import classes_of, sentences

PARAMS = Params
_WANTED = say("Name the assets that this change touches, and give each asset its three classes.")


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Unmet by any doubt about the assets or their classes; unknown when the assets cannot be read."""
    if not facts.ticket.assets_readable:
        seen = say("The assets of this ticket cannot be read.")
        return Outcome(Result.UNKNOWN, seen, _WANTED, settlers(facts))
    problems = facts.problems + tuple(problem for s in facts.subjects for problem in s.problems)
    if problems:
        return Outcome(Result.UNMET, sentences(*problems), _WANTED, settlers(facts))
    # Last: what the team can mend is told before what only an admin can make readable.
    unseen = tuple(doubt for s in facts.subjects for doubt in s.unseen)
    if unseen:
        return Outcome(Result.UNKNOWN, sentences(*unseen), _WANTED, settlers(facts))
    known = tuple(classes_of(subject) for subject in facts.subjects)
    seen = say("Known and classified: {assets}.", assets=known)
    return Outcome(Result.MET, seen, _WANTED, settlers(facts))
