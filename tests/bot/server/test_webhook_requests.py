"""The door for webhooks, over HTTP: every answer, and what is kept, counted and looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
import requests
from flask import Flask
from sqlalchemy.exc import OperationalError

from bot.bootstrap import admission
from bot.server.health import HealthServer
from bot.server.webhooks import AT_ONCE, MOST_BYTES, PER_SECOND, WebhookCounts, WebhookReceiver
from connectors.shared.throttle import Throttle, TokenBucket
from domain.ports.errors import AuthRefused, Garbled
from domain.ports.source import ChangeHint


@dataclass
class Fake:
    """An inbound whose secret is a header, and whose body is ids of tickets."""

    name: str = "fake"
    seen: list[Mapping[str, str]] = field(default_factory=list)
    error: type[Exception] | None = None

    def hints(self, headers: Mapping[str, str], body: bytes) -> Sequence[ChangeHint]:
        self.seen.append(headers)
        if headers.get("X-HOOK-secret") != "open sesame":
            raise AuthRefused(self.name, "wrong")
        if not body.decode("utf-8", "replace").isprintable():
            raise Garbled(self.name, "not understood")
        if self.error:
            raise self.error
        return [ChangeHint(word) for word in body.decode("unicode_escape").split()]


@dataclass
class House:
    """The door, and what goes on behind it."""

    inbound: Fake
    kept: list[str] = field(default_factory=list)
    woken: int = 0
    now: float = 0.0
    broken: bool = False
    tally: WebhookCounts = field(default_factory=WebhookCounts)
    url: str = ""

    def hear(self, name: str, hints: Sequence[ChangeHint]) -> int:
        if self.broken:
            raise OperationalError("INSERT", {}, Exception("disk full"))
        new = [hint.id for hint in hints if hint.id not in self.kept]
        self.kept += new
        return len(new)

    def wake(self) -> None:
        self.woken += 1

    def post(self, body: bytes = b"1", path: str = "/hooks/fake/open%20sesame", **more: object) -> int:
        return requests.post(self.url + path, body, timeout=5, **more).status_code


@pytest.fixture
def house() -> Iterator[House]:
    made = House(Fake())
    flask = Flask("hooks")
    throttle = Throttle(TokenBucket(AT_ONCE, 1 / PER_SECOND), clock=lambda: made.now)
    inbounds = {"fake": made.inbound, "another": made.inbound}
    WebhookReceiver(inbounds, made.hear, made.wake, made.tally.add, throttle.take).add_to(flask)
    server = HealthServer(flask, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{server.port}"
    yield made
    server.close()


def test_what_is_told_is_kept_and_wakes_the_bot(house: House) -> None:
    assert (house.post(b"1 2"), house.kept, house.woken) == (202, ["1", "2"], 1)


@pytest.mark.parametrize(
    ("body", "path", "status", "outcome"),
    [
        (b"1", "/hooks/fake/open%20sesame", 202, "kept"),
        (b"1", "/hooks/fake?secret=open+sesame", 202, "kept"),
        (b"", "/hooks/fake/open%20sesame", 202, "ignored"),
        (b"\0", "/hooks/fake/open%20sesame", 400, "garbled"),
        (b"1", "/hooks/fake/guess", 401, "refused"),
        (b"1", "/hooks/fake", 401, "refused"),
        (b"x" * (MOST_BYTES + 1), "/hooks/fake/open%20sesame", 413, "too large"),
        (b"1", "/hooks/other/open%20sesame", 404, None),
    ],
)
def test_answers(house: House, body: bytes, path: str, status: int, outcome: str | None) -> None:
    assert house.post(body, path) == status
    assert house.tally.take() == ({"fake": {outcome: 1}} if outcome else {})
    assert house.tally.take() == {}
    assert bool(house.kept) is (outcome == "kept") is bool(house.woken)


def test_a_secret_may_stand_in_a_header(house: House) -> None:
    assert house.post(path="/hooks/fake", headers={"x-hook-secret": "open sesame"}) == 202


def test_a_repeated_delivery_wakes_nobody(house: House) -> None:
    assert [house.post(), house.post()] == [202, 202]
    assert (house.woken, house.tally.take()) == (1, {"fake": {"kept": 1, "repeated": 1}})


def test_what_cannot_be_kept_is_not_accepted(house: House) -> None:
    house.broken = True
    assert (house.post(), house.woken) == (503, 0)


def test_only_posts_are_taken(house: House) -> None:
    assert requests.get(house.url + "/hooks/fake/open%20sesame", timeout=5).status_code == 405


def test_what_is_not_signed_is_counted_apart_from_what_is(house: House) -> None:
    house.inbound.seen.clear()
    with requests.Session() as line:
        statuses = [line.post(f"{house.url}/hooks/fake", timeout=5).status_code for _ in range(AT_ONCE + 3)]
    assert statuses == [401] * AT_ONCE + [429] * 3
    assert house.post() == 202, "whoever can sign is not kept out by those who cannot"
    assert house.post(path="/hooks/another/open%20sesame") == 202, "each system has a bucket of its own"
    assert {house.post(b"2") for _ in range(AT_ONCE - 1)} == {202}
    assert house.post(b"2") == 429
    house.now += 1
    assert house.post(b"2") == 202


@pytest.mark.parametrize("error", [TypeError, OverflowError, KeyError, RecursionError, ValueError])
def test_a_signed_body_that_cannot_be_taken_apart_is_garbled(house: House, error: type[Exception]) -> None:
    house.inbound.error = error
    assert (house.post(), house.tally.take()) == (400, {"fake": {"garbled": 1}})


@pytest.mark.parametrize("body", [b"a\\ud800", b"a\\0"])
def test_what_no_journal_can_hold_is_garbled(house: House, body: bytes) -> None:
    assert (house.post(body), house.kept) == (400, [])


@pytest.mark.parametrize(("seconds", "more"), [(0.0, 0), (0.5, PER_SECOND / 2), (3600.0, AT_ONCE)])
def test_the_door_lets_in_as_many_as_came_due(seconds: float, more: float) -> None:
    now = [0.0]
    throttle = Throttle(TokenBucket(AT_ONCE, 1 / PER_SECOND), clock=lambda: now[0])
    assert all(throttle.take("jira") for _ in range(AT_ONCE))
    now[0] += seconds
    assert sum(throttle.take("jira") for _ in range(AT_ONCE * 2)) == more


def test_the_wiring_hands_out_a_bucket_for_each_name() -> None:
    admit = admission(at_once=3, per_second=0.001)
    assert [admit(name) for name in ("a", "a", "a", "a", "b")] == [True, True, True, False, True]
