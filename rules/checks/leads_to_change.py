"""An incident leads to a change that keeps it from happening again, and a heavy one to what its victims are owed."""

from __future__ import annotations

from pydantic import Field

from domain.facts import Facts
from domain.sentence import Say, say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_done, observe_filled
from rules.loading.names import FieldName
from rules.outcome import Observation, Outcome, Result, combine
from rules.wording import saw, sentences


class LeadsToChange(Params):
    """`high`: fields that must be answered where the severity is high or very high; of those in `done` a no is none."""

    high: tuple[FieldName, ...] = ()
    done: tuple[FieldName, ...] = Field(default=())


PARAMS = LeadsToChange
_HEAVY = frozenset({"high", "very_high"})


def check(facts: Facts, demand: CheckInput[LeadsToChange]) -> Outcome:
    """Met by a linked change, and by the answers a heavy incident asks for. That a light one may do without a change is
    an exception somebody puts on record.
    """
    heavy, why = _heavy(facts)
    looks = [observe_filled(facts, "changes")]
    wanted = say("Link the change that prevents recurrence.")
    if heavy is None:
        looks.append(Observation(say("Severity"), Result.UNKNOWN, why))
    elif heavy:
        looks += [observe_filled(facts, name) for name in demand.params.high]
        looks += [observe_done(facts, name) for name in demand.params.done]
        asked = say("Tell whether the persons concerned were informed, and that the damage was repaired.")
        wanted = sentences(wanted, asked)
    elif facts.field("incident_severity").value == "light":
        exception = say(
            "As the incident is light, an authorised person may record an exception with its reason."
        )
        wanted = sentences(wanted, exception)
    return combine(looks, wanted, settlers(facts))


def _heavy(facts: Facts) -> tuple[bool | None, Say]:
    """Whether it is at least high: as recorded, or by a complaint of somebody concerned, whatever is recorded."""
    severity, complaint = facts.field("incident_severity"), facts.field("complaint")
    if severity.value in _HEAVY:
        return True, saw(facts, "incident_severity")
    if complaint.value is True:
        return True, saw(facts, "complaint")
    hidden = next((name for name in ("incident_severity", "complaint") if not facts.field(name).readable), "")
    return (None, saw(facts, hidden)) if hidden else (False, saw(facts, "incident_severity"))
