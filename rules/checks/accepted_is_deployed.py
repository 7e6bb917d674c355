"""What was accepted is what went to production: the release's changes and the deployed ones are the same."""

from __future__ import annotations

from domain.facts import Facts
from domain.lifecycle import State
from domain.sentence import Quote, Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.outcome import Observation, Outcome, Result, combine
from rules.release_contents import contents, keys, look_contents

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met when both lists hold the same changes; a canceled change is deployed by nobody. Something deployed beside
    what was accepted is a violation.
    """
    accepted, deployed = look_contents(facts), observe_filled(facts, "deployed_changes")
    looks = [accepted, deployed]
    # Only two lists that are both to be seen can be compared; else what is lacking is told.
    if accepted.result is deployed.result is Result.MET:
        looks = [*_compared(facts)]
    return combine(
        looks, say("The same changes accepted and deployed, no more and no less."), settlers(facts)
    )


def _compared(facts: Facts) -> tuple[Observation, Observation]:
    accepted, deployed = set(contents(facts)) - _canceled(facts), set(keys(facts, "deployed_changes"))
    left = _look(say("Everything accepted is deployed"), accepted - deployed, Result.UNMET)
    extra = _look(say("Nothing else is deployed"), deployed - accepted, Result.VIOLATED)
    return left, extra


def _canceled(facts: Facts) -> set[str]:
    return {child.key for child in facts.children if child.ticket and child.ticket.state is State.CANCELED}


def _look(name: Say, differing: set[str], otherwise: Result) -> Observation:
    listed = tuple(Quote(key) for key in sorted(differing))
    if not listed:
        return Observation(name, Result.MET, say("The accepted and the deployed changes are the same."))
    if otherwise is Result.VIOLATED:
        return Observation(
            name,
            otherwise,
            say("Deployed without being accepted in this release: {changes}.", changes=listed),
        )
    return Observation(name, otherwise, say("Accepted but not deployed: {changes}.", changes=listed))
