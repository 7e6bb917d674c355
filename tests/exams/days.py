"""`make exam-days`: the flows are run on the days on which time itself is the trouble.

libfaketime (Debian package `faketime`) gives another clock to everything in the processes, the libraries included;
`SUITE_CLOCK=machine` has the suite take it instead of its own. The clock is given as a distance to the real one, so
that time goes on, and is the same in a process and in those that it starts. The command `faketime` is only asked where
the library is: what it lets processes share would be left locked by one that is killed.

    python -m tests.exams.days                                          # all days
    python -m tests.exams.days --only "leap day" --jobs 1 -- -k story   # one day, a part of the flows
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parents[2]
BRUSSELS = "Europe/Brussels"
ENV = {
    "SUITE_CLOCK": "machine",
    # Who waits asks the kernel, which knows the real clock alone: by another one a wait never ends, or never begins.
    "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    # Files keep their real times: Python would take every module that it compiled for an old one.
    "NO_FAKE_STAT": "1",
    "PYTHONPATH": str(ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
}


@dataclass(frozen=True, slots=True)
class Day:
    """A moment by the clock on the wall, and the zone of the machine."""

    name: str
    wall: datetime
    zone: str = BRUSSELS

    @property
    def moment(self) -> datetime:
        """It, aware."""
        return self.wall.replace(tzinfo=ZoneInfo(self.zone))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


DAYS = (
    Day("Monday", _at("2026-03-02 09:00")),
    Day("Friday evening", _at("2026-03-06 18:30")),
    Day("Belgian holiday", _at("2026-07-21 10:00")),
    Day("Dutch holiday", _at("2026-04-27 10:00")),
    Day("an hour is left out", _at("2026-03-29 01:58")),  # 2:00 is 3:00 while the flows run
    Day("an hour comes twice", _at("2026-10-25 02:58")),  # 3:00 is 2:00 while the flows run
    Day("leap day", _at("2028-02-29 10:00")),
    Day("New Year's Eve", _at("2026-12-31 23:50")),
    Day("far east", _at("2026-06-10 08:00"), "Pacific/Auckland"),  # where Brussels has yesterday
)


@dataclass(frozen=True, slots=True)
class Result:
    """How a day went. `said` is the last line of pytest, `failed` the names of the tests that did."""

    day: Day
    code: int
    said: str
    failed: tuple[str, ...]


def _library() -> str:
    asked = ["faketime", "-f", "+0s", "printenv", "LD_PRELOAD"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def held(day: Day, jobs: int, more: Iterable[str]) -> Result:
    """The flows on that day."""
    ahead = round((day.moment - datetime.now(UTC)).total_seconds())
    # A folder of its own: by its clock pytest would find those of other runs to be old, and remove them.
    with tempfile.TemporaryDirectory(prefix="exam-days-") as folder:
        command = [sys.executable, "-m", "pytest", "-n", str(jobs), "-rfE", "--basetemp", f"{folder}/tests"]
        command += more or ["tests/flows"]
        env = os.environ | ENV | {"TZ": day.zone, "LD_PRELOAD": _library(), "FAKETIME": f"{ahead:+d}s"}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    failed = re.findall(r"(?m)^(?:FAILED|ERROR) (\S+)", done.stdout)
    if done.returncode:
        print(done.stdout[-20_000:], done.stderr[-2_000:], sep="\n", flush=True)
    return Result(day, done.returncode, (done.stdout.splitlines() or [""])[-1], tuple(failed))


def examine(days: Iterable[Day], jobs: int, more: list[str]) -> int:
    """Hold the exam; gives the exit code."""
    started, results = time.monotonic(), list[Result]()
    for day in days:
        print(f"{day.name}: {day.moment:%a %d %b %Y %H:%M %Z} ...", flush=True)
        results.append(held(day, jobs, more))
        print(f"  {results[-1].said}", flush=True)
    print()
    for one in results:
        print(f"{one.day.name:<20}  {'FAILED' if one.code else 'passed'}  {one.said}")
        print(*(f"    {name}" for name in one.failed), sep="\n", end="\n" if one.failed else "")
    wrong = any(one.code for one in results)
    print(f"{'FAILED' if wrong else 'passed'}: {len(results)} days in {time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


def main() -> int:
    """Ask which days to hold, and hold them."""
    names = [day.name for day in DAYS]
    asked = argparse.ArgumentParser(
        description="Run the flows on the days on which time itself is the trouble."
    )
    asked.add_argument(
        "--only", nargs="+", choices=names, default=names, metavar="DAY", help="only these days"
    )
    asked.add_argument("--jobs", type=int, default=2, metavar="N", help="so many processes of pytest")
    asked.add_argument("more", nargs="*", help="instead of tests/flows, for pytest (after --)")
    given = asked.parse_args()
    if shutil.which("faketime") is None:
        print("exam-days: faketime is needed: apt-get install faketime", file=sys.stderr)
        return 2
    return examine([day for day in DAYS if day.name in given.only], given.jobs, given.more)


if __name__ == "__main__":
    sys.exit(main())
