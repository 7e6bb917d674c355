"""Puts `tests/` on the import path, so that shared helpers (`build`, `recording`) can be imported by name.

No test sees the settings of whoever runs it: variables of ours and a `.env` are out of reach. Nor does it see the
day or the hour: each file of tests begins at `clock.START`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import clock
import pytest
import structlog
from hypothesis import HealthCheck, settings
from migrated import Migrations
from structlog.dev import ConsoleRenderer, plain_traceback

from bot.journal import migrate
from bot.settings.load import GROUPS, prefix

# The default one prints every local value, which takes minutes for a context with a whole journal in it.
structlog.configure(processors=[ConsoleRenderer(exception_formatter=plain_traceback)])

# A slow machine finds no fault in the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

_PREFIXES = tuple(prefix(group) for group in GROUPS.values())
_KEPT = ("SLUIS_TEST_PG_URL", "SLUIS_RECORD")
_HERE = str(Path(__file__).parent)


clock.begin()
setattr(migrate, "command", Migrations())  # noqa: B010 a stand-in is no module


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name what fails when it does: a run that is cut off never comes to its summary."""
    # Of several processes only the one that reports has a terminal.
    if report.failed and not os.environ.get("PYTEST_XDIST_WORKER"):
        sys.stderr.write(f"\nFAILED {report.nodeid} ({report.when})\n")
        sys.stderr.flush()


@pytest.fixture(autouse=True, scope="module")
def _own_time() -> None:
    clock.begin()
    for module in list(sys.modules.values()):
        if (getattr(module, "__file__", None) or "").startswith(_HERE) and module is not clock:
            clock.give(module)


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.upper().startswith(_PREFIXES) and name not in _KEPT:
            monkeypatch.delenv(name)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
