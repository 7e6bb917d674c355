"""A small site, as the connector's tests have it."""

from __future__ import annotations

import pytest
from jira_site import Site


@pytest.fixture
def site() -> Site:
    return Site()
