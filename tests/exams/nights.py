"""The nights in which an hour is left out or comes twice: the bot runs through them, and says nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.exams.process import Bot, ClockMoved
from tests.exams.scene import Scene
from tests.exams.story import PLAIN, Env, differences, tell

NIGHTS = {
    "an hour is left out": datetime(2026, 3, 29, 0, tzinfo=UTC),
    "an hour comes twice": datetime(2026, 10, 25, 0, tzinfo=UTC),
}
"""0:00 in UTC of the Sundays on which Brussels changes its clocks, at 1:00 in UTC."""

AFTER = 4
"""The chapter (from 0) before which the night goes by: it is on a Monday when the story begins on a Thursday."""


def tellings() -> Iterator[tuple[str, Callable[[], tuple[list[str], int]]]]:
    """A name and the story over that night; it gives what was not as it should be, and how often the bot ran."""
    for name, midnight in NIGHTS.items():
        yield f"night in which {name}", partial(_told, midnight)


def _told(midnight: datetime) -> tuple[list[str], int]:
    stage = replace(PLAIN, first_day=(midnight - timedelta(days=3)).date())
    problems: list[str] = []
    reference, through = tell(stage=stage), tell(partial(_through, midnight, problems), stage)
    for chapter, (end, wanted) in enumerate(zip(through.ends, reference.ends, strict=True), 1):
        problems += [f"chapter {chapter}: {line}" for line in differences(end, wanted)]
    return problems + reference.wrong + through.wrong, reference.runs + through.runs + len(_moments(midnight))


def _through(midnight: datetime, problems: list[str], scene: Scene, env: Env, chapter: int) -> Bot:
    if chapter == AFTER:
        for moment in _moments(midnight):
            code = Bot(env, ClockMoved((moment - scene.now()).total_seconds())).wait()
            if code:
                problems.append(f"the run at {moment:%H:%M} UTC ended with {code}")
    bot = Bot(env)
    bot.wait()
    return bot


def _moments(midnight: datetime) -> list[datetime]:
    return [midnight + timedelta(minutes=20 * number) for number in range(10)]
