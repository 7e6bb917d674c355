"""An incident leads to a change that keeps it from happening again."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.outcome import Outcome, combine
from rules.wording import sentences

PARAMS = Params


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met by a linked change. That a light incident may do without is an exception somebody puts on record."""
    wanted = say("Link the change that prevents recurrence.")
    if facts.field("incident_severity").value == "light":
        exception = say(
            "As the incident is light, an authorised person may record an exception with its reason."
        )
        wanted = sentences(wanted, exception)
    return combine([observe_filled(facts, "changes")], wanted, settlers(facts))
