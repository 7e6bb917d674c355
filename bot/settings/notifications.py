"""Settings of when and to whom the bot speaks: digests, reminders, days off, ladders. Part of `bot.settings.load`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Annotated, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from bot.policy.escalation_ladder import EscalationPolicy, Ladders, rungs
from bot.policy.speaking_times import SpeakingTimes
from domain.working_calendar import Day

_Parts = Annotated[tuple[str, ...], NoDecode]
_LADDER = "Who is asked when nobody settles {what}: role:hours by comma, in {unit}; empty: nobody. "
_DAYS = ("mon", "tue", "wed", "thu", "fri")


def dates(texts: Iterable[str]) -> frozenset[Day]:
    """Dates as 2026-12-24, or 07-11 for every year. Raises ValueError for anything else."""
    return frozenset(_date(text) for text in texts)


def _date(text: str) -> Day:
    try:
        if len(text) == len("07-11"):
            # A leap year: 29 February is a day too.
            every = date.fromisoformat(f"2024-{text}")
            return every.month, every.day
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text}: must be a date like 2026-12-24, or 07-11 for every year") from None


class TalkSettings(BaseModel):
    """When and to whom the bot speaks."""

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
    days_off: _Parts = Field(
        (),
        description="Days off besides the public holidays, by comma: 07-11 for every year, or a date.",
        examples=["07-11,2026-12-24"],
    )
    days_worked: _Parts = Field(
        (), description="Public holidays on which people do work, in the same form.", examples=["11-11"]
    )
    team_holidays: dict[str, Literal["BE", "NL"]] = Field(
        default_factory=dict,
        description="Country whose holidays a team keeps, where it is not that of SLUIS_HOLIDAYS.",
        examples=["SLUIS_TEAM_HOLIDAYS__TEAM_BREDA=NL"],
    )
    escalate_forbidden: _Parts = Field(
        ("change_manager:5", "cab:15"),
        description=_LADDER.format(
            what="what the class does not allow", unit="working hours since it was seen"
        ),
    )
    escalate_missing: _Parts = Field(
        ("change_manager:10", "cab:30"),
        description=_LADDER.format(
            what="what should have been in order by now", unit="working hours since (a day has ten)"
        ),
    )
    escalate_deadline: _Parts = Field(
        ("team:-24", "change_manager:-8", "cab:0"),
        description=_LADDER.format(
            what="what has a term of its own, such as a patch", unit="hours of the clock"
        )
        + "Below zero: before the term ends.",
    )
    escalate_breach: _Parts = Field(
        ("dpo:-72", "team:-48", "change_manager:-24", "cab:-6"),
        description=_LADDER.format(
            what="a data breach", unit="hours of the clock, day and night, to the end of the term"
        ),
    )

    @field_validator("digest_at", mode="before")
    @classmethod
    def _off(cls, value: object) -> object:
        return None if isinstance(value, str) and value.strip().lower() in ("", "off") else value

    @field_validator(
        *("days_off", "days_worked"),
        *("escalate_forbidden", "escalate_missing", "escalate_deadline", "escalate_breach"),
        mode="before",
    )
    @classmethod
    def _by_comma(cls, value: object, info: ValidationInfo) -> object:
        parts = tuple(p.strip() for p in value.split(",") if p.strip()) if isinstance(value, str) else value
        if isinstance(parts, tuple):
            (rungs if str(info.field_name).startswith("escalate") else dates)(parts)
        return parts

    @property
    def talk(self) -> SpeakingTimes:
        """The same as the application holds it."""
        return SpeakingTimes(
            digest_at=self.digest_at,
            preread_on=_DAYS.index(self.preread_on) if self.preread_on in _DAYS else None,
            preread_at=self.preread_at,
            remind_limit=self.remind_limit,
            card_rest=self.card_rest,
            ladders=Ladders(
                EscalationPolicy(rungs(self.escalate_forbidden)),
                EscalationPolicy(rungs(self.escalate_missing)),
                EscalationPolicy(rungs(self.escalate_deadline), clock=True),
                EscalationPolicy(rungs(self.escalate_breach), clock=True),
            ),
        )
