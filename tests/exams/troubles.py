"""What can go wrong during a run: on a line, in an answer, in what the bot may see, on its machine."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

from sandbox.mail import DROP
from sandbox.server import Fault, How
from sandbox.servicenow.access import Access
from tests.exams.process import Bot, ClockMoved, DiskFull
from tests.exams.process import Trouble as Inside
from tests.exams.scene import Scene
from tests.exams.story import Env

Strike = Callable[[Scene, Env], tuple[Bot, bool]]
"""A run of the bot in trouble, to its end; and whether the trouble met it at all."""
Kind = tuple[str, list[tuple[str, Strike]], tuple[str, ...]]
"""The name of a kind of trouble, its strikes by name, and the systems whose messages must be right all the same."""

CLOCK = "clock set back"
ALWAYS = 10**9
HTML = "<!doctype html><title>Sign in</title><p>Please sign in."
JSON = {"Content-Type": "application/json"}
SYSTEMS = ("jira", "servicenow", "slack")
SPARED = {"jira": ("servicenow",), "servicenow": ("jira",), "slack": ("jira", "servicenow")}
"""Whose messages must be right although a system is down altogether."""

FAULTS = {
    "dropped before it was carried out": Fault(How.DROP_BEFORE),
    "dropped after it was carried out": Fault(How.DROP_AFTER),
    "carried out later": Fault(How.LATER),
    "cut off half-way": Fault(How.TRUNCATE),
    "slow": Fault(How.DELAY, seconds=0.5),
    "429 with seconds": Fault(How.ANSWER, status=429, headers={"Retry-After": "1"}),
    "429 for longer than a run waits": Fault(How.ANSWER, status=429, headers={"Retry-After": "90"}),
    "429 with a date": Fault(How.ANSWER, status=429, headers={"Retry-After": "a date"}),
    "500": Fault(How.ANSWER, status=500, body='{"error": "oops"}'),
    "502 page": Fault(How.ANSWER, status=502, headers={"Content-Type": "text/html"}, body=HTML),
    "503": Fault(How.ANSWER, status=503, body=""),
    "504 after it was carried out": Fault(How.ANSWER_AFTER, status=504, body=""),
    "sign-in page with 200": Fault(How.ANSWER, status=200, headers={"Content-Type": "text/html"}, body=HTML),
    "anonymous 200": Fault(
        How.ANSWER,
        status=200,
        headers=JSON | {"X-Seraph-Loginreason": "AUTHENTICATED_FAILED"},
        body='{"issues": [], "isLast": true, "result": [], "ok": false, "error": "invalid_auth"}',
    ),
    "error in a 200": Fault(
        How.ANSWER,
        status=200,
        headers=JSON,
        body='{"result": [], "error": {"message": "Transaction cancelled"}, "ok": false, "errorMessages": ["x"]}',
    ),
    "internal error in a 200": Fault(
        How.ANSWER, status=200, headers=JSON, body='{"ok": false, "error": "internal_error"}'
    ),
    "expired token in a 200": Fault(
        How.ANSWER, status=200, headers=JSON, body='{"ok": false, "error": "token_expired"}'
    ),
    "expired token": Fault(How.ANSWER, status=401, headers=JSON, body='{"error": {"message": "expired"}}'),
    "forbidden": Fault(How.ANSWER, status=403, headers=JSON, body='{"error": {"message": "not allowed"}}'),
}
"""What can happen to a request and its answer."""

PLACES = {
    "jira": {
        "login": "/myself$",
        "search": "/search/jql$",
        "ticket": r"/issue/(\d+|bulkfetch)$",
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
        "message": "chat.postMessage",
        "edit": "chat.update",
        "look-up": "users.lookupByEmail",
    },
}
"""Regular expressions for the kinds of requests of which the first one in a run is struck."""

LETTERS = {
    f"{command} answered {code or 'by hanging up'}": (command, code)
    for command, codes in {
        "MAIL": (550, 451, DROP),
        "RCPT": (550, 450, DROP),
        "DATA": (554, 421, DROP),
        "END": (554, 452, DROP),
    }.items()
    for code in codes
}
"""Answers of a mail server; END is the one after the letter itself."""


def line_troubles() -> Iterator[Kind]:
    """What can happen to one request of each kind, and to all of a system."""
    for system in SYSTEMS:
        for place, path in PLACES[system].items():
            faults = [(name, partial(_struck, system, replace(f, path=path))) for name, f in FAULTS.items()]
            yield f"{system}: one {place}", faults, ()
        faults = [
            (name, partial(_struck, system, replace(f, times=ALWAYS, seconds=f.seconds / 5)))
            for name, f in FAULTS.items()
        ]
        yield f"{system}: every request", faults, SPARED[system]
    yield (
        "mail: one letter",
        [(name, partial(_unposted, answer)) for name, answer in LETTERS.items()],
        SYSTEMS,
    )


def _struck(system: str, fault: Fault, scene: Scene, env: Env) -> tuple[Bot, bool]:
    server, times = scene.servers[system], fault.times
    headers = dict(fault.headers)
    if "Retry-After" in headers and not headers["Retry-After"].isdigit():
        headers["Retry-After"] = format_datetime(scene.now() + timedelta(seconds=2), usegmt=True)
    here = replace(fault, headers=headers)  # a copy: the server counts down in it
    server.fail(here)
    bot = Bot(env)
    bot.wait()
    server.faults.clear()
    server.carry_out()
    return bot, here.times < times


def _unposted(answer: tuple[str, int], scene: Scene, env: Env) -> tuple[Bot, bool]:
    command, code = answer
    scene.letters.answers = {command: [code]}
    bot = Bot(env)
    bot.wait()
    met = not scene.letters.answers[command]
    scene.letters.answers.clear()
    return bot, met


def sight_troubles() -> Iterator[Kind]:
    """What an account may see and do changes: tokens run out, access rules have holes."""
    expired = {
        "jira": {"JIRA_API_TOKEN": "expired"},
        "servicenow": {"SERVICENOW_PASSWORD": "expired"},
        "slack": {"SLACK_BOT_TOKEN": "xoxb-expired"},
    }
    for system, env in expired.items():
        yield f"{system}: another token", [("expired", partial(_with_env, env))] * 9, SPARED[system]
    tables = (
        "change_request",
        "sysapproval_approver",
        "task_ci",
        "sys_user_grmember",
        "cmdb_ci_service",
        "sys_audit",
    )
    holes: dict[str, Mapping[str, object]] = {
        "hibernating": {"hibernating": True},
        **{f"{table} forbidden": {"forbidden_tables": {table}} for table in tables},
        **{f"{table} hidden": {"hidden_tables": {table}} for table in ("change_request",)},
        "notes refused": {"read_only": {"change_request"}},
    }
    strikes = [(name, partial(_under, partial(_access, changed), {})) for name, changed in holes.items()]
    nobody = partial(_access, {"anonymous_answers": True})
    strikes.append(("anonymous", partial(_under, nobody, expired["servicenow"])))
    yield "servicenow: an access rule", strikes, ("jira",)
    denied = {"comments refused": "ADD_COMMENTS"}
    strikes = [(name, partial(_under, partial(_denied, right), {})) for name, right in denied.items()]
    yield "jira: a permission", strikes * 2, ("servicenow",)
    closed = [("archived", partial(_under, _archived, {})), ("bot put out", partial(_under, _put_out, {}))]
    yield "slack: a channel of formal notifications", (closed * 5)[:9], ("jira", "servicenow")


def _with_env(more: Env, scene: Scene, env: Env) -> tuple[Bot, bool]:
    bot = Bot({**env, **more})
    bot.wait()
    return bot, True


def _under(
    change: Callable[[Scene], AbstractContextManager[None]], more: Env, scene: Scene, env: Env
) -> tuple[Bot, bool]:
    with change(scene):
        return _with_env(more, scene, env)


@contextmanager
def _access(changed: Mapping[str, object], scene: Scene) -> Iterator[None]:
    access, usual = scene.servicenow.access, Access()
    for name, value in changed.items():
        setattr(access, name, value)
    yield
    for name in changed:
        setattr(access, name, getattr(usual, name))


@contextmanager
def _denied(right: str, scene: Scene) -> Iterator[None]:
    rights = {(right, project) for project in ("CHG", "REL")}
    scene.jira.denied |= rights
    yield
    scene.jira.denied -= rights


@contextmanager
def _archived(scene: Scene) -> Iterator[None]:
    place = scene.slack.workspace.channels[scene.channels["operations"]]
    place.archived = True
    yield
    place.archived = False


@contextmanager
def _put_out(scene: Scene) -> Iterator[None]:
    place = scene.slack.workspace.channels[scene.channels["operations"]]
    members = set(place.members)
    place.members.discard(scene.slack.workspace.bot.id)
    yield
    place.members |= members


def machine_troubles() -> Iterator[Kind]:
    """What can happen to the machine the bot runs on, in every chapter."""
    every = 9
    full = [
        (f"at {size} kB", partial(_inside, DiskFull(size * 1024)))
        for size in (40, 120, 180, 250, 380, 480, 520)
    ]
    yield "disk full", [*full, *full[-2:]], ()
    yield CLOCK, [("an hour", partial(_inside, ClockMoved(-3600)))] * every, ()
    locked = [
        ("for longer than a run waits", partial(_locked, None)),
        ("for a second", partial(_locked, 1.0)),
    ]
    yield "journal locked by somebody", (locked * every)[:every], ()
    register = [("gone", partial(_register, None))]
    register += [(f"cut off after {size} bytes", partial(_register, size)) for size in (0, 60, 120, 200)]
    yield "asset register", (register * every)[:every], ("servicenow",)


def _inside(trouble: Inside, scene: Scene, env: Env) -> tuple[Bot, bool]:
    bot = Bot(env, trouble)
    bot.wait()
    return bot, True


def _locked(seconds: float | None, scene: Scene, env: Env) -> tuple[Bot, bool]:
    held = sqlite3.connect(scene.folder / "sluis.db", timeout=0, check_same_thread=False)
    held.execute("BEGIN EXCLUSIVE")
    bot = Bot(env)
    letting_go = threading.Timer(seconds, held.rollback) if seconds else None
    if letting_go:
        letting_go.start()
    bot.wait()
    if letting_go:
        letting_go.join()
    held.close()
    return bot, True


def _register(keep: int | None, scene: Scene, env: Env) -> tuple[Bot, bool]:
    file = Path(env["REGISTER_FILE"])
    whole = file.read_bytes()
    file.unlink() if keep is None else file.write_bytes(whole[:keep])
    bot = Bot(env)
    bot.wait()
    file.write_bytes(whole)
    return bot, True
