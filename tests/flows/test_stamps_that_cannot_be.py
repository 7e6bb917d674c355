"""A ticket whose stamp is of the year 1 or 9999: one line about it alone, and the others are served."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.report import Report
from sandbox.town import Town


@pytest.mark.parametrize("year", [1000, 9999])
def test_an_issue(town: Town, sync: Callable[..., Report], year: int) -> None:
    town.jira.issues[town.part].updated = datetime(year, 6, 1, tzinfo=UTC)
    report = sync()
    said = f'a timestamp says "{year}-06-01T00:00:00.000+0000", which is no usable moment'
    assert report.problems == [f"{town.part}: jira: {said}"]
    assert all(town.jira.issues[key].comments for key in (town.change, town.release))


@pytest.mark.parametrize("stamp", ["0001-01-01 00:00:00", "9999-12-30 23:59:59"])
def test_a_change_of_servicenow(town: Town, sync: Callable[..., Report], stamp: str) -> None:
    row = town.servicenow.state.get("change_request", town.payment)
    assert row
    row["sys_updated_on"] = stamp
    report = sync()
    assert report.problems == [f"{row['number']}: servicenow: a record without a usable sys_updated_on"]
    assert all(town.jira.issues[key].comments for key in (town.change, town.release))


@pytest.mark.parametrize("milliseconds", [253_402_300_799_999, 10**15, 10**30])
def test_an_approval_whose_moment_cannot_be_is_undated(
    town: Town, sync: Callable[..., Report], monkeypatch: pytest.MonkeyPatch, milliseconds: int
) -> None:
    monkeypatch.setattr("connectors.jira.approvals._number", lambda raw: milliseconds if raw else 0)
    assert sync().problems == []
    assert town.jira.issues[town.change].comments
