"""Shared fixtures of the rules' tests."""

from __future__ import annotations

import pytest

from rules.loading.loader import Pack, load_packs


@pytest.fixture(scope="session")
def packs() -> tuple[Pack, ...]:
    """The packs that are on by default."""
    return load_packs(["vo-icr"])
