"""Working days and office hours, in the organisation's time zone. Pure: the moment is always handed in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

_FRIDAY = 4

Day = date | tuple[int, int]
"""A date, or a month and day that come back every year."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When people of a team are at work.

    timezone    of the office
    country     BE or NL: its public holidays are off (library `holidays`); Belgian bank holidays not
    opens, closes  office hours on a working day; the norm's office hours are ten hours (Vo-ICR §1.1)
    extra, ignored dates that an admin adds as days off, or takes off the list; (month, day) stands for every year
    """

    timezone: ZoneInfo
    country: str = "BE"
    opens: time = time(8)
    closes: time = time(18)
    extra: frozenset[Day] = field(default_factory=frozenset)
    ignored: frozenset[Day] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, unless it is a day off."""
        # What an admin says outweighs the library: a day off that is worked, a bridge day that is not.
        either = {day, (day.month, day.day)}
        public = day in _public(self.country, day.year) and not either & self.ignored
        return day.weekday() <= _FRIDAY and not public and not either & self.extra

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

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """How much of the time from `start` to `end` (both aware) lies in office hours of working days."""
        # Within one zone Python subtracts wall clocks, which is an hour off where summer time begins or ends:
        # https://docs.python.org/3/library/datetime.html#datetime.datetime
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        day, last = self.local_day(start), self.local_day(end)
        total = timedelta()
        while day <= last:
            if self.is_working_day(day):
                opens, closes = self.at(day, self.opens), self.at(day, self.closes)
                total += max(min(closes, end) - max(opens, start), timedelta())
            day += timedelta(days=1)
        return total

    def working_day_from(self, day: date) -> date:
        """The first working day on or after `day`."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def at(self, day: date, clock: time) -> datetime:
        """That local time of that day, in UTC. An hour that the clocks skip is read as the hour after it."""
        return datetime.combine(day, clock, self.timezone).astimezone(UTC)

    def local_day(self, moment: datetime) -> date:
        """The date people read on the wall at that moment."""
        return moment.astimezone(self.timezone).date()


def fold(team: str) -> str:
    """The form in which names of teams are compared: capitals do not matter, and blanks and dashes are the same."""
    # A team stands in the name of a variable too, which takes neither blanks nor dashes.
    return re.sub(r"[\s_-]+", "_", team.strip()).casefold()


# The library works out a whole year whenever it is asked, and a week is asked about day by day.
@lru_cache(maxsize=64)
def _public(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))
