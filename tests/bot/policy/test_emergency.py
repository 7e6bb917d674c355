"""Until when an emergency makes good what it skipped, and when somebody is reminded of that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from build import EMPTY, HIDDEN, complete, day, ticket

from bot.policy.emergency import settle_by
from bot.policy.reminders import OVERDUE, due
from bot.policy.ticket_summary import overview
from domain.facts import Facts
from domain.fields import Field
from domain.lifecycle import State
from domain.looks import Looks
from domain.ticket import Change
from domain.working_calendar import Calendar
from rules.engine import evaluate
from rules.grouping import group_findings
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
CALENDAR = Calendar(ZoneInfo("Europe/Brussels"))
FRIDAY = datetime(2026, 3, 27, 15, tzinfo=UTC)  # 16:00 in Brussels; summer time begins that Sunday
NOW = datetime(2026, 3, 27, 20, tzinfo=UTC)
KNOWN = datetime(2026, 3, 30, 8, tzinfo=UTC)
ENTERED = Change("state", "scheduled", "implement", None, FRIDAY)
RETYPED = Change("change_type", "normal", "emergency", None, FRIDAY + timedelta(hours=1))
SEEN = Change("state", "scheduled", "implement", None, FRIDAY, FRIDAY - timedelta(hours=1))
TUESDAY = datetime(2026, 3, 31, 14, tzinfo=UTC)  # still 16:00 on the wall
FROM_NOW = datetime(2026, 3, 31, 19, tzinfo=UTC)


def change(state: State = State.IMPLEMENT, kind: str | None = "emergency", **more):
    fields = {"change_type": Field(kind), "actual_start": more.pop("start", EMPTY)}
    looks = Looks(more.pop("first", None), more.pop("seen", ()))
    return Facts(ticket(state, fields, **more), (), NOW, looks=looks)


@pytest.mark.parametrize(
    ("given", "known", "moment"),
    [
        (change(start=Field(FRIDAY)), None, TUESDAY),
        (change(start=Field(FRIDAY)), KNOWN, TUESDAY),
        (change(start=Field(FRIDAY), history=(replace(ENTERED, at=NOW),)), None, TUESDAY),
        (change(start=Field(NOW + timedelta(days=3)), history=(ENTERED,)), None, TUESDAY),
        (change(start=Field(FRIDAY.replace(year=2006)), history=(ENTERED,)), None, TUESDAY),
        (change(history=(ENTERED,)), None, TUESDAY),
        (change(history=(ENTERED, Change("state", "review", "implement", None, NOW))), None, TUESDAY),
        (change(history=(ENTERED,), state=State.REVIEW), None, TUESDAY),
        (change(history_readable=False, first=day(1), seen=(SEEN,)), None, TUESDAY),
        (change(history_readable=False, first=FRIDAY), None, TUESDAY),
        (change(history_readable=False, first=FRIDAY), KNOWN, KNOWN),
        (change(history=(replace(ENTERED, field="assets"),)), KNOWN, KNOWN),
        (change(), KNOWN, KNOWN),
        (change(), NOW + timedelta(days=30), FROM_NOW),
        (change(start=HIDDEN), None, FROM_NOW),
        (change(State.CLOSED, start=Field(FRIDAY)), None, TUESDAY),
        (change(State.SCHEDULED, start=Field(FRIDAY)), KNOWN, TUESDAY),
        (change(State.SCHEDULED), KNOWN, None),
        (change(State.CANCELED, start=Field(FRIDAY)), KNOWN, None),
        (change(kind="normal", start=Field(FRIDAY)), KNOWN, None),
        (change(kind=None, start=Field(FRIDAY)), KNOWN, None),
        (change(start=Field(FRIDAY), history=(RETYPED,)), KNOWN, None),
        (
            change(
                kind="normal",
                start=Field(FRIDAY),
                history=(replace(RETYPED, before="emergency", after="normal"),),
            ),
            None,
            TUESDAY,
        ),
    ],
)
def test_the_clock_runs_from_when_it_began(given, known, moment) -> None:
    assert settle_by(given, known, 2, CALENDAR) == moment


@pytest.mark.parametrize(
    ("start", "days", "moment"),
    [
        (FRIDAY, 0, FRIDAY),
        (FRIDAY, 1, datetime(2026, 3, 30, 14, tzinfo=UTC)),
        (datetime(2026, 3, 28, 1, tzinfo=UTC), 1, datetime(2026, 3, 30, 0, tzinfo=UTC)),
        (
            datetime(2026, 4, 3, 10, tzinfo=UTC),
            1,
            datetime(2026, 4, 7, 10, tzinfo=UTC),
        ),  # Easter Monday is off
    ],
)
def test_working_days_after(start, days, moment) -> None:
    assert CALENDAR.working_days_after(start, days) == moment


BY = datetime(2026, 3, 31, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "step"),
    [
        (datetime(2026, 3, 30, 13, 59, tzinfo=UTC), None),
        (datetime(2026, 3, 30, 14, 0, tzinfo=UTC), 1),
        (datetime(2026, 3, 31, 13, 59, tzinfo=UTC), 1),
        (BY, OVERDUE),
        (BY + timedelta(days=9), OVERDUE),
    ],
)
def test_reminded_when_a_working_day_is_left_and_when_time_is_over(now, step) -> None:
    facts = replace(complete(approvals=(), state=State.IMPLEMENT, now=now), settle_by=BY)
    view = overview(group_findings(evaluate(facts, PACKS)), facts.ticket.state)
    found = due(facts, view, (5, 2, 1), CALENDAR)
    assert (found.step if found else None) == step


def test_a_closed_emergency_is_reminded_of_what_it_skipped_and_no_other_closed_change() -> None:
    closed = complete(approvals=(), now=BY)
    found = {}
    for moment in (BY, None):
        facts = replace(closed, settle_by=moment)
        view = overview(group_findings(evaluate(facts, PACKS)), facts.ticket.state)
        found[moment] = due(facts, view, (5, 2, 1), CALENDAR)
    assert found[BY] is not None
    assert found[None] is None


def test_nobody_is_reminded_of_what_was_made_good() -> None:
    facts = replace(complete(now=BY), settle_by=BY)
    assert (
        due(facts, overview(group_findings(evaluate(facts, PACKS)), facts.ticket.state), (), CALENDAR) is None
    )
