"""The token bucket, with a clock that only moves when somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from slack_helpers import MARKER, body

from bot.ports import Place
from connectors.sandbox.server import Server
from connectors.sandbox.slack import SlackSandbox
from connectors.slack.client import SlackClient
from connectors.slack.outlet import SlackOutlet
from connectors.slack.pace import Pace, Paces


@pytest.mark.parametrize(
    ("posts", "burst", "seconds"), [(1, 1, 0), (3, 1, 2), (5, 5, 0), (6, 5, 1), (20, 5, 15)]
)
def test_burst_then_one_a_second(posts: int, burst: int, seconds: float) -> None:
    now = [100.0]
    pace = Pace(1.0, burst, clock=lambda: now[0], sleep=lambda s: now.__setitem__(0, now[0] + s))
    for _ in range(posts):
        pace.wait("C1")
    assert now[0] - 100.0 == seconds


def test_channels_do_not_wait_for_each_other_and_a_rest_refills() -> None:
    now, slept = [0.0], []
    pace = Pace(1.0, 2, clock=lambda: now[0], sleep=slept.append)
    for key in ("C1", "C1", "C2", "C2"):
        pace.wait(key)
    now[0] = 10.0
    for key in ("C1", "C1"):
        pace.wait(key)
    assert slept == []
    pace.wait("C1")
    assert slept == [1.0]


class Wire:
    """What came in at the sandbox, by method, with the moment on a clock that only our pauses move."""

    def __init__(self, sandbox: SlackSandbox, server: Server) -> None:
        self.now, self.came = 0.0, list[tuple[float, str]]()
        self.channels = [sandbox.add_channel(f"team-{n}") for n in range(4)]
        client = SlackClient(sandbox.token, f"{server.url}/api/")
        server.watch = lambda asked, done: done or self.came.append((self.now, asked.path.rpartition("/")[2]))
        self.outlet = SlackOutlet(client, Paces(*(self._on_this_clock(pace) for pace in _usual())))

    def _on_this_clock(self, pace: Pace) -> Pace:
        pace._clock, pace._sleep = (lambda: self.now), self._sleep
        return pace

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def most(self, method: str, seconds: float = 60) -> int:
        """Most calls of a method within so many seconds."""
        at = [moment for moment, called in self.came if called == method]
        return max(sum(start <= moment < start + seconds for moment in at) for start in at)


def _usual() -> tuple[Pace, ...]:
    """The paces that the product has, which each test puts on its own clock."""
    paces = Paces()
    return paces.channel, paces.posts, paces.edits, paces.removals


def post(wire: Wire, number: int) -> str:
    return wire.outlet.create(Place(wire.channels[number % 4]), body(f"CHG-{number}"), MARKER)


@pytest.fixture
def wire(sandbox: SlackSandbox, server: Server) -> Wire:
    return Wire(sandbox, server)


TIER_3 = 50
"""Calls a minute: https://docs.slack.dev/apis/web-api/rate-limits"""


@pytest.mark.parametrize(
    ("method", "act"),
    [
        ("chat.update", lambda wire, id_: wire.outlet.update(Place("C"), id_, body("new"), MARKER)),
        ("chat.delete", lambda wire, id_: wire.outlet.remove(Place("C"), id_)),
    ],
)
def test_edits_and_removals_stay_within_their_own_tier(
    wire: Wire, method: str, act: Callable[[Wire, str], None]
) -> None:
    ids = [post(wire, number) for number in range(70)]
    wire.now += 60  # the burst is full again
    began = wire.now
    for id_ in ids:
        act(wire, id_)
    assert TIER_3 - 5 < wire.most(method) <= TIER_3
    assert wire.now - began == 90  # ten at once, then forty a minute


def test_many_edits_hold_up_no_new_message(wire: Wire) -> None:
    first = post(wire, 0)
    for _ in range(40):
        wire.outlet.update(Place("C"), first, body("new"), MARKER)
    before = wire.now
    post(wire, 1)
    assert wire.now == before


def test_posts_keep_to_a_second_in_a_channel_and_to_the_workspace(wire: Wire) -> None:
    for number in range(20):
        wire.outlet.create(Place(wire.channels[0]), body(f"CHG-{number}"), MARKER)
    assert wire.now == 15  # five at once, then one a second
    assert wire.most("chat.postMessage", 10) <= 15
