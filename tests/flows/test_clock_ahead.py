"""A clock that was once ahead: told once, and nothing it wrote holds until that moment comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from test_closed_unseen import FOUND, made_and_closed
from test_story import comments, text

from bot import bootstrap
from bot.report import Report
from sandbox.town import Town

Sync = Callable[..., Report]


def ahead(**by: float):
    return lambda: bootstrap.now() + timedelta(**by)


@pytest.mark.parametrize("full", [False, True], ids=["plain run", "nightly look"])
def test_what_changed_meanwhile_is_seen_by_the_next_run(town: Town, sync: Sync, full: bool) -> None:
    sync()
    sync(clock=ahead(days=30))
    town.put_in_order()
    key = made_and_closed(town)
    report = sync(full)
    assert [line[:32] for line in report.problems] == ["the journal was written until 20"]
    assert report.sources["jira"].listed > 0
    assert text(town, town.change).startswith("▌ Ready for implementation")
    assert FOUND in text(town, key)
    town.jira.set_field(town.change, "Backout plan", None, "Tom Willems")
    again = sync()
    assert (again.problems, again.sources["jira"].read > 0) == ([], True)


def test_what_was_judged_by_a_clock_ahead_is_judged_again(town: Town, sync: Sync) -> None:
    sync()
    town.replace_test_data()
    sync(clock=ahead(days=30))
    report = sync()
    assert report.sources["jira"].read >= 1, "though nobody touched it since"
    assert len(comments(town, town.change)) == 1
    assert sync().problems == []


def test_the_first_run_of_all_was_ahead(town: Town, sync: Sync) -> None:
    sync(clock=ahead(days=30))
    town.replace_test_data()
    report = sync()
    assert len(report.problems) == 1
    assert report.sources["jira"].read >= 3, "all that is open"
    assert sync().problems == []


def test_a_few_minutes_are_no_matter(town: Town, sync: Sync) -> None:
    sync(clock=ahead(minutes=5))
    town.replace_test_data()
    report = sync()
    assert (report.problems, report.sources["jira"].read > 0) == ([], True)
