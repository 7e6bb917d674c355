"""A small instance with a change, served over HTTP, and the real connector on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from servicenow_helpers import Instance, Tools, settings_for

from sandbox.server import Server


@pytest.fixture
def instance() -> Instance:
    return Instance()


@pytest.fixture
def server(instance: Instance) -> Iterator[Server]:
    with Server(instance.app) as served:
        yield served


@pytest.fixture
def tools(server: Server) -> Tools:
    return Tools(settings_for(server.url))


@pytest.fixture
def configured(server: Server) -> Any:
    """Makes the connector with other settings."""
    return lambda **settings: Tools(settings_for(server.url, **settings))
