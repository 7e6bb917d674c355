"""The story of the exams: people do things, days go by, the bot runs, something goes wrong with that run, and it runs
again. It holds everything that the bot says of its own accord: comments, notes, cards and news, reminders before a
start, what goes up when nobody settles it, digests and the CAB's pre-read, formal notifications on Slack and by
e-mail, and the reminders of those that nobody confirmed.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from datetime import time as at
from pathlib import Path

from tests.exams.outside import Outside, is_write, outside
from tests.exams.process import Bot, ClockMoved
from tests.exams.scene import MONDAY, Scene

RUNS = 6
"""In so many runs after a trouble all must be well again."""

LATER = 300
"""Seconds between two of these runs, by the bot's clock: what was to be tried again later is due by then."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """So many working days after the first day, at a local time, people do this, and then the bot runs."""

    day: int
    at: at
    deeds: tuple[Callable[[Scene], object], ...] = ()


def closes(scene: Scene) -> None:
    """The review is done."""
    scene.jira.transition(scene.release, "Closed", "Piet Jansen")


STORY = (
    Chapter(0, at(13, 35)),
    Chapter(1, at(9, 40)),
    Chapter(1, at(13), (Scene.put_in_order, Scene.choose_phased, Scene.approve_again)),
    Chapter(1, at(15), (Scene.roll_out,)),
    Chapter(2, at(15, 30)),
    Chapter(3, at(10, 10)),
    Chapter(3, at(14), (Scene.goes_operational,)),
    Chapter(4, at(15, 30)),
    Chapter(4, at(16, 30), (closes,)),
)
Env = Mapping[str, str]
FirstRun = Callable[[Scene, Env, int], Bot]
"""Runs the bot for the first time in a chapter (counted from 0), with whatever trouble the exam makes, to its end."""


@dataclass(slots=True)
class Telling:
    """What came of one telling. `hits` are runs that died; `lengths` are the seconds of each chapter's first run,
    `writes` how often it wrote, `after_first` the outside right after it, `ends` that at the chapter's end, `exits` its
    exit code and `said` what it printed. `wrong` is what was not as it should be, `repeated` how many letters came
    more than once under the same Message-ID, `runs` how often a bot ran.
    """

    world: Outside = field(default_factory=Outside)
    hits: int = 0
    runs: int = 0
    repeated: int = 0
    lengths: list[float] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)
    after_first: list[Outside] = field(default_factory=list)
    ends: list[Outside] = field(default_factory=list)
    exits: list[int | None] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stage:
    """How a story is told: from which day on, up to which chapter, and in which database it is kept (None: SQLite).
    With `idle`, a further run follows also on a first run to which nothing happened; with `again`, one that may still
    write something follows also on a first run that ended with 0.
    """

    first_day: date = MONDAY
    chapters: int = len(STORY)
    database: Callable[[], str] | None = None
    idle: bool = True
    again: bool = False


PLAIN = Stage()


def undisturbed(scene: Scene, env: Env, chapter: int) -> Bot:
    """A first run without any trouble."""
    bot = Bot(env)
    bot.wait()
    return bot


def tell(first_run: FirstRun = undisturbed, stage: Stage = PLAIN) -> Telling:
    """The whole story; each chapter's first run is the exam's, those after it are not disturbed."""
    told = Telling()
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder), stage.first_day)
        more = {"SLUIS_DATABASE_URL": stage.database()} if stage.database else {}
        try:
            for number, chapter in enumerate(STORY[: stage.chapters]):
                scene.travel(chapter.day, chapter.at)
                for deed in chapter.deeds:
                    deed(scene)
                _chapter(scene, scene.env() | more, number, first_run, told)
                passed = 0
                if told.exits[-1] != 0 or stage.again:
                    passed = _until_well(scene.env() | more, number, told)
                if told.exits[-1] != 0 or stage.idle:
                    _nothing_more(scene, scene.env() | more, number, told, passed)
                told.ends.append(outside(scene))
            told.world = outside(scene)
            ids = [letter.message["Message-ID"] for letter in scene.letters.letters]
            told.repeated = len(ids) - len(set(ids))
        finally:
            scene.stop()
    return told


def _chapter(scene: Scene, env: Env, number: int, first_run: FirstRun, told: Telling) -> None:
    before, started = written(scene), time.monotonic()
    bot = first_run(scene, env, number)
    told.runs += 1
    told.lengths.append(time.monotonic() - started)
    told.writes.append(written(scene) - before)
    told.after_first.append(outside(scene))
    told.exits.append(bot.wait(0))
    told.said.append(bot.output)
    told.hits += bot.killed


def _until_well(env: Env, chapter: int, told: Telling) -> int:
    """Gives the seconds that went by."""
    codes = []
    for number in range(1, RUNS + 1):
        bot = Bot(env, ClockMoved(number * LATER))
        told.runs += 1
        codes.append(bot.wait())
        if codes[-1] == 0:
            return number * LATER
    told.wrong.append(
        f"chapter {chapter + 1}: not well after {RUNS} runs: exit codes {codes}; the last one said {bot.output[-300:]}"
    )
    return RUNS * LATER


def _nothing_more(scene: Scene, env: Env, number: int, told: Telling, passed: int) -> None:
    before = written(scene)
    told.runs += 1
    # After the others by the bot's clock too: one that goes back is a trouble of its own.
    bot = Bot(env, ClockMoved(passed))
    if bot.wait() or written(scene) != before:
        again = f"a run after all was well wrote {written(scene) - before} times"
        told.wrong.append(f"chapter {number + 1}: {again}, and said: {bot.output[-300:]}")


def written(scene: Scene) -> int:
    """How many writes the systems were asked for so far, letters among them."""
    asked = sum(is_write(asked) for server in scene.servers.values() for asked in server.asked)
    return asked + len(scene.letters.letters)


def differences(found: Outside, wanted: Outside) -> list[str]:
    """What is missing, and what is there too often, a line each."""
    lost = [f"missing: {_short(what)}" for what in (wanted - found).elements()]
    return lost + [f"too many: {_short(what)}" for what in (found - wanted).elements()]


def _short(what: tuple[str, ...]) -> str:
    return " · ".join(part.replace("\n", " ")[:160] for part in what if part)
