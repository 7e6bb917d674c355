"""When and how much the bot speaks on the message service: data, from the settings."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Literal

from pydantic import Field, field_validator

from bot.policy.terms import Terms
from domain.working_calendar import Calendar

MORNING = timedelta(hours=4)
"""How long after its time a digest is still one: who reads it in the afternoon reads of what is past."""

_DAYS = ("mon", "tue", "wed", "thu", "fri")


class SpeakingTimes(Terms):
    """All times are local. `digest_at` is None where there are no digests."""

    digest_at: time | None = Field(
        time(8, 30),
        description="Local time of each team's digest on working days; then the early reminders go out too. off: no"
        " digests, and every reminder at its own moment.",
    )
    preread_on: Literal["mon", "tue", "wed", "thu", "fri", "off"] = Field(
        "thu",
        description="Day of the weekly pre-read for the CAB, earlier in the week when that is a day off.",
    )
    preread_at: time = Field(time(9), description="Local time of the pre-read.")
    remind_limit: int = Field(
        4,
        ge=0,
        description="Most reminders a day in one conversation, so to one person; the rest comes the next working day."
        " What starts within the last step, and what runs out, comes all the same. 0: no limit.",
    )
    card_rest: int = Field(
        60, ge=0, le=3600, description="Seconds between two edits of a card: several changes become one."
    )

    @field_validator("digest_at", mode="before")
    @classmethod
    def _off(cls, value: object) -> object:
        return None if isinstance(value, str) and value.strip().lower() in ("", "off") else value

    @property
    def preread_weekday(self) -> int | None:
        """The day of the CAB's pre-read, 0 being Monday; None: there is none."""
        return _DAYS.index(self.preread_on) if self.preread_on in _DAYS else None


def may_speak_now(talk: SpeakingTimes, calendar: Calendar, now: datetime) -> bool:
    """Whether this is the moment for what is told each working morning; always, where there are no digests."""
    return talk.digest_at is None or in_the_morning(talk.digest_at, calendar, now)


def in_the_morning(at: time, calendar: Calendar, now: datetime) -> bool:
    """Whether `now` (aware) is on a working day, at the local time `at` or within MORNING after it."""
    day = calendar.local_day(now)
    return calendar.is_working_day(day) and calendar.at(day, at) <= now < calendar.at(day, at) + MORNING
