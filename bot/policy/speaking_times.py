"""When and how much the bot speaks on the message service: data, from the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from bot.policy.escalation_ladder import Ladders
from domain.working_calendar import Calendar

MORNING = timedelta(hours=4)
"""How long after its time a digest is still one: who reads it in the afternoon reads of what is past."""


@dataclass(frozen=True, slots=True)
class SpeakingTimes:
    """All times are local.

    digest_at     when each team's digest of the day goes out on a working day; None: no digests
    preread_on    the CAB's pre-read: day of the week, 0 being Monday; None: none. `preread_at`: from when on
    remind_limit  most reminders in one conversation a day; 0: no limit
    card_rest     seconds that lie at least between two edits of a card
    """

    digest_at: time | None = None
    preread_on: int | None = None
    preread_at: time = time(9)
    remind_limit: int = 0
    card_rest: int = 0
    ladders: Ladders = field(default_factory=Ladders)


def may_speak_now(talk: SpeakingTimes, calendar: Calendar, now: datetime) -> bool:
    """Whether this is the moment for what is told each working morning; always, where there are no digests."""
    return talk.digest_at is None or in_the_morning(talk.digest_at, calendar, now)


def in_the_morning(at: time, calendar: Calendar, now: datetime) -> bool:
    """Whether `now` (aware) is on a working day, at the local time `at` or within MORNING after it."""
    day = calendar.local_day(now)
    return calendar.is_working_day(day) and calendar.at(day, at) <= now < calendar.at(day, at) + MORNING
