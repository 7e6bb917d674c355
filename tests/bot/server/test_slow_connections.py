"""Whoever is slow with a request, or says nothing, is cut off; whoever keeps talking is not."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection

import pytest
from prometheus_client import CollectorRegistry

from bot.server.health import HealthServer, app

PATIENCE = 0.3


@pytest.fixture
def port() -> Iterator[int]:
    server = HealthServer(app(dict, dict, CollectorRegistry()), "127.0.0.1", 0, PATIENCE).start()
    yield server.port
    server.close()


def heard(line: socket.socket) -> bytes | None:
    """What comes at once; None when nothing does, empty once the line is closed."""
    try:
        return line.recv(65536)
    except TimeoutError:
        return None
    except OSError:
        return b""


@pytest.mark.parametrize(
    ("opening", "rest"),
    [
        (b"", b""),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b""),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a"),
        (b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n", b"a"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b""),
    ],
    ids=["silent", "half", "byte by byte", "body byte by byte", "idle after an answer"],
)
def test_a_slow_or_idle_connection_is_cut(port: int, opening: bytes, rest: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), 0.03) as line:
        began = time.monotonic()
        line.sendall(opening)
        while heard(line) != b"":
            assert time.monotonic() - began < 20 * PATIENCE, "it was never cut"
            if rest:
                try:
                    line.sendall(rest)
                except OSError:
                    break


def test_who_keeps_asking_is_heard_for_longer_than_that(port: int) -> None:
    with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as line:
        line.connect()
        first, ends = line.sock, time.monotonic() + 2.5 * PATIENCE
        while time.monotonic() < ends:
            line.request("GET", "/healthz")
            with line.getresponse() as answer:
                assert (answer.status, answer.read()[:1]) == (200, b"{")
            assert line.sock is first
