"""A change in Jira is judged because Jira says so, without waiting for the next cycle."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import clock
import pytest
import requests
from flask import Flask

from bot import bootstrap
from bot.cli.adf_text import adf_text
from bot.context import Context
from bot.cycle.cycle import cycle
from bot.journal import open_journal
from bot.metrics import Metrics
from bot.report import Report
from bot.server.health import HealthServer
from bot.server.recheck_worker import RecheckWorker
from bot.server.webhooks import AT_ONCE, PER_SECOND, WebhookCounts, WebhookReceiver
from bot.settings.load import load_settings
from domain.ports.source import ChangeHint
from sandbox.jira.hooks import Webhook
from sandbox.server import Fault, How
from sandbox.town import Town

ROOT = Path(__file__).parents[2]
SECRET = "geheim-geheim-geheim"


class Serving:
    """What `sluis serve` wires together, without its clock: nothing happens but what a webhook leads to."""

    def __init__(self, ctx: Context, town: Town) -> None:
        self.town, self.looks, self.metrics = town, list[Report](), Metrics()
        tally = WebhookCounts()
        self.ctx = replace(ctx, heard=tally.take)
        self.worker = ThreadPoolExecutor(1)
        self.ear = RecheckWorker(self.ctx, self.worker.submit, self.looks.append)

        def count(name: str, outcome: str) -> None:
            self.metrics.hook(name, outcome)
            tally.add(name, outcome)

        flask, admit = Flask("hooks"), bootstrap.admission(AT_ONCE, PER_SECOND)
        hear = lambda name, hints: self.ctx.journal.record_hint(name, hints, self.ctx.clock())  # noqa: E731
        WebhookReceiver(self.ctx.inbounds, hear, self.ear.wake, count, admit).add_to(flask)
        self.web = HealthServer(flask, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self.web.port}/hooks/jira"
        cycle(self.ctx)
        self.ear.look()
        self.looks.clear()
        for server in town.servers.values():
            server.asked.clear()

    def settle(self) -> None:
        """Wait until all that was asked of the worker is done."""
        self.worker.submit(lambda: None).result(timeout=20)

    def comment(self, key: str) -> str:
        (only,) = [c for c in self.town.jira.issues[key].comments if c.author.name == "Sluiswachter"]
        return adf_text(only.body)

    def close(self) -> None:
        self.web.close()
        self.worker.shutdown()
        self.ctx.journal.close()


@pytest.fixture
def start(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Serving]]:
    made: list[Serving] = []

    def begin(**env: str) -> Serving:
        given = {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en", "JIRA_WEBHOOK_SECRET": SECRET} | env
        for name, value in (town.env() | given).items():
            monkeypatch.setenv(name, value)
        made.append(Serving(bootstrap.build(load_settings()), town))
        return made[-1]

    yield begin
    for one in made:
        one.close()


@pytest.fixture
def serving(start: Callable[..., Serving]) -> Serving:
    return start()


@pytest.mark.smoke
def test_a_change_is_judged_at_once_and_nothing_is_polled(town: Town, serving: Serving) -> None:
    assert "Dina Peeters" in serving.comment(town.change)
    town.jira.set_field(town.change, "Test data", "Synthetic", "Piet Jansen")
    before = serving.comment(town.change)
    hook = Webhook(town.jira, serving.address, SECRET)
    town.dpo_signs()
    hook.close()
    serving.settle()
    assert serving.comment(town.change) != before
    assert town.servers["jira"].count("GET", "/search") == 0
    assert hook.answers == [202]
    assert [look.writes > 0 for look in serving.looks] == [True]


def test_repeated_deliveries_lead_to_one_look(town: Town, serving: Serving) -> None:
    hook = Webhook(town.jira, serving.address, SECRET)
    body = requests.Request("POST", serving.address, json={
        "timestamp": 1, "webhookEvent": "jira:issue_updated",
        "issue": {"id": town.jira.issues[town.change].id}, "user": {"accountId": "acc-an"},
    }).prepare().body  # fmt: skip
    assert isinstance(body, bytes)
    assert [hook.send(body, "same") for _ in range(4)] == [202] * 4
    hook.close()
    serving.settle()
    issue = town.jira.issues[town.change].id
    assert len(serving.looks) == 1
    assert town.servers["jira"].count("GET", rf"/issue/{issue}$") == 2  # found, and read in full


def test_the_bots_own_comment_wakes_nobody(town: Town, serving: Serving) -> None:
    hook = Webhook(town.jira, serving.address, SECRET)
    town.replace_test_data()
    hook._line.submit(lambda: None).result(timeout=5)
    serving.settle()
    hook.close()
    serving.settle()
    assert len(serving.looks) == 1  # for the field; not for the edited comment that followed
    assert hook.answers == [202, 202]
    assert serving.ctx.heard() == {"jira": {"kept": 1, "ignored": 1}}


def test_a_wrong_signature_is_refused_counted_and_reported(town: Town, serving: Serving) -> None:
    hook = Webhook(town.jira, serving.address, "a wrong secret of some length")
    town.replace_test_data()
    hook.close()
    serving.settle()
    assert (hook.answers, serving.looks) == ([401], [])
    value = serving.metrics.registry.get_sample_value(
        "sluis_webhooks_total", {"source": "jira", "outcome": "refused"}
    )
    assert value == 1
    assert cycle(serving.ctx).as_json()["webhooks"] == {"jira": {"refused": 1}}
    assert cycle(serving.ctx).as_json()["webhooks"] == {}


def test_an_unsigned_webhook_of_data_center_brings_the_secret_in_its_address(
    town: Town, serving: Serving
) -> None:
    for path, status in ((f"/{SECRET}", 202), (f"?secret={SECRET}", 202), ("/wrong", 401), ("", 401)):
        hook = Webhook(town.jira, serving.address + path)
        town.jira.set_field(town.change, "summary", f"Title {path[:3]}", "Tom Willems")
        hook.close()
        assert hook.answers[0] == status
    serving.settle()
    assert serving.looks


def test_a_deleted_issue_is_gone_at_once_and_nothing_is_written_there(town: Town, serving: Serving) -> None:
    issue = town.jira.issues[town.change].id
    hook = Webhook(town.jira, serving.address, SECRET)
    town.jira.delete_issue(town.change)
    hook.close()
    serving.settle()
    row = serving.ctx.journal.ticket("jira", town.change)
    assert row is not None and row.not_found_at is not None
    assert issue not in serving.ctx.journal.tracked("jira")
    assert [
        slot.closed for slot in serving.ctx.journal.rows_of(f"jira:{issue}") if slot.target == "jira"
    ] == [True]


def test_a_forged_deletion_of_an_issue_that_is_there_changes_nothing(town: Town, serving: Serving) -> None:
    hook = Webhook(town.jira, serving.address, SECRET)
    hook.happened("jira:issue_deleted", town.jira.issues[town.change], town.jira.user("Tom Willems"))
    hook.close()
    serving.settle()
    row = serving.ctx.journal.ticket("jira", town.change)
    assert row is not None and row.not_found_at is None


def test_a_system_that_is_down_keeps_the_word_until_it_answers(town: Town, serving: Serving) -> None:
    hook = Webhook(town.jira, serving.address, SECRET)
    fault = Fault(How.ANSWER, path="/issue/", status=401, times=99)
    town.servers["jira"].fail(fault)
    town.replace_test_data()
    hook.close()
    serving.settle()
    assert [len(look.problems) for look in serving.looks] == [1]
    assert len(serving.ctx.journal.pending_hints(serving.ctx.clock())) == 1
    fault.times = 0
    serving.ear.look()
    assert serving.ctx.journal.pending_hints(serving.ctx.clock()) == ()
    assert serving.looks[-1].writes > 0


def test_a_release_is_judged_again_with_its_change(town: Town, serving: Serving) -> None:
    hook = Webhook(town.jira, serving.address, SECRET)
    town.jira.set_field(town.part, "Test result", "Failed", "Nora Smet")
    hook.close()
    serving.settle()
    release = town.jira.issues[town.release].id
    assert town.servers["jira"].count("GET", rf"/issue/{release}$") >= 1


def test_a_long_cycle_is_interrupted_between_two_tickets(town: Town, serving: Serving) -> None:
    hook = Webhook(town.jira, serving.address, SECRET)
    seen: list[tuple[str, int]] = []

    def progress(key: str) -> None:
        if not seen:
            town.replace_test_data()
            hook._line.submit(lambda: None).result(timeout=5)
        serving.ear.listen()
        seen.append((key, len(serving.looks)))

    serving.worker.submit(cycle, serving.ctx, True, progress).result(timeout=30)
    serving.settle()
    hook.close()
    assert len(seen) > 1
    assert [looks for _, looks in seen] == [1] * len(seen)
    assert "Synthetic" not in serving.comment(town.change)
    assert len(serving.looks) == 1


def test_what_a_killed_process_left_is_looked_at_without_another_word(town: Town, serving: Serving) -> None:
    serving.ctx.journal.record_hint(
        "jira", [ChangeHint(town.jira.issues[town.change].id)], serving.ctx.clock()
    )
    looks: list[Report] = []
    ear = RecheckWorker(serving.ctx, serving.worker.submit, looks.append)
    ear.listen()
    ear.listen()
    assert len(looks) == 1
    assert serving.ctx.journal.pending_hints(serving.ctx.clock()) == ()


def test_in_observe_mode_a_look_writes_nothing(town: Town, start: Callable[..., Serving]) -> None:
    serving = start(SLUIS_MODE="observe")
    hook = Webhook(town.jira, serving.address, SECRET)
    town.replace_test_data()
    hook.close()
    serving.settle()
    assert len(serving.looks) == 1
    assert town.servers["jira"].writes() == []
    assert town.servers["slack"].count("POST", "chat.postMessage") == 0


def test_killed_between_receipt_and_look_it_is_looked_at_after_the_restart(
    town: Town, tmp_path: Path
) -> None:
    """A real process: the word is acknowledged while the look cannot succeed, then kill -9, then a new process."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            door = other.getsockname()[1]
    env = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")} | town.env()
    env |= {
        "PYTHONPATH": str(ROOT),
        "SLUIS_MODE": "act",
        "SLUIS_LANGUAGE": "en",
        "SLUIS_HTTP_PORT": str(port),
        "SLUIS_EVENTS_PORT": str(door),
    }
    env |= {"JIRA_WEBHOOK_SECRET": SECRET, "SLUIS_SYNC_MINUTES": "1440"}

    def serve() -> subprocess.Popen[bytes]:
        return subprocess.Popen(clock.sluis("serve"), env=env, cwd=tmp_path, stderr=subprocess.DEVNULL)

    first = serve()
    try:
        _until(lambda: _ready(port))
        fault = Fault(How.ANSWER, path="/issue/", status=401, times=99)
        town.servers["jira"].fail(fault)
        hook = Webhook(town.jira, f"http://127.0.0.1:{door}/hooks/jira", SECRET)
        town.jira.delete_issue(town.change)
        hook.close()
        assert hook.answers == [202]
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    fault.times = 0
    second = serve()
    try:
        _until(lambda: _gone(town))
    finally:
        second.send_signal(signal.SIGTERM)
        assert second.wait(timeout=20) == 0


def _gone(town: Town) -> bool:
    journal = open_journal(town.env()["SLUIS_DATABASE_URL"], exclusive=False)
    try:
        row = journal.ticket("jira", town.change)
        return row is not None and row.not_found_at is not None
    finally:
        journal.close()


def _ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == 200
    except requests.ConnectionError:
        return False


def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
