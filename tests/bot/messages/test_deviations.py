"""What came too late, what an emergency made good, and what nothing dates: told once, and asked of nobody."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from build import AN, BO, CI, approved, day
from test_golden import CASES, PACKS, SIGNED, STARTED, case, view_of

from bot.messages import card
from bot.messages.comment import compose
from bot.messages.explanation import plain_tree, reasoning
from bot.messages.findings_report import finding_json
from bot.messages.formats import plain
from bot.messages.i18n.speaker import Translator
from domain.facts import Facts
from domain.finding import Finding
from domain.lifecycle import Verdict
from domain.looks import Looks
from domain.ticket import Change
from rules.engine import evaluate

EN, NL = (Translator(language, ZoneInfo("Europe/Brussels")) for language in ("en", "nl"))


def finding(facts: Facts, rule: str) -> Finding:
    return next(one for one in evaluate(facts, PACKS) if one.id == rule)


@pytest.mark.parametrize(
    ("speak", "told"),
    [
        (EN, "Approved by Ci (DPO) on Tue 10 Mar 2026, 04:00, 15 hours after the rollout began."),
        (NL, "Goedgekeurd door Ci (DPO) op di 10 mrt 2026, 04:00, 15 uur na de start van de uitrol."),
    ],
)
def test_an_approval_after_the_start_is_told_once_with_how_late_it_was(speak: Translator, told: str) -> None:
    late = CASES["late"]
    comment = plain.render(compose(late, view_of(late), speak))
    assert comment.count(told) == 1
    line = next(line for line in comment.splitlines() if told in line)
    assert "[ICR-11, ICR-17, ICR-18, ICR-32, ICR-35]" in line
    assert told in card.compose(late, view_of(late), speak)["text"]


def test_what_came_too_late_is_asked_of_nobody() -> None:
    late = CASES["late"]
    found = finding(late, "ICR-17")
    assert (found.verdict, found.who) == (Verdict.LATE, ())
    assert all(line.line != "cab-approval" for line in view_of(late).now)
    tree = plain_tree(reasoning(late, found, PACKS, EN))
    assert "Verdict: too late" in tree and "The rollout began on Mon 9 Mar 2026, 13:00." in tree
    assert "What would satisfy it" not in tree and "Who can settle it" not in tree
    assert finding_json(found, EN)["moment"] == {
        "timing": "late",
        "start": "2026-03-09T12:00:00+00:00",
        "since": "2026-03-10T03:00:00+00:00",
        "told": "The rollout began on Mon 9 Mar 2026, 13:00.",
    }


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (day(9), "Approved by Ci (DPO) on Mon 9 Mar 2026, 13:00."),
        (day(9).replace(second=59), "Approved by Ci (DPO) on Mon 9 Mar 2026, 13:00."),
        (
            day(9).replace(minute=1),
            "Approved by Ci (DPO) on Mon 9 Mar 2026, 13:01, 1 minute after the rollout began.",
        ),
        (day(10, 8), "Approved by Ci (DPO) on Tue 10 Mar 2026, 09:00, 20 hours after the rollout began."),
        (None, "Approved by Ci (DPO)."),
    ],
    ids=["at the start", "within the minute", "a minute later", "the next day", "not dated"],
)
def test_an_approval_tells_that_it_was_late_only_where_it_was(moment: object, told: str) -> None:
    signed = (approved(AN, day(4)), approved(BO, day(5)), approved(CI, moment))
    assert told in EN(finding(case(**STARTED, approvals=signed), "ICR-17").seen)


def test_a_plan_that_came_too_late_tells_when() -> None:
    """No approval tells its moment, so the deviation does."""
    written = Change("package", "", "register 4.2.0", BO, day(9, 14))
    found = finding(case(**STARTED, approvals=SIGNED, package="register 4.2.0", history=(written,)), "ICR-02")
    assert (found.verdict, EN(found.moment.told)) == (
        Verdict.LATE,
        "This was in order only on Mon 9 Mar 2026, 15:00, 2 hours after the rollout began on"
        " Mon 9 Mar 2026, 13:00.",
    )


def test_what_came_between_two_looks_is_told_as_that() -> None:
    seen = Change("package", "", "register 4.2.0", None, day(9, 14), day(9, 13))
    blind = case(**STARTED, approvals=SIGNED, package="register 4.2.0", history_readable=False)
    found = finding(replace(blind, looks=Looks(day(2), (seen,))), "ICR-02")
    assert EN(found.moment.told) == (
        "This came between Mon 9 Mar 2026, 14:00 and Mon 9 Mar 2026, 15:00, after the rollout began on"
        " Mon 9 Mar 2026, 13:00."
    )


def test_what_an_emergency_made_good_stays_shown() -> None:
    made_good = CASES["made-good"]
    found = finding(made_good, "ICR-17")
    assert (found.verdict, found.moment.timing.value) == (Verdict.MET, "afterwards")
    comment = plain.render(compose(made_good, view_of(made_good), EN))
    assert comment.count("An emergency: made good afterwards, within its term.") == 1
    after = replace(made_good, settle_by=day(10, 2))
    assert finding(after, "ICR-17").verdict is Verdict.LATE


def test_of_what_nothing_dates_nothing_says_that_it_was_in_time() -> None:
    found = finding(CASES["not-dated"], "ICR-02")
    assert (found.verdict, found.moment.timing.value) == (Verdict.MET, "unseen")
    told = "It cannot be seen whether this was there before the rollout began."
    assert told in plain_tree(reasoning(CASES["not-dated"], found, PACKS, EN))
    comment = plain.render(compose(CASES["not-dated"], view_of(CASES["not-dated"]), EN))
    assert "Deviations" not in comment and "Of 8 points it cannot be seen whether they were" in comment


def test_where_all_else_is_in_order_the_headline_says_that_something_came_late() -> None:
    over = CASES["late"]
    settled = replace(view_of(over), upcoming=(), later=(), missing=(), gate=None)
    assert [plain.render(compose(over, settled, speak)).splitlines()[0] for speak in (EN, NL)] == [
        "Nothing is open now; 1 point was in order only after the rollout began.",
        "Er staat nu niets open; 1 punt was pas in orde nadat de uitrol begon.",
    ]
