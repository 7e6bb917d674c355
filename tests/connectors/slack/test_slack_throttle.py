"""What comes in at Slack, with a clock that only moves when somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from slack_helpers import MARKER, body

from connectors.slack.client import SlackClient
from connectors.slack.messages import SlackMessages
from connectors.slack.throttle import MessageLimits
from domain.ports.messaging import Place
from sandbox.server import Server
from sandbox.slack.app import SlackSandbox


class Wire:
    """What came in at the sandbox, by method, with the moment on a clock that only our pauses move."""

    def __init__(self, sandbox: SlackSandbox, server: Server) -> None:
        self.now, self.came = 0.0, list[tuple[float, str]]()
        self.channels = [sandbox.add_channel(f"team-{n}") for n in range(4)]
        client = SlackClient(sandbox.token, f"{server.url}/api/")
        server.watch = lambda asked, done: done or self.came.append((self.now, asked.path.rpartition("/")[2]))
        self.outlet = SlackMessages(client, MessageLimits(lambda: self.now, self._sleep))

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def most(self, method: str, seconds: float = 60) -> int:
        """Most calls of a method within so many seconds."""
        at = [moment for moment, called in self.came if called == method]
        return max(sum(start <= moment < start + seconds for moment in at) for start in at)


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
