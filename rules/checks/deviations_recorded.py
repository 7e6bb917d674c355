"""Deviations from the plan are on record where there were any, and what goes with them was done."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_done, observe_filled
from rules.loading.names import FieldName
from rules.outcome import Observation, Outcome, Result, combine
from rules.planned_window import explained, followed, planned
from rules.wording import label, labels, sentences


class DeviationsRecorded(Params):
    """`done`: answered with a yes, or with words that tell of it."""

    done: tuple[FieldName, ...] = ()


PARAMS = DeviationsRecorded


def check(facts: Facts, demand: CheckInput[DeviationsRecorded]) -> Outcome:
    """Met by a record of the deviations, or by a rollout in which none shows: inside its planned times, or without."""
    done = demand.params.done
    looks = [_deviations(facts), *(observe_done(facts, name) for name in done)]
    names = labels("deviations", *done)
    return combine(looks, say("On record, and in order: {fields}.", fields=names), settlers(facts))


def _deviations(facts: Facts) -> Observation:
    window = followed(facts)
    if planned(facts) and window.result is Result.UNMET:
        told = explained(facts)
        return Observation(told.name, told.result, sentences(window.seen, told.seen))
    own = observe_filled(facts, "deviations")
    if own.result is Result.UNMET and window.result is Result.UNKNOWN:
        # Whether there were any cannot be seen then.
        return Observation(own.name, Result.UNKNOWN, window.seen)
    if own.result is Result.UNMET:
        # "If any": where the rollout lay inside its window, or had none, an empty field says that there were none.
        ended = facts.field("actual_end").filled
        seen = say("No deviation shows.") if ended else say("It cannot be told yet whether there were any.")
        return Observation(label("deviations"), Result.MET if ended else Result.UNMET, seen)
    return own
