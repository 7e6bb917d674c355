"""The small site served over HTTP, and the real connector on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from jira_site import Site, quick_client, settings_for

from connectors.jira.client import Client
from connectors.jira.comments import JiraComments
from connectors.jira.settings import JiraSettings
from connectors.jira.source import JiraSource
from sandbox.server import Server


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def server(site: Site) -> Iterator[Server]:
    with Server(site.app) as running:
        yield running


@pytest.fixture
def settings(server: Server) -> JiraSettings:
    return settings_for(server.url)


@pytest.fixture
def client(settings: JiraSettings) -> Client:
    return quick_client(settings)


@pytest.fixture
def source(client: Client, settings: JiraSettings) -> JiraSource:
    return JiraSource(client, settings)


@pytest.fixture
def outlet(client: Client) -> JiraComments:
    return JiraComments(client)
