"""Working days and office hours, in the organisation's time zone. Pure: the moment is always handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people of a team are at work.

    timezone    of the office
    country     BE or NL: its public holidays are off (library `holidays`); Belgian bank holidays not
    opens, closes  office hours on a working day; the norm's office hours are ten hours (Vo-ICR §1.1)
    extra, ignored dates that an admin adds as days off, or takes off the list
    """

    timezone: ZoneInfo
    country: str = "BE"
    opens: time = time(8)
    closes: time = time(18)
    extra: frozenset[date] = field(default_factory=frozenset)
    ignored: frozenset[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, unless it is a day off."""
        off = day in self.extra or (day in _public(self.country, day.year) and day not in self.ignored)
        return day.weekday() <= _FRIDAY and not off

    def in_office_hours(self, moment: datetime) -> bool:
        """True within office hours of a working day. `moment` is aware, in any zone."""
        local = moment.astimezone(self.timezone)
        return self.is_working_day(local.date()) and self.opens <= local.time() < self.closes

    def working_days_before(self, moment: datetime, days: int) -> datetime:
        """The same local time of day, `days` working days before `moment` (aware; the answer too)."""
        local = moment.astimezone(self.timezone)
        day = local.date()
        while days > 0:
            day -= timedelta(days=1)
            days -= self.is_working_day(day)
        return datetime.combine(day, local.time(), self.timezone)

    def working_days_after(self, moment: datetime, days: int) -> datetime:
        """The same local time of day, `days` working days after `moment` (aware; the answer in UTC)."""
        local = moment.astimezone(self.timezone)
        day = local.date()
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return datetime.combine(day, local.time(), self.timezone).astimezone(UTC)

    def local_day(self, moment: datetime) -> date:
        """The date people read on the wall at that moment."""
        return moment.astimezone(self.timezone).date()


@lru_cache(maxsize=64)
def _public(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))
