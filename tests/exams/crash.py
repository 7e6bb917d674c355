"""`make exam-crash`: the bot is killed with SIGKILL and run again; outside it must look as if nothing had happened.

The story of `tests.exams.story` is told over and over against real servers on loopback. In each telling the first
run of every chapter is killed: at its n-th write just before it is carried out or before its answer leaves, or so that
it is carried out only after the next run (where a surplus can be taken back, also after the message was written again),
at its n-th commit of the journal just before or just after it, or at a random moment. Every chapter must end with every
comment, note, message and letter there exactly as in the undisturbed telling, and a further run must write nothing.

    python -m tests.exams.crash                                          # the whole exam
    python -m tests.exams.crash --only moments --moments 20              # a taste
    python -m tests.exams.crash --only commits --from 30                 # go on where it was broken off
    python -m tests.exams.crash --database postgresql --every 5          # a sample on PostgreSQL
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial

from sandbox.server import CarriedOutLater, Received
from tests.exams.databases import postgresql
from tests.exams.outside import is_write
from tests.exams.process import SHIFT, AtCommit, Bot, CountCommits
from tests.exams.scene import Scene
from tests.exams.story import PLAIN, STORY, Env, Stage, Telling, differences, tell

SEED = 20260302
KINDS = ("writes", "commits", "moments")


class When(StrEnum):
    """A moment of a write."""

    BEFORE = "before it"
    AFTER = "after it, before its answer"
    LATE = "carried out late, after the next run"
    LATER = "carried out later, when it was written again"


PAST_DOUBT = timedelta(minutes=16)
"""Longer than a write may be in doubt."""
NOT_LATE, NOT_LATER = ("mail",), ("mail", "servicenow")
"""Where a server has nothing to carry out late, and where no surplus can be taken back."""


@dataclass(frozen=True, slots=True)
class AtWrite:
    """Die at this write, counted from 1: at which moment of it."""

    number: int
    when: When


@dataclass(frozen=True, slots=True)
class AtMoment:
    """Die so far into the run, as a share of the time that the undisturbed run took."""

    share: float


Kill = AtWrite | AtCommit | AtMoment


def killed(kills: tuple[Kill, ...], lengths: list[float], scene: Scene, env: Env, chapter: int) -> Bot:
    """A first run that dies as planned for its chapter; `lengths` are seconds of undisturbed runs, and are put right
    when a run was over before its moment came.
    """
    kill = kills[chapter]
    with _deadly(scene, kill) as victim:
        started = time.monotonic()
        bot = victim.bot = Bot(env, kill if isinstance(kill, AtCommit) else None)
        if isinstance(kill, AtMoment) and bot.wait(kill.share * lengths[chapter]) is None:
            bot.kill()
        elif isinstance(kill, AtMoment):
            lengths[chapter] = time.monotonic() - started
        bot.wait()
    if victim.leaves_a_write:
        _carried_out(
            scene, env, again=kill == AtWrite(victim.writes, When.LATER) and victim.at not in NOT_LATER
        )
    return bot


def _carried_out(scene: Scene, env: Env, *, again: bool) -> None:
    """The bot runs, and only then the write is carried out; with `again` when the bot has written it anew."""
    pause = PAST_DOUBT if again else timedelta()
    scene.shift += pause
    Bot({**env, SHIFT: str(scene.shift.total_seconds())}).wait()
    for server in scene.servers.values():
        server.carry_out()
    if again:
        scene.shift += pause
        Bot({**env, SHIFT: str(scene.shift.total_seconds())}).wait()


@dataclass(slots=True)
class Victim:
    """The bot that dies, after how many writes, at a write `at` which system; and whether that is still to be
    carried out.
    """

    bot: Bot | None = None
    writes: int = 0
    at: str = ""
    leaves_a_write: bool = False


@contextmanager
def _deadly(scene: Scene, kill: Kill) -> Iterator[Victim]:
    """While this lasts, the servers kill the bot that is made the victim at a write."""
    victim, lock = Victim(), threading.Lock()

    def strike(done: bool, system: str = "mail") -> None:
        if not isinstance(kill, AtWrite) or done != (kill.when is When.AFTER):
            return
        with lock:
            victim.writes += not victim.at
            mine = victim.writes == kill.number and not victim.at
            victim.at = system if mine else victim.at
        if mine and victim.bot:
            victim.bot.kill()
            victim.leaves_a_write = kill.when in (When.LATE, When.LATER) and system not in NOT_LATE
            raise CarriedOutLater if victim.leaves_a_write else ConnectionAbortedError

    def watch(system: str, asked: Received, done: bool) -> None:
        if is_write(asked):
            strike(done, system)

    for name, server in scene.servers.items():
        server.watch = partial(watch, name)
    scene.letters.watch = strike
    try:
        yield victim
    finally:
        for server in scene.servers.values():
            server.watch = lambda _, __: None
        scene.letters.watch = lambda _: None


@dataclass(slots=True)
class Score:
    """What came of all tellings with one kind of kill."""

    kind: str
    tellings: int = 0
    runs: int = 0
    hits: int = 0
    wrong: int = 0
    repeated: int = 0

    def add(self, name: str, told: Telling, reference: Telling) -> None:
        """Count a telling, and say what differs from the undisturbed one."""
        found = list(told.wrong)
        for number, (end, wanted) in enumerate(zip(told.ends, reference.ends, strict=False), 1):
            found += [f"chapter {number}: {line}" for line in differences(end, wanted)]
        self.tellings, self.runs, self.hits = self.tellings + 1, self.runs + told.runs, self.hits + told.hits
        self.wrong, self.repeated = self.wrong + bool(found), self.repeated + told.repeated
        print(f"{'DIFFERS' if found else 'ok'}  {name}: {told.hits} kills in {told.runs} runs", flush=True)
        for line in found:
            print(f"    {line}")

    def __str__(self) -> str:
        letters = f", {self.repeated} letters repeated under one Message-ID" if self.repeated else ""
        ends = f"{self.tellings - self.wrong} of {self.tellings} end states equal"
        return f"killed at {self.kind}: {self.hits} kills in {self.runs} runs, {ends}{letters}"


@dataclass(frozen=True, slots=True)
class Exam:
    """What all tellings are held against: the undisturbed one, with the points that each of its chapters has."""

    reference: Telling
    stage: Stage
    first: int
    every: int
    commits: list[int]

    def at_points(self, kind: type[AtWrite | AtCommit]) -> Score:
        """A telling for each point of this kind, before and after it, until no chapter is long enough to have it."""
        score = Score("writes" if kind is AtWrite else "commits")
        points = self.reference.writes if kind is AtWrite else self.commits
        for number in range(self.first, max(points) + 1, self.every):
            chapters = 1 + max(index for index, most in enumerate(points) if most >= number)
            stage = replace(self.stage, chapters=chapters, idle=False)
            for name, kill in _kills(kind, number):
                told = tell(partial(killed, (kill,) * len(STORY), self.reference.lengths), stage)
                score.add(f"{score.kind[:-1]} {number} of {max(points)}, {name}", told, self.reference)
        return score

    def at_moments(self, kills: int) -> Score:
        """Tellings in which each run dies at a random moment, until so many died."""
        score, chance = Score("random moments"), random.Random(SEED)
        lengths = list(self.reference.lengths)
        while score.hits < kills:
            moments = tuple(AtMoment(chance.random()) for _ in STORY)
            if score.tellings < self.first - 1:  # told before: only the dice are thrown again
                score.tellings += 1
                continue
            told = tell(partial(killed, moments, lengths), replace(self.stage, idle=False))
            score.add(f"random moments {score.tellings + 1}, {score.hits} kills before", told, self.reference)
        return score


def _kills(kind: type[AtWrite | AtCommit], number: int) -> Iterator[tuple[str, Kill]]:
    if kind is AtWrite:
        yield from ((when, AtWrite(number, when)) for when in When)
    else:
        yield from ((when, AtCommit(number, when is When.AFTER)) for when in (When.BEFORE, When.AFTER))


def counted(commits: list[int], scene: Scene, env: Env, chapter: int) -> Bot:
    """An undisturbed run of which the commits are counted."""
    file = scene.folder / "commits"
    bot = Bot(env, CountCommits(file))
    bot.wait()
    commits.append(int(file.read_text()))
    return bot


def examine(given: argparse.Namespace, database: Callable[[], str] | None) -> int:
    """Hold the exam; gives the exit code."""
    started, commits, stage = time.monotonic(), list[int](), replace(PLAIN, database=database)
    tell(stage=replace(stage, chapters=1))  # so that what is loaded once is no part of how long a run takes
    reference = tell(partial(counted, commits), stage)
    if reference.wrong or not reference.world:
        print("the undisturbed story is not well:", reference.wrong)
        return 1
    print(
        f"undisturbed: {sum(reference.world.values())} messages stand outside; writes per chapter "
        f"{reference.writes}, commits {commits}, seconds {[round(s, 1) for s in reference.lengths]}",
        flush=True,
    )
    exam = Exam(reference, stage, given.first, given.every, commits)
    held: dict[str, Callable[[], Score]] = {
        "writes": lambda: exam.at_points(AtWrite),
        "commits": lambda: exam.at_points(AtCommit),
        "moments": lambda: exam.at_moments(given.moments),
    }
    scores = [held[kind]() for kind in KINDS if kind in given.only]
    print("", *scores, sep="\n")
    wrong = any(score.wrong for score in scores)
    took = f"{time.monotonic() - started:.0f} s (seed {SEED}, {given.database})"
    print(f"{'FAILED' if wrong else 'passed'} in {took}")
    return 1 if wrong else 0


def main() -> int:
    """Ask what to hold, and hold it."""
    asked = argparse.ArgumentParser(description="Kill the bot at every point, and look at the outside.")
    asked.add_argument("--moments", type=int, default=200, metavar="KILLS", help="kills at random moments")
    asked.add_argument("--only", nargs="+", choices=KINDS, default=KINDS, help="only these kinds of kills")
    asked.add_argument("--from", dest="first", type=int, default=1, metavar="N", help="begin at this point")
    asked.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th write and commit")
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = asked.parse_args()
    with postgresql() if given.database == "postgresql" else nullcontext() as database:
        return examine(given, database)


if __name__ == "__main__":
    sys.exit(main())
