"""A system that carries a write out after its time-out: over the whole path, each message stands once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from test_story import card, comments

from bot.report import Report
from sandbox.server import Fault, How
from sandbox.town import Town

Sync = Callable[..., Report]
WRITES = {"jira": "/comment$", "servicenow": "/change_request/", "slack": "chat.postMessage"}


def at(minutes: int) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(minutes=minutes)


def slow(town: Town) -> None:
    """The first write to each system is carried out only later."""
    for system, path in WRITES.items():
        method = {"jira": "POST", "servicenow": "PATCH", "slack": "POST"}[system]
        town.servers[system].fail(Fault(How.LATER, path=path, method=method))


def carried_out(town: Town) -> list[int]:
    return [server.carry_out() for server in town.servers.values()]


def standing(town: Town) -> tuple[int, int]:
    """Comments and notes; cards are counted by who asks for the one."""
    card(town, "team-citizens", town.change)
    card(town, "team-citizens", town.release)
    noted = len(town.servicenow.notes(town.payment))
    return sum(len(comments(town, key)) for key in (town.change, town.release)), noted


@pytest.mark.smoke
def test_what_is_carried_out_after_the_next_run_is_found(town: Town, sync: Sync) -> None:
    slow(town)
    first = sync()
    assert (first.exit_code, first.undelivered >= 3) == (1, True)
    second = sync()
    assert (second.exit_code, second.undelivered >= 3) == (1, True), "not there, and not written again"
    assert carried_out(town) == [1, 1, 1]
    third = sync(clock=at(5))
    assert (third.exit_code, third.undelivered, third.problems) == (0, 0, [])
    assert third.delivered["adopted"] == 3
    assert standing(town) == (2, 1)


def test_what_is_carried_out_when_it_was_written_again_is_taken_away(town: Town, sync: Sync) -> None:
    slow(town)
    sync()
    assert sync(clock=at(16)).exit_code == 0
    assert standing(town) == (2, 1)
    assert "This note counts." in town.servicenow.notes(town.payment)[0]
    carried_out(town)
    healed = sync(clock=at(32))
    assert (healed.exit_code, healed.delivered["removed"]) == (0, 2)
    assert standing(town) == (2, 2), "a note cannot be taken away: the newer one says that it counts"
