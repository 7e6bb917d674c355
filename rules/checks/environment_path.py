"""The change went through the environments to production, with the approvals that the organisation declared."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.facts import Facts
from domain.sentence import Quote, Say, say
from domain.ticket import Approval
from rules.approval.decisions import UNREAD, ApprovalDecision, effective_decisions
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.declarations import Standing, standing
from rules.field_looks import observe_filled, observe_value
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import label, sentences


class EnvironmentPath(Params):
    """`rule`: under which another path, or more approvals than that of production, are declared."""

    rule: str = ""


PARAMS = EnvironmentPath
_PATH, _APPROVED = ("D", "T", "A", "P"), ("P",)
"""The usual path, and the steps that are approved unless more is declared: the norm asks for approval processes, not
for one per step.
"""

_WORDS: Mapping[str, frozenset[str]] = {
    "T": frozenset({"t", "test", "testing", "testen", "tst"}),
    "A": frozenset({"a", "acceptance", "acceptatie", "acc", "uat"}),
    "P": frozenset({"p", "production", "productie", "prod", "prd"}),
}
_NAMES: Mapping[str, Say] = {
    "D": say("development"),
    "T": say("test"),
    "A": say("acceptance"),
    "P": say("production"),
}
"""Development is where the change begins; the others can be entered by an approval."""


def check(facts: Facts, demand: CheckInput[EnvironmentPath]) -> Outcome:
    """Met by the environments of the path in order, and an approval of each step that is to be approved: one whose step
    or group names the environment; else validated tests, an accepted result and an approval that names no other
    environment. Unknown where a step may well be approved but the ticket does not show which approval is whose.
    """
    found = standing(facts.declarations, demand.params.rule, facts.now.date())
    # One that nobody looked at for too long asks for nothing, and allows nothing.
    declared = found.declaration if found.standing is Standing.CURRENT else None
    path = (declared.path if declared else ()) or _PATH
    approved = (declared.approvals if declared else ()) or _APPROVED
    wanted = say(
        "In this order: {path}; and an approval to go to {steps}.",
        path=tuple(_NAMES[one] for one in path),
        steps=tuple(_NAMES[one] for one in approved),
    )
    looks = [_path(facts, path), *(_step(facts, environment) for environment in approved)]
    outcome = combine(looks, wanted, settlers(facts))
    if declared is None or not (declared.path or declared.approvals):
        return outcome
    told = say("As declared in {reference}.", reference=Quote(declared.reference))
    return replace(outcome, seen=sentences(outcome.seen, told))


def _path(facts: Facts, path: Sequence[str]) -> Observation:
    """They must appear in order; steps between them, such as a pre-production, do no harm."""
    known = observe_filled(facts, "environment_path")
    value = facts.field("environment_path").value
    if known.result is not Result.MET or not isinstance(value, tuple):
        return known
    # `in` on an iterator goes on from where it found the last one, so that the order counts.
    steps = iter([letter for step in value for letter in _letters(str(step))])
    if all(wanted in steps for wanted in path):
        return known
    told = tuple(Quote(str(getattr(step, "name", step))) for step in value)
    seen = say(
        "The path is {steps}; that is not {path}.", steps=told, path=tuple(_NAMES[one] for one in path)
    )
    return Observation(label("environment_path"), Result.UNMET, seen)


def _letters(step: str) -> str:
    """D, T, A or P by the first letter, or of the whole path where it stands in one word (OTAP); O is Dutch for D."""
    word = "".join(filter(str.isalpha, step))
    whole = len(word) > 1 and set(word) <= set("DOTAP")
    return (word if whole else step[:1].upper()).replace("O", "D")


def _step(facts: Facts, environment: str) -> Observation:
    """Whether the step into an environment was approved: by a decision that names it, else by what the ticket tells."""
    name, named = _NAMES[environment], _votes(facts, environment)
    if rejected := tuple(vote.signed for vote in named if not vote.approved):
        return Observation(
            name, Result.UNMET, say("{step}: rejected by {people}.", step=name, people=rejected)
        )
    # The approval to go to production is the last step, and there a decision that names no environment counts too.
    if environment == "P":
        return _production(facts)
    if approved := tuple(vote.signed for vote in named if vote.holds):
        return Observation(name, Result.MET, say("{step}: approved by {people}.", step=name, people=approved))
    otherwise = _told(facts, environment)
    if otherwise.result is not Result.UNMET:
        return otherwise
    if not facts.ticket.approvals_readable:
        return Observation(name, Result.UNKNOWN, UNREAD)
    return (
        Observation(name, Result.UNKNOWN, _elsewhere(name))
        if _may_be_approved(facts, environment)
        else otherwise
    )


def _told(facts: Facts, environment: str) -> Observation:
    """Test is approved by who validated it, acceptance by its result. A rejected result is no doubt but a no."""
    if environment == "T":
        return observe_filled(facts, "test_validated_by")
    return observe_value(facts, "acceptance_result", "accepted")


def _production(facts: Facts) -> Observation:
    """Decisions that name no environment are of the whole change, hence of its way to production. Where somebody was
    asked for production by name their approval is wanted; a rejection counts either way.
    """
    name, unnamed = say("Approvals"), _votes(facts, "")
    if not facts.ticket.approvals_readable:
        return Observation(name, Result.UNKNOWN, UNREAD)
    if rejected := tuple(vote.signed for vote in unnamed if not vote.approved):
        return Observation(name, Result.UNMET, say("Rejected by {people}.", people=rejected))
    asked = any("P" in _environments(record) for record in facts.ticket.approvals)
    cast = _votes(facts, "P") if asked else unnamed
    if approved := tuple(vote.signed for vote in cast if vote.holds):
        return Observation(name, Result.MET, say("Approved by {people}.", people=approved))
    return Observation(name, Result.UNMET, say("Nobody has approved production yet."))


def _may_be_approved(facts: Facts, environment: str) -> bool:
    """Whether this step, which nothing shows approved, may be so for all that can be seen: the line of approvals
    names it, or there are more approvals than the one for production and none tells its step. Not where the ticket
    answers the question with a no, or approvals are told by step.
    """
    if environment == "A" and facts.field("acceptance_result").filled:
        return False
    if any(_environments(record) for record in facts.ticket.approvals):
        return False
    line = facts.field("approval_line").value
    if isinstance(line, str) and environment in _named_in(line):
        return True
    return sum(vote.holds for vote in _votes(facts, "")) > 1


def _elsewhere(name: Say) -> Say:
    return say("{step}: it cannot be seen which approval is for this step.", step=name)


def _votes(facts: Facts, environment: str) -> tuple[ApprovalDecision, ...]:
    """The current decisions on one step, or, for no environment, those that name none: a person may decide on each."""
    records = tuple(
        record
        for record in facts.ticket.approvals
        if (environment in _environments(record) if environment else not _environments(record))
    )
    return effective_decisions(replace(facts, ticket=replace(facts.ticket, approvals=records)))


def _environments(record: Approval) -> frozenset[str]:
    group = record.group.name if record.group else ""
    return _named_in(f"{record.step} {group}")


def _named_in(text: str) -> frozenset[str]:
    # Whole words only, since "t" and "a" are letters of nearly every other.
    words = set(re.findall(r"[a-z]+", text.casefold()))
    return frozenset(environment for environment, names in _WORDS.items() if names & words)
