"""A small instance with a change, as the connector's tests have it, served over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servicenow_helpers import Instance

from sandbox.server import Server


@pytest.fixture
def instance() -> Instance:
    return Instance()


@pytest.fixture
def server(instance: Instance) -> Iterator[Server]:
    with Server(instance.app) as served:
        yield served
