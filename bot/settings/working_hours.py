"""Settings of when people work: zone, days off, office hours, hours for releases. Part of `bot.settings.load`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, Field, field_validator

from bot.policy.terms import Names
from bot.policy.working_hours import WorkingHours
from bot.settings.reading import nearest
from domain.working_calendar import Calendar, Day, fold


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


class DaysOff(BaseModel):
    """On which days people do not work besides the public holidays, and where they keep others."""

    days_off: Names = Field(
        (),
        description="Days off besides the public holidays, by comma: 07-11 for every year, or a date.",
        examples=["07-11,2026-12-24"],
    )
    days_worked: Names = Field(
        (), description="Public holidays on which people do work, in the same form.", examples=["11-11"]
    )
    team_holidays: dict[str, Literal["BE", "NL"]] = Field(
        default_factory=dict,
        description="Country whose holidays a team keeps, where it is not that of SLUIS_HOLIDAYS.",
        examples=["SLUIS_TEAM_HOLIDAYS__TEAM_BREDA=NL"],
    )

    @field_validator("days_off", "days_worked")
    @classmethod
    def _dates(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        dates(value)
        return value


class Zone(BaseModel):
    """Where the office is."""

    timezone: str = Field("Europe/Brussels", description="Time zone of the office; dates are shown in it.")

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            close = nearest(value, available_timezones()) or "Europe/Brussels"
            raise ValueError(f"is not a time zone; did you mean {close}?")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.timezone)


class OfficeHours(BaseModel):
    """At which hours people work, and can do releases."""

    office_hours: str = Field("08:00-18:00", description="Office hours on working days, for reminders.")
    holidays: Literal["BE", "NL"] = Field("BE", description="Country whose public holidays are days off.")
    service_hours: dict[str, str] = Field(
        default_factory=dict,
        description="Hours in which a team can do releases: 5x10 or 24x7, one variable per team.",
        examples=["SLUIS_SERVICE_HOURS__PAYMENTS=24x7"],
    )

    @field_validator("office_hours")
    @classmethod
    def _hours(cls, value: str) -> str:
        opens, _, closes = value.partition("-")
        try:
            right = time.fromisoformat(opens) < time.fromisoformat(closes)
        except (ValueError, TypeError):
            # Python takes "01-01" for an hour with a time zone, which cannot be compared with one without.
            right = False
        if not right:
            raise ValueError("must be like 08:00-18:00")
        return value

    @field_validator("service_hours")
    @classmethod
    def _service(cls, value: dict[str, str]) -> dict[str, str]:
        if wrong := [team for team, hours in value.items() if hours not in ("5x10", "24x7")]:
            raise ValueError(f"for {', '.join(wrong)} must be 5x10 or 24x7")
        return value


class WorkingHoursSettings(OfficeHours, Zone, DaysOff):
    """All that is set of when people work."""

    @property
    def hours(self) -> WorkingHours:
        """The same as it is reckoned with."""
        teams = {fold(team): self._calendar(country) for team, country in self.team_holidays.items()}
        return WorkingHours(self._calendar(self.holidays), teams, self.service_hours)

    def _calendar(self, country: str) -> Calendar:
        opens, closes = map(time.fromisoformat, self.office_hours.split("-"))
        return Calendar(self.zone, country, opens, closes, dates(self.days_off), dates(self.days_worked))
