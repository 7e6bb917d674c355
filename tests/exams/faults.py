"""`make exam-faults`: everything goes wrong once, and the outside ends as if nothing had happened.

The story of `tests.exams.story` is told once for each trouble: of a line, of a system's answers, of the machine. In
each chapter the first run meets the trouble, the following ones do not. After the first run either all is well outside
and the exit code says so, or the exit code and a line of text say that it is not; what the trouble does not touch is
served all the same. In the end every message stands there exactly as in the undisturbed telling, and a further run
writes nothing.

    python -m tests.exams.faults                  # the whole exam
    python -m tests.exams.faults --only 'jira'    # troubles whose name holds this
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

from connectors.sandbox.server import Fault, How
from connectors.sandbox.town import Town
from tests.exams.outside import Outside
from tests.exams.process import Bot, ClockMoved, DiskFull
from tests.exams.process import Trouble as Inside
from tests.exams.story import Env, FirstRun, Telling, differences, tell

ALWAYS = 10**9
SYSTEMS = ("jira", "servicenow", "slack")
HTML = "<!doctype html><title>Sign in</title><p>Please sign in."


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that goes wrong during the first run of each chapter. `spared` are systems whose messages must be right
    all the same.
    """

    name: str
    first_run: FirstRun
    spared: tuple[str, ...] = ()


def line_troubles() -> Iterator[Trouble]:
    """What can happen to a request and its answer: to one of them, and to all."""
    for system in SYSTEMS:
        for name, fault in FAULTS.items():
            for place, path in PLACES[system].items():
                yield Trouble(
                    f"{system}: one {place}: {name}", partial(_struck, system, replace(fault, path=path))
                )
            struck = partial(_struck, system, replace(fault, times=ALWAYS))
            yield Trouble(f"{system}: every request: {name}", struck, SPARED[system])


FAULTS = {
    "dropped before it was carried out": Fault(How.DROP_BEFORE),
    "dropped after it was carried out": Fault(How.DROP_AFTER),
    "cut off half-way": Fault(How.TRUNCATE),
    "slow": Fault(How.DELAY, seconds=1.0),
    "429 with seconds": Fault(How.ANSWER, status=429, headers={"Retry-After": "1"}),
    "429 for longer than a run waits": Fault(How.ANSWER, status=429, headers={"Retry-After": "90"}),
    "429 with a date": Fault(
        How.ANSWER,
        status=429,
        headers={"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)},
    ),
    "500": Fault(How.ANSWER, status=500, body='{"error": "oops"}'),
    "502 page": Fault(How.ANSWER, status=502, headers={"Content-Type": "text/html"}, body=HTML),
    "503": Fault(How.ANSWER, status=503, body=""),
    "504 after it was carried out": Fault(How.ANSWER_AFTER, status=504, body=""),
    "sign-in page with 200": Fault(How.ANSWER, status=200, headers={"Content-Type": "text/html"}, body=HTML),
    "anonymous 200": Fault(
        How.ANSWER,
        status=200,
        headers={"Content-Type": "application/json", "X-Seraph-Loginreason": "AUTHENTICATED_FAILED"},
        body='{"issues": [], "isLast": true, "result": [], "ok": false, "error": "invalid_auth"}',
    ),
    "error in a 200": Fault(
        How.ANSWER,
        status=200,
        headers={"Content-Type": "application/json"},
        body='{"result": [], "error": {"message": "Transaction cancelled"}, "ok": false, "errorMessages": ["x"]}',
    ),
    "401": Fault(How.ANSWER, status=401, body='{"ok": false, "error": "token_expired"}'),
}
PLACES = {
    "jira": {
        "login": "/myself$",
        "search": "/search/jql$",
        "ticket": r"/issue/\d+$",
        "approval": "/approval$",
        "group": "/group/member$",
        "comment": "/comment(/|$)",
    },
    "servicenow": {
        "login": "/sys_user$",
        "list": "/change_request$",
        "ticket or note": "/change_request/[0-9a-f]{32}$",
        "approvals": "/sysapproval_approver$",
        "history": "/sys_audit$",
        "affected items": "/task_ci$",
        "members": "/sys_user_grmember$",
        "assets": "/cmdb_ci",
    },
    "slack": {
        "login": "auth.test",
        "message": "chat.postMessage",
        "edit": "chat.update",
        "look-up": "users.lookupByEmail",
    },
}
"""Regular expressions for the kinds of requests of which the first one in a run is struck."""

SPARED = {"jira": ("servicenow",), "servicenow": ("jira",), "slack": ("jira", "servicenow")}
"""Whose messages must be right although a system is down altogether."""


def _struck(system: str, fault: Fault, town: Town, env: Env, chapter: int) -> Bot:
    server = town.servers[system]
    server.fail(replace(fault))  # a copy: the server counts down in it
    bot = Bot(env)
    bot.wait()
    server.faults.clear()
    return bot


def machine_troubles() -> Iterator[Trouble]:
    """What can happen to the machine the bot runs on."""
    for kilobytes in (200, 400):
        yield Trouble(f"disk full at {kilobytes} kB", partial(_inside, DiskFull(kilobytes * 1024)))
    yield Trouble("clock an hour back", partial(_inside, ClockMoved(-3600)))
    yield Trouble("journal locked by somebody", _locked)
    yield Trouble("asset register gone", partial(_register, None), ("servicenow",))
    yield Trouble("asset register cut off", partial(_register, 60), ("servicenow",))


def _inside(trouble: Inside, town: Town, env: Env, chapter: int) -> Bot:
    bot = Bot(env, trouble)
    bot.wait()
    return bot


def _locked(town: Town, env: Env, chapter: int) -> Bot:
    with sqlite3.connect(town.folder / "sluis.db", timeout=0) as held:
        held.execute("BEGIN EXCLUSIVE")
        bot = Bot(env)
        bot.wait()
        held.rollback()
    return bot


def _register(keep: int | None, town: Town, env: Env, chapter: int) -> Bot:
    file = Path(env["REGISTER_FILE"])
    whole = file.read_bytes()
    file.unlink() if keep is None else file.write_bytes(whole[:keep])
    bot = Bot(env)
    bot.wait()
    file.write_bytes(whole)
    return bot


def judge(trouble: Trouble, told: Telling, reference: Telling) -> list[str]:
    """What was not as it should be, a line each."""
    found = list(told.wrong) + differences(told.world, reference.world)
    chapters = zip(told.exits, told.said, told.after_first, reference.after_first, strict=True)
    for number, (code, said, after, wanted) in enumerate(chapters, 1):
        if code == 0:
            found += [f"chapter {number} ended with 0, yet {line}" for line in differences(after, wanted)]
        if code not in (0, 1, 2) or "Traceback" in said:
            found.append(f"chapter {number} ended with {code} and said: {said[-300:]}")
        for system in trouble.spared:
            found += [
                f"chapter {number}: {line}"
                for line in differences(*(_of(w, system) for w in (after, wanted)))
            ]
    return found


def _of(world: Outside, system: str) -> Outside:
    return Outside({what: count for what, count in world.items() if what[0] == system})


def main() -> int:
    """Hold the exam; gives the exit code."""
    asked = argparse.ArgumentParser(description="Let everything go wrong once, and look at the outside.")
    asked.add_argument("--only", default="", help="only troubles whose name holds this")
    given = asked.parse_args()
    started, reference, wrong, tried = time.monotonic(), tell(), 0, 0
    if reference.wrong or any(reference.exits):
        print("the undisturbed story is not well:", reference.wrong, reference.said)
        return 1
    for trouble in (*line_troubles(), *machine_troubles()):
        if given.only not in trouble.name:
            continue
        told = tell(trouble.first_run)
        found = judge(trouble, told, reference)
        wrong, tried = wrong + bool(found), tried + 1
        print(f"{'DIFFERS' if found else 'ok'}  {trouble.name}: first runs ended with {told.exits}")
        for line in found:
            print(f"    {line}")
    print(f"{tried} troubles in {4 * tried} runs, {wrong} end otherwise; {time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
