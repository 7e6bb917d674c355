"""A town to act in: three sandboxes on loopback, the bot's settings for them, and runs of the bot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot import bootstrap
from bot.cycle.cycle import cycle
from bot.intake.facts import FactsBuilder
from bot.report import Report
from bot.settings.load import load_settings
from domain.facts import Facts
from sandbox.town import Town

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A flow is a long test, but for those that show of each kind that it works at all."""
    for item in items:
        if item.path.is_relative_to(_HERE) and item.get_closest_marker("smoke") is None:
            item.add_marker("long")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def sync(town: Town, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """One cycle with the town's settings, in act mode unless told otherwise (`env`), by `clock`."""

    def run(full: bool = False, clock: Callable[[], datetime] = bootstrap.now, **env: str) -> Report:
        given = town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en"} | env
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        ctx = bootstrap.build(load_settings(), clock)
        try:
            return cycle(ctx, full)
        finally:
            ctx.journal.close()

    return run


@pytest.fixture
def facts(town: Town, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Facts]:
    """The facts of one ticket by its key, read now; `env` overrides settings."""

    def ask(key: str, **env: str) -> Facts:
        for name, value in (town.env() | env).items():
            monkeypatch.setenv(name, value)
        ctx = bootstrap.build(load_settings())
        try:
            source, ref = next((s, ref) for s in ctx.sources if (ref := s.find(key)))
            return FactsBuilder(ctx).facts(source, ref)
        finally:
            ctx.journal.close()

    return ask
