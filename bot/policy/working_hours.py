"""When people work: the office's calendar, those of teams that keep other holidays, and hours for releases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.working_calendar import Calendar, fold


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """office    the office's working days and hours
    teams     calendars of teams that keep other holidays, by `domain.working_calendar.fold` of the team
    releases  declared hours in which a team can do releases, by team
    """

    office: Calendar
    teams: Mapping[str, Calendar]
    releases: Mapping[str, str]

    def of(self, team: str) -> Calendar:
        """The calendar that a team keeps."""
        return self.teams.get(fold(team), self.office)
