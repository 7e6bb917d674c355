"""Recorded exceptions, substitute bodies and after-the-fact obligations, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.messages.i18n.speaker import ROLE_NAMES, Translator
from domain.finding import Finding
from domain.sentence import Quote
from domain.waiver import Substitute, Waiver
from rules.wording import ROLES


def last_day(waiver: Waiver, speak: Translator) -> Quote:
    """The last day on which a waiver holds, as people read it."""
    # `until` is the first moment at which it no longer holds: the midnight that ends its last day.
    return Quote(speak.day(waiver.until - timedelta(seconds=1)))


def waived(finding: Finding, speak: Translator) -> str:
    """The exception of a waived finding, and what it would be without it; empty for any other finding."""
    waiver = finding.waiver
    if waiver is None:
        return ""
    return speak.say(
        "Waived until {day} by {name} ({role}): {reason}; without it: {verdict}.",
        day=last_day(waiver, speak),
        name=Quote(waiver.by),
        role=ROLE_NAMES[waiver.role],
        # The sentence goes on behind it with a mark of its own.
        reason=Quote(waiver.reason.rstrip(" .;")),
        verdict=finding.under,
    )


def recorded(waiver: Waiver, speak: Translator) -> str:
    """What was put on record just now."""
    return speak.say(
        "{rules}: waived until {day} by {name} ({role}): {reason}",
        rules=Quote(", ".join(waiver.rules)),
        day=last_day(waiver, speak),
        name=Quote(waiver.by),
        role=ROLE_NAMES[waiver.role],
        reason=Quote(waiver.reason),
    )


def listed(waiver: Waiver, now: datetime, speak: Translator) -> str:
    """A recorded waiver, and whether it is in force still."""
    if waiver.in_force(waiver.rules[0], now):
        return recorded(waiver, speak)
    ended = speak.say("ended on {moment}", moment=waiver.until)
    return f"{recorded(waiver, speak)} ({ended})"


def waiver_json(waiver: Waiver | None) -> dict[str, Any] | None:
    """A waiver for machines; times ISO 8601 in UTC."""
    if waiver is None:
        return None
    return {
        "by": waiver.by,
        "role": waiver.role.value,
        "reason": waiver.reason,
        "recorded_at": waiver.recorded_at.isoformat(),
        "until": waiver.until.isoformat(),
    }


def stands_in(one: Substitute, speak: Translator) -> str:
    """The body that stands in for another one, and why."""
    return speak.say(
        "{body} stands in for {role}: {reason}",
        body=Quote(one.body),
        role=ROLES[one.role],
        reason=Quote(one.reason),
    )
