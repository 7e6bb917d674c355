"""When a reminder is due, and what goes together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from build import CI, EMPTY, ROLES, TEAM, approved, complete, subject

from bot.policy.audience import Team
from bot.policy.reminders import OVERDUE, due, grouped, step_now
from bot.policy.ticket_summary import overview
from domain.asset import Flag
from domain.lifecycle import State
from domain.people import Group, Role
from domain.working_calendar import Calendar
from rules.engine import evaluate
from rules.grouping import group_findings
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
CALENDAR = Calendar(ZoneInfo("Europe/Brussels"))
START = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # Tuesday, 18:00 in Brussels
STEPS = (5, 2, 1)


@pytest.mark.parametrize(
    ("now", "step"),
    [
        (datetime(2026, 11, 17, 16, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 17, 17, 0, tzinfo=UTC), 5),
        (datetime(2026, 11, 20, 16, 59, tzinfo=UTC), 5),
        (datetime(2026, 11, 20, 17, 0, tzinfo=UTC), 2),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), 2),
        (datetime(2026, 11, 23, 17, 0, tzinfo=UTC), 1),
        (START, None),
    ],
)
def test_the_nearest_step_that_has_begun(now, step):
    assert step_now(START, State.AUTHORIZE, STEPS, CALENDAR, now) == step


@pytest.mark.parametrize("state", [State.IMPLEMENT, State.REVIEW, State.CLOSED, State.CANCELED])
def test_nothing_is_counted_down_once_the_rollout_began(state):
    assert step_now(START, state, STEPS, CALENDAR, START - timedelta(hours=1)) is None


def asked(now: datetime, availability: int = 3, **more):
    given = {
        "state": State.AUTHORIZE,
        "now": now,
        "planned_start": START,
        "subjects": (subject(c=5, i=5, a=availability, flags=(Flag.GDPR,)),),
        "approvals": (),
    } | more
    # Nothing is reminded of beforehand once the rollout has begun.
    facts = complete(**{"actual_start": EMPTY, "actual_end": EMPTY} | given)
    view = overview(group_findings(evaluate(facts, PACKS)), facts.ticket.state)
    return due(facts, view, STEPS, CALENDAR)


SUNDAY, MONDAY = datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "availability", "more", "step"),
    [
        (MONDAY, 2, {}, 2),
        (SUNDAY, 2, {}, None),  # office hours only below class 3
        (SUNDAY, 3, {}, 2),
        (MONDAY, 3, {"planned_start": EMPTY}, None),
        (MONDAY, 3, {"state": State.IMPLEMENT}, OVERDUE),
        (MONDAY, 3, {"state": State.CANCELED}, None),
        (MONDAY, 3, {"approvals": complete().ticket.approvals}, None),  # nothing to settle
        (MONDAY, 3, {"set_aside": "On hold"}, None),
        (MONDAY, 3, {"set_aside": "On hold", "state": State.IMPLEMENT}, None),
    ],
)
def test_who_is_reminded_when(now, availability, more, step):
    one = asked(now, availability, **more)
    assert (one.step if one else None) == step


def test_one_message_per_audience_with_every_ticket_in_it():
    first, second = asked(MONDAY), asked(MONDAY, test_data="production")
    found = {reminder.audience: reminder for reminder in grouped([first, second])}
    # AN owns the asset's application too: that line is for the team; the CAB and the DPO are asked themselves.
    assert set(found) == {Team(TEAM.name), Role.CAB, Role.DPO}
    assert [len(found[role].items) for role in (Role.CAB, Role.DPO)] == [2, 2]
    assert {line.line for _, lines in found[Role.DPO].items for line in lines} == {"cab-approval"}


def test_a_sign_off_given_in_the_meantime_is_not_asked_again():
    (reminder,) = [
        r for r in grouped([asked(MONDAY, approvals=(approved(CI, MONDAY),))]) if r.audience is Role.CAB
    ]
    assert reminder.team == TEAM.name
    assert not [
        r for r in grouped([asked(MONDAY, approvals=(approved(CI, MONDAY),))]) if r.audience is Role.DPO
    ]
    assert ROLES[Role.DPO].groups == (Group("g-dpo", "Privacy"),)
