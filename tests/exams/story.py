"""The story of the exams: people do things, the bot runs, something goes wrong with that run, and it runs again."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from connectors.sandbox.town import Town
from tests.exams.outside import Outside, is_write, outside
from tests.exams.process import Bot, ClockMoved

RUNS = 6
"""In so many runs after a trouble all must be well again."""

LATER = 300
"""Seconds between two of these runs, by the bot's clock: what was to be tried again later is due by then."""

Chapter = tuple[Callable[[Town], None], ...]
STORY: tuple[Chapter, ...] = (
    (),
    (Town.replace_test_data, Town.dpo_signs, Town.choose_phased, Town.approve_again),
    (Town.roll_out,),
    (Town.goes_operational,),
)
Env = Mapping[str, str]
FirstRun = Callable[[Town, Env, int], Bot]
"""Runs the bot for the first time in a chapter (counted from 0), with whatever trouble the exam makes, to its end."""


@dataclass(slots=True)
class Telling:
    """What came of one telling. `hits` are runs that died; `lengths` are the seconds of each chapter's first run,
    `writes` how often it wrote, `after_first` the outside right after it, `exits` its exit code and `said` what it
    printed. `wrong` is what was not as it should be.
    """

    world: Outside = field(default_factory=Outside)
    hits: int = 0
    lengths: list[float] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)
    after_first: list[Outside] = field(default_factory=list)
    exits: list[int | None] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def undisturbed(town: Town, env: Env, chapter: int) -> Bot:
    """A first run without any trouble."""
    bot = Bot(env)
    bot.wait()
    return bot


def tell(first_run: FirstRun = undisturbed) -> Telling:
    """The whole story; each chapter's first run is the exam's, those after it are not disturbed."""
    told = Telling()
    with tempfile.TemporaryDirectory() as folder:
        town = Town(Path(folder))
        env = town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en", "SLUIS_LOG_LEVEL": "ERROR"}
        try:
            for number, deeds in enumerate(STORY):
                for deed in deeds:
                    deed(town)
                _chapter(town, env, number, first_run, told)
            told.world = outside(town)
        finally:
            town.stop()
    return told


def _chapter(town: Town, env: Env, number: int, first_run: FirstRun, told: Telling) -> None:
    before, started = written(town), time.monotonic()
    bot = first_run(town, env, number)
    told.lengths.append(time.monotonic() - started)
    told.writes.append(written(town) - before)
    told.after_first.append(outside(town))
    told.exits.append(bot.wait(0))
    told.said.append(bot.output)
    told.hits += bot.killed
    if bot.wait(0) != 0:
        _until_well(env, told)
    before = written(town)
    if Bot(env).wait() or written(town) != before:
        told.wrong.append(f"a run after all was well wrote {written(town) - before} times")


def _until_well(env: Env, told: Telling) -> None:
    codes = []
    for number in range(1, RUNS + 1):
        bot = Bot(env, ClockMoved(number * LATER))
        codes.append(bot.wait())
        if codes[-1] == 0:
            return
    told.wrong.append(
        f"not well after {RUNS} runs: exit codes {codes}; the last one said {bot.output[-300:]}"
    )


def written(town: Town) -> int:
    """How many writes the three systems were asked for so far."""
    return sum(is_write(asked) for server in town.servers.values() for asked in server.asked)


def differences(found: Outside, wanted: Outside) -> list[str]:
    """What is missing, and what is there too often, a line each."""
    lost = [f"missing: {_short(what)}" for what in (wanted - found).elements()]
    return lost + [f"too many: {_short(what)}" for what in (found - wanted).elements()]


def _short(what: tuple[str, ...]) -> str:
    return " · ".join(part.replace("\n", " ")[:160] for part in what if part)
