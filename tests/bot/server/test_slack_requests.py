"""The door for Slack over HTTP: what is too large or comes too often does not reach whoever understands it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
import requests

from bot.server.door import LARGEST, add_events
from bot.server.door import door as entrance
from bot.server.health import HealthServer
from bot.server.webhooks import AT_ONCE, PER_SECOND
from connectors.shared.throttle import Throttle, TokenBucket


class Door:
    """The door, and the sizes of what came through."""

    def __init__(self) -> None:
        self.came: list[int] = []
        # On a clock that stands still: nobody is let in again, however slow the machine.
        throttle = Throttle(TokenBucket(AT_ONCE, 1 / PER_SECOND), clock=lambda: 0.0)
        pages = entrance()
        add_events(pages, self.receive, throttle.take, lambda headers, _: headers.get("Signed") == "yes")
        self.server = HealthServer(pages, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.server.port}/slack/events"

    def receive(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str, str]:
        self.came.append(len(body))
        return (200 if headers.get("Signed") else 401), "text/plain", ""


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


def test_what_is_not_signed_is_counted_apart_from_what_is(door: Door) -> None:
    with requests.Session() as line:
        forged = [line.post(door.url, b"1", timeout=5).status_code for _ in range(AT_ONCE + 20)]
        signed = [
            line.post(door.url, b"1", headers={"Signed": "yes"}, timeout=5).status_code
            for _ in range(AT_ONCE + 2)
        ]
    assert forged == [401] * AT_ONCE + [429] * 20
    assert signed == [200] * AT_ONCE + [429] * 2
    assert len(door.came) == AT_ONCE * 2


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_neither_health_nor_metrics_are_at_the_door(door: Door, path: str) -> None:
    assert requests.get(door.url.replace("/slack/events", path), timeout=5).status_code == 404
