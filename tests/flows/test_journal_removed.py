"""The journal is removed, replaced or locked under a running `sluis serve`: one line, and no second copy."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import clock
import pytest
import requests

from sandbox.town import Town

pytest.importorskip("websockets", reason="NOT TESTED OVER SOCKET MODE: install websockets")

ROOT = Path(__file__).parents[2]
MOST = 60.0
"""Seconds within which anything here happens, on a machine that is busy."""


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + MOST
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


class Serving:
    """`sluis serve` on the town, with a line to Slack, and what it says on stderr."""

    def __init__(self, town: Town) -> None:
        self.town, self.file = town, town.folder / "sluis.db"
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = int(found.getsockname()[1])
        self.log = town.folder / "serve.log"
        self.start()

    def start(self) -> None:
        own = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        env = own | self.town.env() | {
            "SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en", "SLACK_APP_TOKEN": "xapp-sandbox",
            "SLUIS_DATABASE_URL": f"sqlite:///{self.file}", "SLUIS_HTTP_PORT": str(self.port),
            "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1",
        }  # fmt: skip
        lines = len(self.town.slack.sockets.lines)
        with self.log.open("wb") as log:
            command = clock.sluis("serve")
            self.process = subprocess.Popen(command, env=env, cwd=self.town.folder, stderr=log)
        until(lambda: len(self.town.slack.sockets.lines) > lines)
        until(lambda: "cycle ended" in self.said)

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def health(self) -> int:
        return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=20).status_code

    def cards(self) -> list[str]:
        posted = self.town.slack.messages(self.town.channels["team-citizens"])
        return [message.text for message in posted]


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    town = Town(tmp_path)
    made = Serving(town)
    yield made
    made.process.kill()
    made.process.wait(30)
    town.stop()


def removed(file: Path) -> None:
    for one in file.parent.glob("sluis.db*"):
        one.unlink()


def replaced(file: Path) -> None:
    copy = file.with_name("copy.db")
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as made:
        source.backup(made)
    copy.replace(file)


@pytest.mark.parametrize("harm", [removed, replaced])
def test_it_ends_with_one_line_and_its_messages_are_found_again(
    serving: Serving, harm: Callable[[Path], None]
) -> None:
    told = serving.cards()
    harm(serving.file)
    assert serving.process.wait(MOST) == 1
    assert serving.said.count("was removed or replaced while it was in use") == 1
    assert serving.said.splitlines()[-1].startswith("sluis: the journal ")
    assert "Traceback" not in serving.said
    serving.start()
    assert serving.cards() == told, "nothing is posted a second time"


def test_a_lock_is_told_once_and_the_bot_goes_on(serving: Serving) -> None:
    with closing(sqlite3.connect(serving.file, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert serving.health() == 503
        other.execute("ROLLBACK")
    until(lambda: serving.health() == 200)
    serving.process.send_signal(signal.SIGTERM)
    assert serving.process.wait(MOST) == 0
    assert "Traceback" not in serving.said
