"""Maintenance windows as a register writes them: "Sun 02:00-06:00; mon-thu 22:00-02:00", in Dutch or English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

_DAYS = ("mon ma", "tue di", "wed wo", "thu do", "fri vr", "sat za", "sun zo")
_NUMBER = {name: number for number, names in enumerate(_DAYS) for name in names.split()}
_DAILY = frozenset({"daily", "dagelijks", "every day", "elke dag"})
_WINDOW = re.compile(r"([a-z ,-]+?)\s+(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")


@dataclass(frozen=True, slots=True)
class Window:
    """Weekdays (0 is Monday) on which it opens, and local times; one that ends before it starts runs past midnight."""

    days: frozenset[int]
    opens: time
    closes: time

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether a period, in local time, lies wholly in one opening of the window."""
        # A window that opened the day before may still be open after midnight.
        return any(self._on(start - timedelta(days=back), start, end) for back in (0, 1))

    def _on(self, day: datetime, start: datetime, end: datetime) -> bool:
        if day.weekday() not in self.days:
            return False
        opens = datetime.combine(day.date(), self.opens, day.tzinfo)
        later = self.closes <= self.opens
        closes = datetime.combine(day.date() + timedelta(days=int(later)), self.closes, day.tzinfo)
        return opens <= start and end <= closes


def windows(words: str) -> tuple[Window, ...] | None:
    """All windows in a text; None when any part of it cannot be understood."""
    parts = [part.strip().casefold() for part in re.split(r"[;\n]+", words) if part.strip()]
    found = [_window(part) for part in parts]
    # Without the part that is not understood, a rollout in that very window would seem to lie outside all of them.
    return tuple(w for w in found if w) if found and all(found) else None


def _window(words: str) -> Window | None:
    match = _WINDOW.fullmatch(words)
    if not match:
        return None
    days = _days(match[1].strip())
    try:
        # People write 2:00; `fromisoformat` wants two digits.
        opens, closes = (time.fromisoformat(clock.zfill(5)) for clock in (match[2], match[3]))
    except ValueError:
        return None
    return Window(days, opens, closes) if days else None


def _days(words: str) -> frozenset[int]:
    """Weekdays of "mon-thu", "di, do" and "daily"; none when a part is no day."""
    if words in _DAILY:
        return frozenset(range(7))
    days: set[int] = set()
    for part in words.split(","):
        ends = [_day(one) for one in part.split("-")]
        if None in ends or len(ends) > 2:
            return frozenset()
        # A range may go past Sunday, as in fri-mon.
        first, last = (ends[0] or 0), (ends[-1] or 0)
        days |= {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    return frozenset(days)


def _day(word: str) -> int | None:
    """A weekday by its first letters; "dinsdag" and "donderdag" differ in the second."""
    # English days are known by three letters, Dutch ones by two; the rest of the word does not matter.
    letters = word.strip()
    return next((_NUMBER[letters[:n]] for n in (3, 2) if letters[:n] in _NUMBER), None)
