"""A port that cannot be opened is one line: the variable, the value and the fix."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry

from bot.server.health import HealthServer, app
from bot.server.listening import listening
from bot.settings.load import SettingsError


def opened(host: str, port: int, setting: str = "SLUIS_HTTP") -> HealthServer:
    return listening(app(dict, dict, CollectorRegistry()), host, port, setting)


def refused(host: str, port: int, setting: str = "SLUIS_HTTP") -> tuple[str, ...]:
    with pytest.raises(SettingsError) as raised:
        opened(host, port, setting)
    return raised.value.problems


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("setting", ["SLUIS_HTTP", "SLUIS_EVENTS"])
@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_a_port_that_is_in_use(taken: int, setting: str, host: str) -> None:
    line = f"{setting}_PORT: {taken} is in use on {host}; stop what listens there, or set another port."
    assert refused(host, taken, setting) == (line,)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "nowhere.invalid", "half \ud83d"])
def test_a_host_that_is_not_this_machine(host: str) -> None:
    line = (
        f"SLUIS_HTTP_HOST: {host} is no address of this machine; set one that is, or 0.0.0.0 for all of them."
    )
    assert refused(host, 0) == (line,)


def test_a_port_is_had_from_the_first_moment_and_answers_from_the_start_on() -> None:
    server = opened("127.0.0.1", 0)
    try:
        assert refused("127.0.0.1", server.port)
        server.start()
        with urlopen(f"http://127.0.0.1:{server.port}/healthz") as answer:
            assert answer.status == 200
    finally:
        server.close()


def test_a_port_that_never_answered_is_free_again() -> None:
    server = opened("127.0.0.1", 0)
    server.close()
    opened("127.0.0.1", server.port).close()
