"""Two bots on one PostgreSQL speak once; of one that was killed, the other takes over at once."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import clock
import pytest

from sandbox.server import Received
from sandbox.town import Town

ROOT = Path(__file__).parents[3]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def start(
    town: Town, tmp_path: Path, make_postgres: Callable[[str], str], postgres_template: str
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts a cycle as a process of its own, each on the same database."""
    own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    url = make_postgres(postgres_template)
    env = own | town.env() | {"SLUIS_MODE": "act", "SLUIS_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    running: list[subprocess.Popen[bytes]] = []

    def run() -> subprocess.Popen[bytes]:
        command = clock.sluis("sync", "--format", "json")
        running.append(subprocess.Popen(command, env=env, cwd=tmp_path, stdout=subprocess.PIPE))
        return running[-1]

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def said(town: Town) -> Counter[str]:
    """How often each thing stands outside."""
    comments = [
        key
        for key, issue in town.jira.issues.items()
        for c in issue.comments
        if c.author.name == "Sluiswachter"
    ]
    notes = ["note" for _ in town.servicenow.notes(town.payment)]
    told = [f"{place}: {m.text}" for place in town.channels.values() for m in town.slack.messages(place)]
    return Counter([*comments, *notes, *told])


@pytest.mark.long
def test_two_at_once_say_everything_once(town: Town, start: Callable[[], subprocess.Popen[bytes]]) -> None:
    pair = [start(), start()]
    for process in pair:
        process.communicate(timeout=120)
    start().communicate(timeout=120)
    told = said(town)
    assert {town.change, town.part, town.release, "note"} <= set(told)
    assert [what for what, times in told.items() if times > 1] == []


@pytest.mark.long
def test_what_a_killed_process_had_in_hand_is_free_at_once(
    town: Town, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    killed: list[int] = []

    def kill(asked: Received, done: bool) -> None:
        """The first comment is written; its author is killed before the answer comes."""
        if done and not killed and asked.method == "POST" and asked.path.endswith("/comment"):
            killed.append(first.pid)
            os.kill(first.pid, signal.SIGKILL)
            first.wait(30)

    town.servers["jira"].watch = kill
    first = start()
    first.communicate(timeout=120)
    assert killed == [first.pid]
    second = start()
    second.communicate(timeout=120)
    assert second.returncode == 0, "nothing is left for when a lease ends"
    told = said(town)
    assert {town.change, town.part, town.release, "note"} <= set(told)
    assert [what for what, times in told.items() if times > 1] == []
