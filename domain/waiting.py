"""What waits for somebody, and for how long already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Age:
    """Whole days and hours: of work, a day being as long as the office is open, or else of the clock."""

    days: int
    hours: int
    of_work: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """A ticket with open points: how many, how many of them are overdue or not allowed (`pressing`), and since when
    (UTC) the oldest stands so: of those that press, where any do.
    """

    key: str
    summary: str
    team: str
    points: int
    pressing: int
    since: datetime
    age: Age
