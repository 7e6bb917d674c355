"""What a deed comes to: values carried, commands understood, pauses, and what was settled meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from build import AN, BO, CI, DIRK, EMPTY, ROLES, approved, complete, day, subject

from bot.intake.accounts import matching
from bot.policy.actions import ButtonValue, Command, CommandKind, SnoozeChoice, decode, encode, parse_command
from bot.policy.snooze import Limits, resolution, snooze_choices, snooze_of
from domain.asset import Flag
from domain.fields import Field
from domain.lifecycle import State
from domain.people import Person
from domain.snooze import SnoozeKind
from domain.working_calendar import Calendar
from rules.engine import evaluate
from rules.grouping import group_findings
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
LIMITS = Limits((5, 2, 1), Calendar(ZoneInfo("Europe/Brussels")))
HOURS, TOMORROW, DAYS = SnoozeChoice.HOURS, SnoozeChoice.TOMORROW, SnoozeChoice.DAYS
FRIDAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # 10:00 in Brussels
START = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)  # Wednesday, 18:00 in Brussels
LAST = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # one working day before


@pytest.mark.parametrize(
    ("value", "means"),
    [
        (encode("jira", "100", ["a", "b"]), ButtonValue("jira", "100", ("a", "b"))),
        (
            encode("servicenow", "change_request:ab", more="2h"),
            ButtonValue("servicenow", "change_request:ab", (), "2h"),
        ),
        ("jira:1|", ButtonValue("jira", "1")),
        ("", None),
        ("jira:1", None),
        ("jira:|", None),
        ("nonsense|x|y", None),
    ],
)  # fmt: skip
def test_what_a_button_carries(value, means) -> None:
    assert decode(value) == means


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("", Command(CommandKind.HELP)),
        ("help", Command(CommandKind.HELP)),
        ("chg-12", Command(CommandKind.TICKET, "CHG-12")),
        ("  CHG-12 ", Command(CommandKind.TICKET, "CHG-12")),
        ("mine", Command(CommandKind.MINE)),
        ("MINE", Command(CommandKind.MINE)),
        ("explain chg-12", Command(CommandKind.EXPLAIN, "CHG-12")),
        ("explain chg-12 icr-17", Command(CommandKind.EXPLAIN, "CHG-12", "ICR-17")),
        ("uitleg CHG-12 ICR-17", Command(CommandKind.EXPLAIN, "CHG-12", "ICR-17")),
        ("explain", Command(CommandKind.HELP)),
        ("what is this", Command(CommandKind.HELP)),
    ],
)
def test_commands(words, means) -> None:
    assert parse_command(words) == means


def waiting(now: datetime = FRIDAY, **more):
    given = {
        "state": State.AUTHORIZE,
        "now": now,
        "planned_start": START,
        "subjects": (subject(c=5, i=5, a=3, flags=(Flag.GDPR,)),),
        "approvals": (),
        "actual_start": EMPTY,
    }
    return complete(**given | more)


@pytest.mark.parametrize(
    ("now", "nap", "more", "until", "shortened"),
    [
        (FRIDAY, None, {}, LAST, False),
        (FRIDAY, HOURS, {}, FRIDAY + timedelta(hours=2), False),
        (
            FRIDAY,
            TOMORROW,
            {},
            datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
            False,
        ),  # over the weekend
        (FRIDAY, DAYS, {}, datetime(2026, 11, 24, 7, 0, tzinfo=UTC), False),
        (FRIDAY, SnoozeChoice.WEEK, {}, LAST, True),
        (LAST - timedelta(hours=1), HOURS, {}, LAST, True),
        (
            LAST,
            HOURS,
            {},
            LAST + timedelta(hours=2),
            False,
        ),  # that step is past: the start is next
        (LAST, SnoozeChoice.WEEK, {}, START, True),
        (FRIDAY, None, {"planned_start": EMPTY}, datetime(2026, 11, 27, 9, 0, tzinfo=UTC), False),
        (START, None, {}, None, False),
        (START, HOURS, {}, None, False),
        (FRIDAY, None, {"state": State.IMPLEMENT}, None, False),
        (FRIDAY, None, {"state": State.CLOSED}, None, False),
    ],
)
def test_a_pause_ends_before_it_is_too_late(now, nap, more, until, shortened) -> None:
    pause = snooze_of(waiting(now, **more), AN, nap, LIMITS)
    kind = SnoozeKind.SNOOZED if nap else SnoozeKind.SEEN
    assert (pause and (pause.until, pause.shortened, pause.kind)) == (until and (until, shortened, kind))


TWO_HOURS = FRIDAY + timedelta(hours=2)
MORNINGS = {day: datetime(2026, 11, day, 7, 0, tzinfo=UTC) for day in (23, 24, 25)}


@pytest.mark.parametrize(
    ("now", "more", "offered"),
    [
        (FRIDAY, {}, [(HOURS, TWO_HOURS), (TOMORROW, MORNINGS[23]), (DAYS, MORNINGS[24])]),
        (LAST - timedelta(hours=2), {}, [(HOURS, LAST)]),
        (LAST - timedelta(minutes=1), {}, []),  # the next reminder comes sooner than any of them
        (LAST, {}, [(HOURS, LAST + timedelta(hours=2)), (TOMORROW, MORNINGS[25])]),
        (MORNINGS[23] - timedelta(hours=2), {}, [(HOURS, MORNINGS[23]), (TOMORROW, MORNINGS[24])]),
        (START, {}, []),
        (FRIDAY, {"state": State.CLOSED}, []),
    ],
)  # fmt: skip
def test_what_can_be_chosen_ends_before_it_is_too_late(now, more, offered) -> None:
    found = snooze_choices(waiting(now, **more), LIMITS)
    assert list(found) == offered
    assert [snooze_of(waiting(now, **more), AN, until, LIMITS).shortened for _, until in found] == [
        False
    ] * len(found)


@pytest.mark.parametrize(
    ("wanted", "until"),
    [(FRIDAY + timedelta(hours=1), FRIDAY + timedelta(hours=1)), (START, LAST), (FRIDAY, None),
     (FRIDAY - timedelta(days=1), None)],
)  # fmt: skip
def test_a_moment_that_was_chosen(wanted, until) -> None:
    pause = snooze_of(waiting(), AN, wanted, LIMITS)
    assert (pause and (pause.until, pause.kind)) == (until and (until, SnoozeKind.SNOOZED))


def lines(facts):
    return tuple(group_findings(evaluate(facts, PACKS)))


def test_what_was_settled_meanwhile_is_told_with_who_and_when() -> None:
    facts = waiting(
        approvals=(approved(AN, day(4)), approved(BO, day(5)), approved(CI, day(6))),
        test_data=Field("synthetic", by=DIRK, at=day(7)),
        roles=ROLES,
        now=day(9),
    )
    done = resolution(facts, lines(facts), ("cab-approval", "test-data", "rollout"), PACKS)
    assert [(one.line.line, one.person and one.person.name, one.at) for one in done] == [
        ("rollout", None, None),
        ("cab-approval", "Ci", day(6)),
        ("test-data", "Dirk", day(7)),
    ]
    assert resolution(facts, lines(facts), (), PACKS) == ()


def test_what_is_open_still_is_not_called_done() -> None:
    facts = waiting(roles=ROLES, now=day(9))
    assert resolution(facts, lines(facts), ("cab-approval",), PACKS) == ()


KIM, TWIN = Person("k", "Kim", email="kim@example.org"), Person("k2", "Kim", email="KIM@example.org")
LEFT = Person("k3", "Kim", active=False, email="kim@example.org")
SAME = {"U1": "U1", "k": "U1"}


@pytest.mark.parametrize(
    ("people", "email", "slack", "same", "found"),
    [
        ([AN, KIM], "kim@example.org", "U1", {}, "k"),
        ([AN, TWIN], " Kim@Example.org ", "U1", {}, "k2"),
        ([KIM, TWIN], "kim@example.org", "U1", {}, None),
        ([LEFT], "kim@example.org", "U1", {}, None),
        ([AN], "", "U1", {}, None),
        ([AN], "an@example.org", "U1", {}, None),
        ([KIM], "", "U1", SAME, "k"),
        ([KIM], "", "U2", SAME, None),
    ],
)
def test_somebody_is_matched_by_address_or_declaration_and_never_by_name(
    people, email, slack, same, found
) -> None:
    person = matching(people, email, slack, same)
    assert (person and person.id) == found
