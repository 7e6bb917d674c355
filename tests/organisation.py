"""An organisation as the services take it, made without an environment: each test says only in what it differs."""

from __future__ import annotations

from datetime import time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.context import OrganisationPolicy
from bot.policy.anchoring import Anchoring
from bot.policy.escalation_ladder import EscalationPolicy, Ladders
from bot.policy.intake_terms import IntakeTerms
from bot.policy.judging_terms import JudgingTerms
from bot.policy.reminder_steps import ReminderSteps
from bot.policy.retention import Retention
from bot.policy.speaking_times import SpeakingTimes
from bot.policy.waiver_terms import WaiverTerms
from bot.policy.working_hours import WorkingHours
from bot.policy.write_limits import WriteLimits
from domain.working_calendar import Calendar
from rules.loading.loader import Pack, load_packs

CALENDAR = Calendar(ZoneInfo("Europe/Brussels"))
NOBODY = EscalationPolicy(())
NO_LADDERS = Ladders(NOBODY, NOBODY, NOBODY, NOBODY)
AT_ONCE: dict[str, Any] = {"digest_at": None, "preread_on": "off", "remind_limit": 0, "card_rest": 0}
"""No digests, and nothing waits for a better moment."""
DIGESTS: dict[str, Any] = {"digest_at": time(8, 30), "preread_on": "thu"}
_GROUPS = {
    "talk": SpeakingTimes,
    "reminders": ReminderSteps,
    "writes": WriteLimits,
    "intake": IntakeTerms,
    "judging": JudgingTerms,
    "waivers": WaiverTerms,
    "retention": Retention,
    "anchoring": Anchoring,
}


def speaking(**given: Any) -> SpeakingTimes:
    """At once, but for what is given."""
    return SpeakingTimes(**AT_ONCE | given)


def organisation(calendar: Calendar = CALENDAR, **given: Any) -> OrganisationPolicy:
    """One that acts by Vo-ICR, says all at once, and writes as much as it has to say. What is given is a setting by its
    own name, or a part of the policy as a whole; a name that is neither is a TypeError.
    """
    settings = AT_ONCE | {"max_writes": 10_000, "max_share": 100} | given
    groups = {
        part: group(**{name: settings[name] for name in group.model_fields if name in settings})
        for part, group in _GROUPS.items()
    }
    told = {name for group in _GROUPS.values() for name in group.model_fields}
    loaded = {
        "act": True, "packs": _vo_icr(), "declarations": (), "roles": {}, "ladders": NO_LADDERS,
        "hours": WorkingHours(calendar, {}, {}),
    }  # fmt: skip
    return OrganisationPolicy(**loaded | groups | {n: one for n, one in given.items() if n not in told})


@cache
def _vo_icr() -> tuple[Pack, ...]:
    return load_packs(["vo-icr"])
