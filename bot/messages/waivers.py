"""Recorded exceptions, substitute bodies and after-the-fact obligations, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.messages.i18n.speaker import ROLE_NAMES, Translator
from domain.finding import Finding
from domain.sentence import Quote
from domain.waiver import Substitute, Waiver
from rules.grouping import RequirementGroup
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
    by = Quote("; ".join(_by(one, speak) for one in finding.waivers))
    if finding.for_good:
        return speak.say(
            "Waived when the rollout began, by {by}; without it: {verdict}.", by=by, verdict=finding.under
        )
    told = speak.say(
        "Waived until {day} by {by}; without it: {verdict}.",
        day=last_day(waiver, speak),
        by=by,
        verdict=finding.under,
    )
    return f"{told} {_after_the_start(finding, speak)}".strip()


def _by(waiver: Waiver, speak: Translator) -> str:
    """Who recorded it, in which role and why; a sentence goes on behind it with a mark of its own."""
    return f"{waiver.by} ({speak(waiver.role)}): {waiver.reason.rstrip(' .;')}"


def _after_the_start(finding: Finding, speak: Translator) -> str:
    """How long after the rollout began the exception was recorded, the last of several; empty where it was before."""
    hours = hours_after_start(finding)
    if hours is None:
        return ""
    if not hours:
        return speak.say("Recorded less than an hour after the start.")
    return speak.count("Recorded {n} hour after the start.", "Recorded {n} hours after the start.", hours)


def hours_after_start(finding: Finding) -> int | None:
    """Whole hours between the start of the rollout and the last of its exceptions; None where all were before it."""
    if finding.begun is None:
        return None
    last = max(one.recorded_at for one in finding.waivers)
    return (last - finding.begun) // timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Excepted:
    """One exception as people are shown it: what it is of, by whom and until when, and the requirements it covers."""

    name: str
    text: str
    rules: tuple[str, ...]


def excepted(lines: Iterable[RequirementGroup], speak: Translator) -> tuple[Excepted, ...]:
    """Every exception in force, also of a demand of which another part is open; one for each name and wording."""
    told: dict[tuple[str, str], list[str]] = {}
    for finding in (f for line in lines for f in line.findings if f.waiver):
        told.setdefault((speak.written(finding.title), waived(finding, speak)), []).append(finding.id)
    return tuple(Excepted(name, text, tuple(found)) for (name, text), found in told.items())


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


def finding_waiver_json(finding: Finding) -> dict[str, Any] | None:
    """The exception of a finding for machines: with the others where several must, and how it stands to the rollout."""
    plain = waiver_json(finding.waiver)
    if plain is None:
        return None
    more: dict[str, Any] = {
        "also": [waiver_json(one) for one in finding.also] or None,
        "for_good": finding.for_good or None,
        "hours_after_start": hours_after_start(finding),
    }
    # What says nothing is left out: readers of before there was more find what they know.
    return plain | {name: value for name, value in more.items() if value is not None}


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
