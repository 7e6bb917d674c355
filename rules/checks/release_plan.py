"""The release plan is whole: seven parts, each reported by name when it is missing."""

from __future__ import annotations

from domain.facts import Facts
from domain.sentence import say
from rules.approval.people import settlers
from rules.check_api import CheckInput, Params
from rules.field_looks import observe_filled
from rules.outcome import Observation, Outcome, all_of, combine
from rules.release_contents import look_contents
from rules.wording import sentences

PARAMS = Params
_PARTS = ("impacted", "risks", "target_group", "approval_line", "responsible_group")
_ROLLOUT = ("planned_start", "planned_end", "rollout_strategy")


def check(facts: Facts, demand: CheckInput[Params]) -> Outcome:
    """Met when the ticket gives every part; planning and strategy of the rollout are one."""
    looks = [look_contents(facts), *(observe_filled(facts, name) for name in _PARTS), _rollout(facts)]
    names = tuple(look.name for look in looks)
    return combine(looks, say("A release plan with: {fields}.", fields=names), settlers(facts))


def _rollout(facts: Facts) -> Observation:
    looks = [observe_filled(facts, name) for name in _ROLLOUT]
    result = all_of(look.result for look in looks)
    telling = [look.seen for look in looks if look.result is result]
    return Observation(say("Rollout planning and strategy"), result, sentences(*telling))
