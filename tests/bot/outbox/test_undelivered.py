"""What waits is told by reason, until when, once in the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.journal import Unsent
from bot.outbox.undelivered import UndeliveredLog, examined, waiting
from domain.ports.connector import Health
from domain.working_calendar import Calendar

OFFICE = Calendar(ZoneInfo("Europe/Brussels"))
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=35)
ARCHIVED = "the channel is archived (is_archived) — unarchive it"


def one(number: int, error: str = ARCHIVED, again: datetime | None = LATER, target: str = "slack") -> Unsent:
    return Unsent(number, target, f"jira:{number}", "card", error, again)


@pytest.mark.parametrize(
    ("unsent", "lines"),
    [
        ([], []),
        ([one(1)], [f"slack: 1 message waits until 10:35: {ARCHIVED}"]),
        (
            [one(1), one(2, again=LATER + timedelta(hours=1))],
            [f"slack: 2 messages wait until 10:35: {ARCHIVED}"],
        ),
        (
            [one(1, again=NOW + timedelta(days=1))],
            [f"slack: 1 message waits until 2026-03-11 10:00: {ARCHIVED}"],
        ),
        ([one(1, again=None)], [f"slack: 1 message waits for the next run: {ARCHIVED}"]),
        ([one(1, again=NOW)], [f"slack: 1 message waits for the next run: {ARCHIVED}"]),
        (
            [one(1), one(2, "too long"), one(3, target="mail")],
            [
                f"slack: 1 message waits until 10:35: {ARCHIVED}",
                "slack: 1 message waits until 10:35: too long",
                f"mail: 1 message waits until 10:35: {ARCHIVED}",
            ],
        ),
        ([one(1, "")], []),
        ([one(7)], []),
    ],
)
def test_a_line_for_each_reason(unsent, lines):
    assert list(waiting(unsent, {7}, OFFICE, NOW)) == lines


def test_the_doctor_tells_the_same_with_the_remedy():
    (found,) = examined([one(1)], OFFICE, NOW)
    assert found.health is Health.FAILED
    assert found.detail == "slack: 1 message waits until 10:35: the channel is archived (is_archived)"
    assert found.fix == "unarchive it"
    (well,) = examined([], OFFICE, NOW)
    assert well.health is Health.OK


def test_the_log_hears_of_a_problem_once_and_again_when_it_comes_back():
    herald = UndeliveredLog()
    first, second = (f"slack: 1 message waits until {at}: {ARCHIVED}" for at in ("10:35", "2026-03-11 10:45"))
    assert herald.news([first, "jira: down"]) == [first, "jira: down"]
    assert herald.news([second, "jira: down"]) == []
    assert herald.news([]) == []
    assert herald.news([first]) == [first]
