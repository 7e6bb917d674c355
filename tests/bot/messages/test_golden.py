"""Every message a person can read, whole, in both languages, as it stands in `tests/golden`.

With SLUIS_GOLDEN=1 the files are written anew: read them as the receiver would before committing them.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from build import AN, BO, CI, DIRK, ELS, EMPTY, HIDDEN, approved, complete, day, subject

from bot.cli.adf_text import adf_text
from bot.messages import card, handover
from bot.messages.comment import compose
from bot.messages.explanation import plain_tree, reasoning
from bot.messages.formats import adf, plain, wiki
from bot.messages.handover import Earlier, HandoverAudience, Sent
from bot.messages.i18n.speaker import Translator
from bot.policy.reminders import Due, Reminder
from bot.policy.ticket_summary import Overview, overview
from domain.asset import Flag
from domain.facts import Facts, Trouble, Underway
from domain.lifecycle import State
from domain.looks import Looks
from domain.people import Role
from domain.schedule_conflicts import Checked, Clash, Conflict, Planning
from domain.snooze import Snooze, SnoozeKind
from domain.ticket import Change
from domain.waiver import Substitute, Waiver
from rules.engine import evaluate
from rules.grouping import group_findings
from rules.loading.loader import load_packs

GOLDEN = Path(__file__).parents[2] / "golden"
WRITE = os.environ.get("SLUIS_GOLDEN") == "1"
PACKS = load_packs(["vo-icr"])
BEFORE = dict.fromkeys(("actual_start", "actual_end", "result", "handed_over_at", "lessons_learned"), EMPTY)
CITIZENS = (subject("Citizen register", c=5, i=3, a=2, flags=(Flag.GDPR,)),)


def case(**given: object) -> Facts:
    rest = {
        "approvals": (approved(BO, day(5)),),
        "notices": (),
        "state": State.AUTHORIZE,
        "planned_start": day(20),
    }
    facts = complete(**BEFORE | rest | {"subjects": CITIZENS} | given)
    return replace(
        facts, ticket=replace(facts.ticket, summary="New address format", status="Awaiting approval")
    )


SIGNED = (approved(AN, day(4)), approved(BO, day(5)), approved(CI, day(6)))
EMPTIED = ("package", "build_doc", "test_plan", "test_result", "rollout_strategy", "responsible_group")
WAIVER = Waiver(
    "jira:1", ("ICR-16", "ICR-17"), "Masked copy comes next week", "Ci", Role.DPO, day(9), day(20, 23), "ci"
)
OWNERS = replace(
    WAIVER, rules=("ICR-16",), reason="Tests end on 18 March", by="An", role=Role.OWNER, account="an"
)
STAND_IN = Substitute(Role.CAB, "Management team", "we have no CAB of our own")
EMERGENCY = {
    "state": State.IMPLEMENT,
    "change_type": "emergency",
    "actual_start": day(9),
    "approvals": (),
    **dict.fromkeys(("package", "test_plan", "test_result"), EMPTY),
}
ROLLED_OUT = {
    "state": State.CLOSED,
    "approvals": SIGNED,
    **{name: complete().field(name) for name in BEFORE},
}
CLASHES = (Conflict(Clash.BLACKOUT, "Jaareinde", "Citizen register"), Conflict(Clash.CHANGE, "CHG0030104"))


def planned(facts: Facts) -> Facts:
    """The source's own check found a blackout and another change in the way."""
    return replace(facts, ticket=replace(facts.ticket, planning=Planning(Checked.CONFLICT, day(9), CLASHES)))


STARTED = {"state": State.REVIEW, "actual_start": day(9), "actual_end": day(9, 20), "result": "successful"}
AFTER = (approved(AN, day(4)), approved(BO, day(5)), approved(CI, day(10, 3)))

CASES = {
    "held": case(test_data="production"),
    "ready": case(approvals=SIGNED),
    "bare": case(**dict.fromkeys(EMPTIED, EMPTY)),
    "too-late": case(state=State.REVIEW, test_data="production"),
    "blind": case(test_data=HIDDEN, test_plan=HIDDEN),
    "overtaken": case(
        approvals=SIGNED,
        history=(
            Change("planned_start", "2026-03-20T08:00:00Z", "2026-03-20T12:00:00Z", ELS, day(7)),
            Change("package", "register 4.2.0", "register 4.2.1", DIRK, day(8)),
            Change("description", "New format", "New address format", ELS, day(8)),
        ),
    ),
    "canceled": case(state=State.CANCELED),
    "on-its-way": replace(
        case(**ROLLED_OUT),
        underway=(
            Underway(1, ("Web team",), (Role.OPERATIONS,), Trouble.OUT_OF_REACH, "Slack", day(9, 13)),
            Underway(1, ("Bo",), (), Trouble.OUT_OF_REACH, "Slack", day(9, 13)),
            Underway(1, ("Ci",), (Role.DPO,), Trouble.NO_ADDRESS, "Slack", day(9, 13)),
        ),
    ),
    "waived": replace(
        case(test_data="production", state=State.SCHEDULED), waivers=(WAIVER, OWNERS), substitutes=(STAND_IN,)
    ),
    "excepted": replace(case(test_data="production", approvals=SIGNED), waivers=(WAIVER, OWNERS)),
    "emergency": replace(case(**EMERGENCY), settle_by=day(12)),
    "clashing": planned(case(approvals=SIGNED, state=State.SCHEDULED)),
    "overdue": replace(case(**EMERGENCY), settle_by=day(9)),
    "late": case(**STARTED, approvals=AFTER),
    "made-good": replace(case(**STARTED, change_type="emergency", approvals=AFTER), settle_by=day(12)),
    "not-dated": replace(
        case(**STARTED, approvals=SIGNED, history_readable=False), looks=Looks(day(9, 18), ())
    ),
}


PAUSES = tuple(
    Snooze("jira:1", who.id, who.name, kind, day(number, 8), day(number + 2))
    for who, kind, number in (
        (CI, SnoozeKind.SEEN, 9),
        (BO, SnoozeKind.SNOOZED, 9),
        (AN, SnoozeKind.SEEN, 10),
    )
)


def golden(name: str, text: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if WRITE:
        file.write_text(text + "\n", encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text + "\n", f"{name}: read it, then run with SLUIS_GOLDEN=1"


@pytest.fixture(params=["en", "nl"])
def speak(request: pytest.FixtureRequest) -> Translator:
    return Translator(request.param, ZoneInfo("Europe/Brussels"))


def lines(facts: Facts):
    return group_findings(evaluate(facts, PACKS))


def view_of(facts: Facts) -> Overview:
    return overview(lines(facts), facts.ticket.state)


@pytest.mark.parametrize("name", CASES)
def test_comments(speak: Translator, name: str) -> None:
    document = compose(CASES[name], view_of(CASES[name]), speak)
    golden(f"comment-{name}-{speak.language}", plain.render(document))


@pytest.mark.parametrize("name", CASES)
def test_cards(speak: Translator, name: str) -> None:
    golden(f"card-{name}-{speak.language}", card.compose(CASES[name], view_of(CASES[name]), speak)["text"])


@pytest.mark.parametrize("reason", ["Backout plan is mandatory", ""], ids=["policy", "rights"])
def test_a_card_alone(speak: Translator, reason: str) -> None:
    """The ticket does not take the comment: the card carries all of it, and says so."""
    told = card.compose(CASES["bare"], view_of(CASES["bare"]), speak, refused=reason)["text"]
    golden(f"card-alone-{'policy' if reason else 'rights'}-{speak.language}", told)


def test_handovers_reminder_news_and_reasoning(speak: Translator) -> None:
    done = case(state=State.REVIEW, actual_end=day(9), result="successful", operational_at=day(10))
    for stage in (1, 2):
        asked = HandoverAudience(stage, ("Web team", "Bo"), f"handover-{stage}:operations")
        golden(
            f"handover-{stage}-{speak.language}",
            handover.compose(done, lines(done), asked, speak)["text"],
        )
        letter = handover.letter(done, lines(done), asked, speak)
        golden(f"handover-{stage}-mail-{speak.language}", "\n\n".join(letter.values()))
    again = HandoverAudience(1, ("Web team", "Bo"), "handover-1.2:operations", Earlier.UNDONE)
    golden(f"handover-1-again-{speak.language}", handover.compose(done, lines(done), again, speak)["text"])
    again = replace(again, earlier=Earlier.OTHERWISE)
    golden(
        f"handover-1-corrected-{speak.language}", handover.compose(done, lines(done), again, speak)["text"]
    )
    undone = case(state=State.REVIEW, result="rolled_back", deviations="the queue ran full")
    letter = handover.letter_taken_back(undone, speak)
    golden(f"handover-3-{speak.language}", handover.taken_back(undone, speak)["text"])
    golden(f"handover-3-mail-{speak.language}", "\n\n".join(letter.values()))
    sent = Sent(
        "jira", "1", "CHG-1 · New address format", "https://example.org/CHG-1", "handover-1:dpo", day(9)
    )
    told = [handover.reminder(sent, speak), handover.confirmed("Ci", day(10), speak)]
    golden(f"receipt-{speak.language}", "\n\n".join(message["text"] for message in told))
    held, ready = CASES["held"], CASES["ready"]
    view = view_of(held)
    reminder = Reminder(
        Role.DPO,
        "Web team",
        ((Due(held, view, 2, PAUSES), view.now), (Due(CASES["too-late"], view, 0), view.now[:1])),
    )
    golden(f"reminder-{speak.language}", card.reminder(reminder, speak)["text"])
    settled = [line for line in lines(ready) if line.line in ("cab-approval", "test-data")]
    news = card.news(ready, settled, view.forbidden, view_of(ready), speak)
    golden(f"news-{speak.language}", news["text"])
    golden(
        f"explain-{speak.language}",
        "\n\n".join(plain_tree(reasoning(held, f, PACKS, speak)) for f in evaluate(held, PACKS)),
    )


@pytest.mark.parametrize("name", CASES)
def test_a_comment_can_be_read_in_half_a_minute(speak: Translator, name: str) -> None:
    words = plain.render(compose(CASES[name], view_of(CASES[name]), speak)).split()
    # Of these some twenty are citations down to the row, which are looked up rather than read.
    assert len(words) <= 250
    first = next(iter(compose(CASES[name], view_of(CASES[name]), speak).blocks))
    assert len(" ".join(run.text for line in first.lines for run in line).split()) <= 45, (
        "the gist stands at the top"
    )


def test_every_format_says_the_same(speak: Translator) -> None:
    document = compose(CASES["held"], view_of(CASES["held"]), speak)
    for said in (plain.render(document), wiki.render(document), adf_text(adf.render(document))):
        flat = said.replace("\\", "")
        assert all(i in flat for i in ("ICR-16", "ICR-17", "Citizen register", "Ci"))


@pytest.mark.parametrize(
    "nasty",
    [
        "{code}x{code}",
        "[~admin]",
        "*b*",
        "!img!",
        "https://evil.example",
        "{panel}",
        "\\",
        "h1. x",
        "{noformat}",
        "@here",
        "--",
    ],
)
def test_wiki_markup_from_a_ticket_is_inert(nasty: str) -> None:
    escaped = wiki.escape(nasty)
    for special in "{}[]*!~":
        assert f"\\{special}" in escaped or special not in nasty
    assert "https:" not in escaped
    assert len(json.dumps(escaped)) < 80


@pytest.mark.parametrize("nasty", ["[code]<b>x</b>[/code]", "[CODE]", "<script>"])
def test_work_notes_hold_no_code_section(nasty: str) -> None:
    said = plain.inert(nasty)
    assert "[code]" not in said.lower() and "<" not in said
