"""What is enqueued and does not stand outside: told in every report until it does, one line for each reason."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from bot.journal import Unsent
from domain.ports.connector import Diagnosis, Health
from domain.working_calendar import Calendar

# It moves with every attempt: left in, the same trouble would be new to the log in each run.
_MOMENT = re.compile(r"(?<=wait )until [\d: -]+|(?<=waits )until [\d: -]+")


def waiting(
    unsent: Sequence[Unsent], known: Collection[int], calendar: Calendar, now: datetime
) -> Iterator[str]:
    """A line for each reason for which messages wait, with their number and until when. `known` are those of
    which the run has told already; what is only next in turn is not told here.
    """
    groups: dict[tuple[str, str], list[Unsent]] = {}
    for one in unsent:
        if one.error and one.id not in known:
            groups.setdefault((one.target, one.error), []).append(one)
    for (target, error), found in groups.items():
        wait = "1 message waits" if len(found) == 1 else f"{len(found)} messages wait"
        yield f"{target}: {wait} {_until(found, calendar, now)}: {error}"


def examined(unsent: Sequence[Unsent], calendar: Calendar, now: datetime) -> Iterator[Diagnosis]:
    """The same for the doctor; one good line when nothing waits."""
    lines = list(waiting(unsent, (), calendar, now))
    for line in lines:
        # Behind that dash `SourceError.advice` says what an admin can do.
        said, dash, fix = line.partition(" — ")
        yield Diagnosis(Health.FAILED, "undelivered", said, fix if dash else "")
    if not lines:
        yield Diagnosis(Health.OK, "undelivered", "no message waits for something to be mended")


class UndeliveredLog:
    """Tells a problem to the log when it is new, not in every run that it lasts."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()

    def news(self, problems: Sequence[str]) -> list[str]:
        """The problems that the run before did not have; the moment until which something waits makes none new."""
        known = {_MOMENT.sub("", line): line for line in problems}
        new = [line for plain, line in known.items() if plain not in self._known]
        self._known = frozenset(known)
        return new


def _until(found: Sequence[Unsent], calendar: Calendar, now: datetime) -> str:
    """Until the first of them is tried again, as the clock on the wall shows it."""
    moment = min((one.again for one in found if one.again), default=None)
    if moment is None or moment <= now:
        return "for the next run"
    local = moment.astimezone(calendar.timezone)
    day = "" if calendar.local_day(now) == local.date() else f"{local:%Y-%m-%d} "
    return f"until {day}{local:%H:%M}"
