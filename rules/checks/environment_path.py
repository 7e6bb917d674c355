"""The change went through development, test and acceptance to production, with an approval of each step."""

from __future__ import annotations

from bot.model.facts import Facts
from bot.model.say import Quote, say
from rules.actors import settlers
from rules.approvals import UNREAD, standing
from rules.demand import Demand, Params
from rules.looks import look_filled, look_value
from rules.outcome import Look, Outcome, Result, judged
from rules.words import label

PARAMS = Params
_PATH = ("D", "T", "A", "P")


def check(facts: Facts, demand: Demand[Params]) -> Outcome:
    """Met by the four environments in order, validated tests, an accepted result and an approval of production."""
    wanted = say(
        "Development, test, acceptance and production in this order; tests that somebody validated, "
        "a result that is accepted, and an approval to go to production."
    )
    looks = [
        _path(facts),
        look_filled(facts, "test_validated_by"),
        look_value(facts, "acceptance_result", "accepted"),
        _approved(facts),
    ]
    return judged(looks, wanted, settlers(facts))


def _path(facts: Facts) -> Look:
    """The four must appear in order; steps between them, such as a pre-production, do no harm."""
    known = look_filled(facts, "environment_path")
    value = facts.field("environment_path").value
    if known.result is not Result.MET or not isinstance(value, tuple):
        return known
    steps = iter([_letter(step) for step in value])
    if all(wanted in steps for wanted in _PATH):
        return known
    told = tuple(Quote(str(getattr(step, "name", step))) for step in value)
    seen = say("The path is {steps}; that is not development, test, acceptance, production.", steps=told)
    return Look(label("environment_path"), Result.UNMET, seen)


def _letter(step: object) -> str:
    """D, T, A or P by the first letter; O is Dutch for D."""
    first = str(step)[:1].upper()
    return "D" if first == "O" else first


def _approved(facts: Facts) -> Look:
    name = say("Approvals")
    if not facts.ticket.approvals_readable:
        return Look(name, Result.UNKNOWN, UNREAD)
    cast = standing(facts)
    rejected = tuple(vote.signed for vote in cast if not vote.approved)
    if rejected:
        return Look(name, Result.UNMET, say("Rejected by {people}.", people=rejected))
    approved = tuple(vote.signed for vote in cast if vote.holds)
    if not approved:
        return Look(name, Result.UNMET, say("Nobody has approved yet."))
    return Look(name, Result.MET, say("Approved by {people}.", people=approved))
