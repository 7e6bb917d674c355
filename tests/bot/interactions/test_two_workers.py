"""Two replicas at the desk on one PostgreSQL: what one has in hand is its own, and the other's once it was killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import clock
import pytest
from sqlalchemy import create_engine, text

from bot.interactions.worker import LEASE
from sandbox.server import Fault, How
from sandbox.slack.state import Message
from sandbox.town import Town

pytest.importorskip("websockets", reason="NOT TESTED OVER SOCKET MODE: install websockets")

ROOT = Path(__file__).parents[3]
MOST = 60.0
"""Seconds within which anything here happens, on a machine that is busy: well below the lease of a deed."""


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + MOST
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Office:
    """The town, a database, and replicas of `sluis serve` on both."""

    town: Town
    url: str
    replicas: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        """One more replica, which listens when this returns."""
        lines = len(self.town.slack.sockets.lines)
        own = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        env = own | self.town.env() | {
            "SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en", "SLACK_APP_TOKEN": "xapp-sandbox",
            "SLUIS_DATABASE_URL": self.url, "SLUIS_HTTP_PORT": str(free_port()), "PYTHONPATH": str(ROOT),
            "NO_PROXY": "127.0.0.1",
        }  # fmt: skip
        command = clock.sluis("serve")
        self.replicas.append(
            subprocess.Popen(command, env=env, cwd=self.town.folder, stderr=subprocess.DEVNULL)
        )
        until(lambda: len(self.town.slack.sockets.lines) > lines)
        return self.replicas[-1]

    def owners(self) -> list[str]:
        """Who works on a deed now."""
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found = connection.execute(
                text("SELECT lease_owner FROM interaction WHERE lease_owner IS NOT NULL")
            )
            owners = [str(row[0]) for row in found]
        engine.dispose()
        return owners

    def cards(self) -> list[Message]:
        """That of the first change, once it is posted."""
        posted = self.town.slack.messages(self.town.channels["team-citizens"])
        return [m for m in posted if m.text.startswith("CHG-1 ·")]

    def told(self) -> list[str]:
        """What Tom was answered."""
        return [w.text for w in self.town.slack.whispers(self.town.people["Tom Willems"])]


@pytest.fixture
def office(tmp_path: Path, make_postgres: Callable[[str], str], postgres_template: str) -> Iterator[Office]:
    town = Town(tmp_path)
    for user in town.people.values():
        user.locale = "en-GB"
    made = Office(town, make_postgres(postgres_template))
    yield made
    for process in made.replicas:
        process.kill()
        process.wait(30)
    town.stop()


@pytest.mark.long
def test_what_a_killed_replica_had_in_hand_is_answered_at_once_by_the_other(office: Office) -> None:
    town, first = office.town, office.start()
    until(office.cards)
    slow = Fault(How.DELAY, times=10_000, seconds=5.0)
    town.servers["jira"].fail(slow)
    place = town.channels["team-citizens"]
    pressed = town.slack.people.press(town.people["Tom Willems"], place, office.cards()[0], "seen")
    assert pressed.acknowledged
    until(office.owners)
    (owner,) = office.owners()
    os.kill(first.pid, signal.SIGSTOP)  # it lives, and does nothing
    slow.times = 0
    office.start()
    until(lambda: town.servers["jira"].count("GET", "/myself$") > 1)
    assert (office.owners(), office.told()) == ([owner], []), "whoever lives keeps what it took"

    os.kill(first.pid, signal.SIGKILL)
    first.wait(30)
    until(office.told)
    assert MOST < LEASE, "it did not wait for the lease to end"
    (answer,) = office.told()
    assert "You get no reminder of CHG-1 before" in answer
    until(lambda: not office.owners())
