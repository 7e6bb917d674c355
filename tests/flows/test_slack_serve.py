"""`sluis serve` at the desk as a process of its own: killed between acknowledging and working, and told to leave."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import clock
import pytest
from test_slack_interactions import until
from test_story import card

from sandbox.server import Fault, How
from sandbox.town import Town

pytest.importorskip("websockets", reason="NOT TESTED OVER SOCKET MODE: install websockets")

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Serve:
    """The process, started as often as a test wants."""

    def __init__(self, town: Town, folder: Path) -> None:
        self.town, self.folder, self.port = town, folder, free_port()
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        own = {n: v for n, v in os.environ.items() if n in ("PATH", "HOME", "TMPDIR")}
        env = own | self.town.env() | {
            "SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en", "SLACK_APP_TOKEN": "xapp-sandbox",
            "SLUIS_HTTP_PORT": str(self.port), "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1",
        }  # fmt: skip
        self.process = subprocess.Popen(
            clock.sluis("serve"),
            env=env,
            cwd=self.folder,
            text=True,
            stderr=subprocess.DEVNULL,
        )
        until(lambda: len(self.town.slack.sockets.lines) == 2, 30)

    def end(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(30)

    def metrics(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())


@pytest.fixture
def serve(town: Town, tmp_path: Path) -> Iterator[Serve]:
    for user in town.people.values():
        user.locale = "en-GB"
    made = Serve(town, tmp_path)
    made.start()
    place = town.channels["team-citizens"]
    until(lambda: [m for m in town.slack.messages(place) if m.text.startswith("CHG-1 ·")], 30)
    yield made
    if made.process and made.process.poll() is None:
        made.end(signal.SIGKILL)


def jira_slow(town: Town, seconds: float) -> Fault:
    """From now on Jira answers late."""
    fault = Fault(How.DELAY, times=10_000, seconds=seconds)
    town.servers["jira"].fail(fault)
    return fault


def press(town: Town, action: str) -> None:
    done = town.slack.people.press(
        town.people["Tom Willems"],
        town.channels["team-citizens"],
        card(town, "team-citizens", "CHG-1"),
        action,
    )
    assert done.acknowledged


def told(town: Town) -> Callable[[], list[str]]:
    return lambda: [w.text for w in town.slack.whispers(town.people["Tom Willems"])]


def test_killed_between_acknowledging_and_working_nothing_is_lost_nor_done_twice(
    town: Town, serve: Serve
) -> None:
    slow = jira_slow(town, 5.0)
    press(town, "seen")  # Slack waits 3 seconds for the acknowledgement: Jira has not answered by then
    assert serve.end(signal.SIGKILL) == -signal.SIGKILL
    assert told(town)() == []
    slow.times = 0
    until(lambda: town.slack.sockets.lines == [])
    serve.start()
    until(told(town), 30)
    town.slack.people.again(1)
    press(town, "seen")
    until(lambda: len(told(town)()) >= 2)
    first, second = told(town)()
    assert "You get no reminder of CHG-1 before" in first
    assert "You said so already" in second, "the same press, delivered again, said nothing"


def test_told_to_leave_it_finishes_what_is_in_hand(town: Town, serve: Serve) -> None:
    assert '"slack":true' in health(serve.port)
    jira_slow(town, 0.1)
    press(town, "explain")
    assert serve.end(signal.SIGTERM) == 0
    assert told(town)()[-1].startswith("Why CHG-1 is asked this")
    assert town.slack.sockets.lines == []


def health(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        return str(answer.read().decode()).replace(" ", "")


def test_figures_tell_how_the_desk_does(town: Town, serve: Serve) -> None:
    press(town, "explain")
    until(lambda: "sluis_deeds_waiting 0.0" in serve.metrics() and told(town)())
    figures = serve.metrics()
    assert 'sluis_deeds_total{outcome="explained"} 1.0' in figures
    assert "sluis_deed_kept_seconds_count 1.0" in figures
    (silence,) = [f for f in figures.splitlines() if f.startswith("sluis_desk_silence_seconds ")]
    assert float(silence.split()[1]) < 10
