"""A Slack workspace on loopback, and a client that notes its pauses instead of sleeping."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.slack.client import SlackClient
from connectors.slack.messages import SlackMessages
from connectors.slack.throttle import MessageLimits
from sandbox.server import Server
from sandbox.slack.app import SlackSandbox


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No proxy, no SLACK_ variable and no .env of the machine reaches a test."""
    for name in list(os.environ):
        if name.upper().startswith("SLACK_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def sandbox() -> SlackSandbox:
    return SlackSandbox()


@pytest.fixture
def server(sandbox: SlackSandbox) -> Iterator[Server]:
    with Server(sandbox.app) as running:
        yield running


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def client(sandbox: SlackSandbox, server: Server, slept: list[float]) -> SlackClient:
    return SlackClient(sandbox.token, f"{server.url}/api/", sleep=slept.append)


@pytest.fixture
def outlet(client: SlackClient, slept: list[float]) -> SlackMessages:
    """On a clock that stands still, so that each pause is as long as it would be had all come at once."""
    return SlackMessages(client, MessageLimits(lambda: 0.0, slept.append))


@pytest.fixture
def channel(sandbox: SlackSandbox) -> str:
    return sandbox.add_channel("wijzigingen")
