"""An instance that wants to be left alone for an hour is left alone, and the other systems are served."""

from __future__ import annotations

import pytest

from bot import bootstrap
from bot.cycle.cycle import cycle
from bot.settings.load import load_settings
from sandbox.server import Fault, How
from sandbox.town import Town

_LIMIT = '{"error":{"message":"Rate limit of 100 requests per hour for Table API exceeded"}}'


def test_the_hours_allowance_is_used_up(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (town.env() | {"SLUIS_LANGUAGE": "en"}).items():
        monkeypatch.setenv(name, value)
    server = town.servers["servicenow"]
    headers = {"Retry-After": "3000", "Content-Type": "application/json"}
    ctx = bootstrap.build(load_settings())
    try:
        server.fail(
            Fault(How.ANSWER, "sysapproval_approver", status=429, headers=headers, body=_LIMIT, times=9)
        )
        first = cycle(ctx)
        asked = len(server.asked)
        again = cycle(ctx)
    finally:
        ctx.journal.close()
    assert [line for line in first.problems if "asked to wait 3000 s" in line]
    assert server.count("GET", "sysapproval_approver") == 1
    assert len(server.asked) == asked  # the next cycle asks nothing at all
    assert [line for line in again.problems if "servicenow: " in line and "left alone until" in line]
    for report in (first, again):
        assert (report.sources["servicenow"].complete, report.sources["jira"].complete) == (False, True)
    assert first.sources["jira"].read > 0
    assert first.exit_code == again.exit_code == 1
