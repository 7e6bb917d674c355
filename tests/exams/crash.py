"""`make exam-crash`: the bot is killed with SIGKILL and run again; outside it must look as if nothing had happened.

The story of `tests.exams.story` is told over and over against real servers on loopback. In each telling the first
run of every chapter is killed: at its n-th write just before it is carried out or before its answer leaves, at its
n-th commit of the journal just before or just after it, or at a random moment. In the end every comment, note and
message must be there exactly as in the undisturbed telling, and a further run must write nothing.

    python -m tests.exams.crash                             # the whole exam
    python -m tests.exams.crash --random 5 --only-random    # a taste
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from connectors.sandbox.server import Asked
from connectors.sandbox.town import Town
from tests.exams.outside import is_write
from tests.exams.process import AtCommit, Bot
from tests.exams.story import STORY, Env, Telling, differences, tell

SEED = 20260302


@dataclass(frozen=True, slots=True)
class AtWrite:
    """Die at this write, counted from 1; before it is carried out, or `after` it, before its answer leaves."""

    number: int
    after: bool


@dataclass(frozen=True, slots=True)
class AtMoment:
    """Die so far into the run, as a share of the time that the undisturbed run took."""

    share: float


Kill = AtWrite | AtCommit | AtMoment


def killed(kills: tuple[Kill, ...], lengths: list[float], town: Town, env: Env, chapter: int) -> Bot:
    """A first run that dies as planned for its chapter; `lengths` are seconds of the undisturbed runs."""
    kill = kills[chapter]
    with _deadly(town, kill) as victims:
        bot = Bot(env, kill if isinstance(kill, AtCommit) else None)
        victims.append(bot)
        if isinstance(kill, AtMoment):
            bot.wait(kill.share * lengths[chapter])
            bot.kill()
        bot.wait()
    return bot


@contextmanager
def _deadly(town: Town, kill: Kill | None) -> Iterator[list[Bot]]:
    """While this lasts, the servers kill the bot that is put into the list at a write."""
    victims: list[Bot] = []
    lock, seen = threading.Lock(), 0

    def watch(asked: Asked, done: bool) -> None:
        nonlocal seen
        if not isinstance(kill, AtWrite) or not is_write(asked) or done != kill.after:
            return
        with lock:
            seen += 1
            mine = seen == kill.number
        if mine:
            victims[0].kill()
            raise ConnectionAbortedError

    for server in town.servers.values():
        server.watch = watch
    try:
        yield victims
    finally:
        for server in town.servers.values():
            server.watch = lambda _, __: None


@dataclass(slots=True)
class Score:
    """What came of all tellings with one kind of kill."""

    kind: str
    tellings: int = 0
    hits: int = 0
    wrong: int = 0

    def add(self, told: Telling, reference: Telling, kills: tuple[Kill, ...]) -> None:
        """Count a telling, and say what differs."""
        found = told.wrong + differences(told.world, reference.world)
        self.tellings += 1
        self.hits += told.hits
        self.wrong += bool(found)
        print("x" if found else ".", end="", flush=True)
        for line in found:
            print(f"\n  {kills[0]} in each chapter: {line}")

    def __str__(self) -> str:
        return f"killed at a {self.kind}: {self.hits} kills in {self.tellings} tellings, {self.wrong} end states differ"


def at_points(kind: type[AtWrite | AtCommit], reference: Telling) -> Score:
    """A telling for each point of this kind, before and after it, until no chapter is long enough to have it."""
    score = Score("write" if kind is AtWrite else "commit")
    for number in itertools.count(1):
        before = score.hits
        for after in (False, True):
            kills = (kind(number, after),) * len(STORY)
            score.add(tell(partial(killed, kills, reference.lengths)), reference, kills)
        if score.hits == before:
            return score
    raise AssertionError("a story has an end")


def at_moments(tellings: int, reference: Telling) -> Score:
    """Tellings in which each run dies at a random moment."""
    score, chance = Score("random moment"), random.Random(SEED)
    for _ in range(tellings):
        kills = tuple(AtMoment(chance.random()) for _ in STORY)
        score.add(tell(partial(killed, kills, reference.lengths)), reference, kills)
    return score


def main() -> int:
    """Hold the exam; gives the exit code."""
    asked = argparse.ArgumentParser(description="Kill the bot at every point, and look at the outside.")
    asked.add_argument("--random", type=int, default=50, help="tellings with random moments, 4 kills each")
    asked.add_argument("--only-random", action="store_true", help="leave out the write and commit points")
    given = asked.parse_args()
    started = time.monotonic()
    reference = tell()
    if reference.wrong or not reference.world:
        print("the undisturbed story is not well:", reference.wrong)
        return 1
    print(
        f"undisturbed: {sum(reference.world.values())} messages stand outside; "
        f"writes per chapter {reference.writes}, seconds {[round(s, 1) for s in reference.lengths]}"
    )
    scores = [] if given.only_random else [at_points(AtWrite, reference), at_points(AtCommit, reference)]
    scores.append(at_moments(given.random, reference))
    print("", *scores, sep="\n")
    wrong = any(score.wrong for score in scores)
    print(f"{'FAILED' if wrong else 'passed'} in {time.monotonic() - started:.0f} s (seed {SEED})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
