"""How long something waits: in working time, or by the clock where the class goes round it; and how that reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.journal.tickets import TicketRow
from bot.messages.i18n.speaker import Translator
from bot.messages.waiting import age, listed
from bot.policy.overdue import rule_infos
from bot.policy.waiting_time import age_of, as_json, waits
from domain.lifecycle import State, Verdict
from domain.requests import OpenFinding
from domain.waiting import Age
from domain.working_calendar import Calendar
from rules.loading.loader import load_packs

BRUSSELS = ZoneInfo("Europe/Brussels")
CALENDAR = Calendar(BRUSSELS)
RULES = rule_infos(load_packs(["vo-icr"]))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026: the 11th is a holiday, the 13th a Friday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BRUSSELS).astimezone(UTC)


@pytest.mark.parametrize(
    ("since", "now", "of_work", "aged", "en", "nl"),
    [
        (at(13, 17), at(16, 9), True, (0, 2), "2 working hours", "2 werkuren"),  # Friday to Monday
        (at(13, 17), at(16, 9), False, (2, 16), "2 days and 16 hours", "2 dagen en 16 uur"),
        (at(10, 8), at(12, 8), True, (1, 0), "1 working day", "1 werkdag"),  # over a holiday
        (at(2, 9), at(6, 14, 30), True, (4, 5), "4 working days and 5 working hours", "4 werkdagen en 5 werkuren"),
        (at(2, 9), at(2, 10), True, (0, 1), "1 working hour", "1 werkuur"),
        (at(2, 9), at(2, 9, 59), True, (0, 0), "less than a working hour", "minder dan een werkuur"),
        (at(14, 9), at(15, 21), True, (0, 0), "less than a working hour", "minder dan een werkuur"),
        (at(2, 9), at(2, 9, 59), False, (0, 0), "less than an hour", "minder dan een uur"),
        (at(2, 9), at(3, 10), False, (1, 1), "1 day and 1 hour", "1 dag en 1 uur"),
        (at(3, 9), at(2, 9), False, (0, 0), "less than an hour", "minder dan een uur"),  # clocks differ a little
    ],
)  # fmt: skip
def test_an_age_and_its_words(since, now, of_work, aged, en, nl) -> None:
    found = age_of(since, now, CALENDAR, of_work=of_work)
    assert found == Age(*aged, of_work)
    assert [age(found, Translator(tongue, BRUSSELS)) for tongue in ("en", "nl")] == [en, nl]


def row(key: str, **more: object) -> TicketRow:
    """A ticket as the journal has it."""
    made = TicketRow(
        "jira", key.lower(), key, "", "1", at(2, 9), State.AUTHORIZE, "Web team", None, "New address format", "",
        at(2, 9), State.ASSESS, at(2, 9), None,
    )  # fmt: skip
    return replace(made, **more)


def point(rule: str, verdict: Verdict, since: datetime) -> OpenFinding:
    return OpenFinding(rule, verdict, since, None)


ROWS = (
    row("CHG-1"),
    row("CHG-2", notify_any_hour=True),
    row("CHG-3"),
    row("CHG-4", state=State.DRAFT),
    row("CHG-5", team="", notify_any_hour=False),
)
POINTS = {
    "jira:chg-1": (point("ICR-06", Verdict.PENDING, at(2, 9)),),
    "jira:chg-2": (
        point("ICR-16", Verdict.VIOLATED, at(13, 17)),
        point("ICR-06", Verdict.PENDING, at(2, 9)),
    ),
    "jira:chg-3": (point("ICR-16", Verdict.WAIVED, at(2, 9)), point("own", Verdict.MISSING, at(2, 9))),
    "jira:chg-4": (point("ICR-06", Verdict.MISSING, at(2, 9)),),
    "jira:chg-5": (point("ICR-06", Verdict.MISSING, at(13, 17)),),
}
EN = """3 tickets wait for somebody, as of Mon 16 Nov 2026, 09:00:
• CHG-2 · New address format — Web team; 2 days and 16 hours; 2 open points; 1 of them overdue or not allowed
• CHG-5 · New address format — 2 working hours; 1 open point; 1 of them overdue or not allowed
• CHG-1 · New address format — Web team; 9 working days; 1 open point
Counted is working time: no nights, weekends or holidays. Of tickets whose availability class goes round the clock, \
every hour counts."""
NL = """3 tickets wachten op iemand, stand van ma 16 nov 2026, 09:00:
• CHG-2 · New address format — Web team; 2 dagen en 16 uur; 2 open punten; \
waarvan 1 niet op tijd in orde of niet toegestaan
• CHG-5 · New address format — 2 werkuren; 1 open punt; waarvan 1 niet op tijd in orde of niet toegestaan
• CHG-1 · New address format — Web team; 9 werkdagen; 1 open punt
Alleen werktijd telt: geen nachten, weekends of feestdagen. Bij tickets waarvan de beschikbaarheidsklasse 24×7 \
vraagt, telt elk uur."""


def test_what_presses_comes_first_then_what_waits_longest() -> None:
    now = at(16, 9)
    found = waits(ROWS, POINTS, RULES, lambda _: CALENDAR, now)
    assert listed(found, now, Translator("en", BRUSSELS)) == EN
    assert listed(found, now, Translator("nl", BRUSSELS)) == NL
    assert as_json(found[0], "2 days and 16 hours") == {
        "ticket": "CHG-2",
        "team": "Web team",
        "points": 2,
        "pressing": 1,
        "since": "2026-11-13T16:00:00+00:00",
        "days": 2,
        "hours": 16,
        "counts": "every hour",
        "waits": "2 days and 16 hours",
    }


@pytest.mark.parametrize(
    ("tongue", "told"),
    [("en", "Nothing waits for anybody, as of Mon 16 Nov 2026, 09:00."),
     ("nl", "Er wacht niets op iemand; stand van ma 16 nov 2026, 09:00.")],
)  # fmt: skip
def test_nothing_waits(tongue: str, told: str) -> None:
    assert listed((), at(16, 9), Translator(tongue, BRUSSELS)) == told


def test_each_team_keeps_its_own_holidays() -> None:
    """11 November is a working day in the Netherlands."""
    dutch = Calendar(ZoneInfo("Europe/Amsterdam"), "NL")
    rows = (row("CHG-1"), row("CHG-2", team="Breda"))
    points = {one.subject: (point("ICR-06", Verdict.MISSING, at(10, 8)),) for one in rows}
    found = waits(rows, points, RULES, lambda team: dutch if team == "Breda" else CALENDAR, at(12, 8))
    assert [(one.team, one.age.days) for one in found] == [("Web team", 1), ("Breda", 2)]
