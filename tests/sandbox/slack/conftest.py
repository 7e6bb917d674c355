"""A workspace with one channel, served over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.server import Server
from sandbox.slack.app import SlackSandbox


@pytest.fixture
def sandbox() -> SlackSandbox:
    return SlackSandbox()


@pytest.fixture
def server(sandbox: SlackSandbox) -> Iterator[Server]:
    with Server(sandbox.app) as running:
        yield running


@pytest.fixture
def channel(sandbox: SlackSandbox) -> str:
    return sandbox.add_channel("wijzigingen")
