"""The door for Slack over HTTP: what is too large or comes too often does not reach whoever understands it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
import requests
from prometheus_client import CollectorRegistry

from bot.server.health import LARGEST, HealthServer, add_events, app
from bot.server.webhooks import AT_ONCE, PER_SECOND
from connectors.shared.throttle import Throttle, TokenBucket


class Door:
    """The door, and the sizes of what came through."""

    def __init__(self) -> None:
        self.came: list[int] = []
        # On a clock that stands still: nobody is let in again, however slow the machine.
        throttle = Throttle(TokenBucket(AT_ONCE, 1 / PER_SECOND), clock=lambda: 0.0)
        pages = app(dict, dict, CollectorRegistry())
        add_events(pages, self.receive, throttle.take)
        self.server = HealthServer(pages, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.port}/slack/events"

    def receive(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str, str]:
        self.came.append(len(body))
        return 401, "text/plain", ""


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    made.server.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_too_large_is_not_read(door: Door, chunked: bool) -> None:
    body = b"x" * (LARGEST + 1)
    status = requests.post(door.url, iter([body]) if chunked else body, timeout=10).status_code
    assert (status, door.came) == (413, [])


def test_too_many_are_sent_away_before_their_signature_is_looked_at(door: Door) -> None:
    with requests.Session() as line:
        statuses = [line.post(door.url, b"1", timeout=5).status_code for _ in range(AT_ONCE + 40)]
    assert statuses == [401] * AT_ONCE + [429] * 40
    assert len(door.came) == AT_ONCE


def test_other_pages_answer_while_slack_is_sent_away(door: Door) -> None:
    with requests.Session() as line:
        for _ in range(AT_ONCE + 40):
            line.post(door.url, b"1", timeout=5)
        assert line.get(door.url.replace("/slack/events", "/healthz"), timeout=5).status_code == 200
