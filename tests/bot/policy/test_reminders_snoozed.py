"""Who asked for rest is left in peace, and a hard step comes whatever anybody pressed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from build import AN, BO, EMPTY, complete, subject
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.actions import SnoozeChoice
from bot.policy.reminders import LAST_DAY, OVERDUE, Due, all_snoozed, due, grouped, hard, next_hard_step
from bot.policy.snooze import Limits, snooze_of
from bot.policy.ticket_summary import overview
from domain.asset import Flag
from domain.lifecycle import State
from domain.people import Person, Role
from domain.snooze import Snooze, SnoozeKind
from domain.working_calendar import Calendar
from rules.engine import evaluate
from rules.grouping import group_findings
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
CALENDAR = Calendar(ZoneInfo("Europe/Brussels"))
START = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
GONE = Person("gone", "Gerda", active=False)


def asked(
    now: datetime, steps: tuple[int, ...] = (5, 2, 1), start: object = START, **more: object
) -> Due | None:
    given_ = {
        "state": State.AUTHORIZE,
        "now": now,
        "planned_start": start,
        "subjects": (subject(c=5, i=5, a=3, flags=(Flag.GDPR,)),),
        "approvals": (),
    } | more
    # Nothing is reminded of beforehand once the rollout has begun.
    facts = complete(**{"actual_start": EMPTY, "actual_end": EMPTY} | given_)
    view = overview(group_findings(evaluate(facts, PACKS)), facts.ticket.state)
    return due(facts, view, steps, CALENDAR)


def pause(person: Person, until: datetime) -> Snooze:
    return Snooze("jira:1", person.id, person.name, SnoozeKind.SEEN, datetime(2026, 1, 1, tzinfo=UTC), until)


FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LATER = FRIDAY + timedelta(days=2)


@pytest.mark.parametrize(
    ("audience", "pauses", "rests"),
    [
        ((AN,), [pause(AN, LATER)], True),
        ((AN, BO), [pause(AN, LATER)], False),  # nobody rests for another
        ((AN, BO), [pause(AN, LATER), pause(BO, LATER)], True),
        ((AN, GONE), [pause(AN, LATER)], True),
        ((AN,), [pause(AN, FRIDAY)], False),  # it is over
        ((AN,), [pause(BO, LATER)], False),
        ((), [pause(AN, LATER)], False),  # who reads it is not known
        ((GONE,), [pause(GONE, LATER)], False),
    ],
)
def test_a_reminder_rests_when_all_of_its_readers_do(audience, pauses, rests) -> None:
    one = asked(FRIDAY)
    assert one is not None
    assert one.step == 2
    assert all_snoozed(one, audience, pauses, (5, 2, 1), FRIDAY) is rests


@pytest.mark.parametrize(
    ("step", "steps", "is_hard"),
    [(5, (5, 2, 1), False), (2, (5, 2, 1), False), (1, (5, 2, 1), True), (OVERDUE, (5, 2, 1), True),
     (2, (5, 2), True), (5, (5, 2), False), (LAST_DAY, (5, 3), True)],
)  # fmt: skip
def test_the_last_step_is_hard(step, steps, is_hard) -> None:
    one = asked(FRIDAY)
    assert one is not None
    assert hard(Due(one.facts, one.view, step), steps) is is_hard


def test_a_ticket_at_rest_is_left_out_of_the_message_of_that_audience_only() -> None:
    one = asked(FRIDAY)
    assert one is not None
    everyone = {reminder.audience for reminder in grouped([one])}
    kept = {reminder.audience for reminder in grouped([one], lambda _, audience: audience is Role.DPO)}
    assert everyone - kept == {Role.DPO}


moments = st.datetimes(
    datetime(2026, 11, 9), datetime(2026, 11, 26), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip


@settings(deadline=None)
@given(
    pressed=moments,
    later=moments,
    nap=st.sampled_from([None, *SnoozeChoice]),
    steps=st.sets(st.integers(1, 6), min_size=1).map(lambda s: tuple(sorted(s, reverse=True))),
    start=st.one_of(st.just(EMPTY), moments),
    state=st.sampled_from([State.ASSESS, State.AUTHORIZE, State.SCHEDULED, State.IMPLEMENT]),
    moved=st.integers(-3, 3),
)
def test_no_pause_ever_silences_a_hard_step(*, pressed, later, nap, steps, start, state, moved) -> None:
    """Whoever pressed what and when, and even when the start is moved afterwards: what is due in the last step, or
    missing by now, is told. And no pause reaches past the next of these moments as they stood when it was pressed.
    """
    limits = Limits(steps, CALENDAR)
    facts = complete(state=state, now=pressed, planned_start=start, approvals=())
    found = snooze_of(facts, AN, nap, limits)
    planned = start if isinstance(start, datetime) and not state.reached(State.IMPLEMENT) else None
    if found:
        last = next_hard_step(planned, None, steps, CALENDAR, pressed)
        assert found.until <= (last or CALENDAR.working_days_after(pressed, 5))
        assert found.until > pressed
    began = start + timedelta(days=moved) if isinstance(start, datetime) else start
    one = asked(later, steps, began, state=state)
    if one and (one.step in (OVERDUE, LAST_DAY) or one.step == min(steps)):
        assert not all_snoozed(one, (AN,), [found] if found else [], steps, later)
        everyone = {r.audience for r in grouped([one])}
        resting = {
            r.audience
            for r in grouped(
                [one], lambda due_, _: all_snoozed(due_, (AN,), [found] if found else [], steps, later)
            )
        }
        assert resting == everyone
