"""What people are answered in Slack, whole, in both languages, as it stands in `tests/golden`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from build import DIRK, day
from test_golden import CASES, PACKS, WAIVER, golden, lines, speak, view_of

from bot.messages import home_tab, replies, snooze_modal, waiver_modal
from bot.messages.blockkit import modals
from bot.messages.blockkit.blocks import check_message
from bot.messages.blockkit.mrkdwn import escape
from bot.messages.i18n.speaker import Translator
from bot.policy.snooze import Limits, resolution, snooze_choices
from domain.fields import Field
from domain.lifecycle import Verdict
from domain.people import Role
from domain.sentence import say
from domain.snooze import Snooze, SnoozeKind
from domain.working_calendar import Calendar
from rules.engine import evaluate
from rules.wording import ROLES

assert speak

LIMITS = Limits((5, 2, 1), Calendar(ZoneInfo("Europe/Brussels")))
HELD, READY = CASES["held"], CASES["ready"]
SEEN = Snooze("jira:1", "an", "An", SnoozeKind.SEEN, day(10), day(19))
SNOOZED = replace(SEEN, kind=SnoozeKind.SNOOZED, until=day(12), shortened=True)
OTHERS = (replace(SEEN, account="bo", person="Bo"), replace(SEEN, account="ci", person="Ci"))
POINTS = (
    home_tab.Point((("nl", "Productiedata gebruikt als testdata"), ("en", "Production data used as test data")),
               Verdict.VIOLATED, "test-data"),
    home_tab.Point((("nl", "Goedkeuring door de CAB"), ("en", "Approval by the CAB")), Verdict.PENDING, "cab"),
)  # fmt: skip
WAITS = home_tab.Waiting(
    "jira", "1", "CHG-1", "https://jira.example/CHG-1", "New address format", day(20), POINTS
)
UNPLANNED = replace(WAITS, id="2", key="CHG-2", summary="Sign with a card", start=None, points=POINTS[1:])
MINE = home_tab.MyWork((Role.CAB,), ("Web team",), (WAITS, UNPLANNED), ("ServiceNow",), ())


def shown(view: dict[str, Any]) -> str:
    """A dialog or page as lines: what is read, what is filled in, what can be pressed."""
    rows = [text["text"] for text in (view.get("title"),) if text]
    for block in view["blocks"]:
        element = block.get("element", {})
        if block["type"] == "input":
            rows.append(f"[{block['label']['text']}] {block.get('hint', {}).get('text', '')}".rstrip())
            rows += [f"    ( ) {option['text']['text']}" for option in element.get("options", ())]
        elif block["type"] == "actions":
            rows.append("  ".join(f"[{e['text']['text']}]" for e in block["elements"]))
        else:
            rows += list(_texts(block))
    buttons = [view[name]["text"] for name in ("submit", "close") if name in view]
    return "\n".join([*rows, *(f"[{text}]" for text in buttons)])


def _texts(node: Any):
    if isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"]
        for key in ("text", "elements"):
            yield from _texts(node.get(key)) if not isinstance(node.get(key), str) else ()
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)


AWAITED = (
    say(
        "{rule} stays open until an exception is recorded by {who} too.",
        rule="ICR-16",
        who=(ROLES[Role.OWNER],),
    ),
)


def answers(speak: Translator) -> dict[str, dict[str, Any]]:
    finding = next(f for f in evaluate(HELD, PACKS) if f.id == "ICR-16")
    changed = replace(
        READY,
        ticket=replace(
            READY.ticket,
            fields=dict(READY.ticket.fields) | {"test_data": Field("synthetic", by=DIRK, at=day(7))},
        ),
    )
    done = resolution(changed, lines(changed), ("test-data", "cab-approval", "rollout"), PACKS)
    return {
        "seen": replies.paused(HELD, SEEN, OTHERS, False, speak),
        "snoozed": replies.paused(HELD, SNOOZED, (), True, speak),
        "seen-before": replies.seen_before(SEEN, speak),
        "no-pause": replies.no_pause(HELD, speak),
        "no-choice": replies.no_pause(HELD, speak, day(19)),
        "already": replies.already(changed, done, speak),
        "over": replies.already(CASES["canceled"], (), speak),
        "explained": replies.explained(HELD, view_of(HELD), speak),
        "reasoning": replies.whole_reasoning(HELD, finding, PACKS, speak),
        "not-asked": replies.not_asked(
            "CHG-1", "ICR-55", say("Nothing is asked of this kind of ticket."), speak
        ),
        "no-such": replies.no_such("CGH-1", "CHG-1", speak),
        "no-rule": replies.no_rule("ICR-99", "ICR-09", speak),
        "help": replies.helped(speak, "what is this"),
        "stranger": replies.stranger("Jira", speak),
        "not-theirs": replies.not_theirs(HELD, speak),
        "out-of-reach": replies.out_of_reach("Jira", speak),
        "too-late": replies.too_late(speak),
        "mine": home_tab.listed(MINE, speak),
    }


def dialogs(speak: Translator) -> dict[str, modals.View]:
    open_ = [f for f in evaluate(HELD, PACKS) if f.verdict.open][:3]
    wrong = waiver_modal.Draft(
        (open_[0].id,), "n.v.t.", "2026-03-24", say("Choose at least one requirement.")
    )
    return {
        "waiting": waiver_modal.waiting(speak),
        "form": waiver_modal.exception_form(HELD, open_, wrong, "note", speak),
        "recorded": waiver_modal.exception_recorded("CHG-1", WAIVER, ("ICR-18",), AWAITED, speak),
        "snooze": snooze_modal.snooze_form(HELD, snooze_choices(HELD, LIMITS), day(19), "note", speak),
        "home": home_tab.page(MINE, day(10), speak),
        "home-empty": home_tab.page(home_tab.MyWork(), day(10), speak),
        "home-silent": home_tab.page(home_tab.MyWork(silent=("Jira",)), day(10), speak),
    }


def test_answers_and_dialogs(speak: Translator) -> None:
    said = {name: body["text"] for name, body in answers(speak).items()}
    said |= {name: shown(view) for name, view in dialogs(speak).items()}
    golden(f"desk-{speak.language}", "\n\n".join(f"== {name}\n{text}" for name, text in said.items()))


def test_every_answer_is_one_that_slack_takes(speak: Translator) -> None:
    for body in answers(speak).values():
        check_message(body)
    for view in dialogs(speak).values():
        modals.check(view)


NASTY = "<!channel> *b* <https://evil.example|click> &amp; `x`" + "x" * 5000


def test_text_from_a_ticket_stays_text_and_within_limits(speak: Translator) -> None:
    facts = replace(HELD, ticket=replace(HELD.ticket, summary=NASTY, status=NASTY, key="CHG-1" + NASTY))
    told = replies.explained(facts, view_of(facts), speak)
    check_message(told)
    assert "<!channel>" not in told["text"]
    page = home_tab.page(
        replace(MINE, waiting=(replace(WAITS, summary=NASTY),) * 300, teams=(NASTY,)), day(10), speak
    )
    assert len(page["blocks"]) <= 100
    assert all(b["type"] != "section" for b in page["blocks"])
    contexts = [e["text"] for b in page["blocks"] if b["type"] == "context" for e in b["elements"]]
    assert not [text for text in contexts if "<!channel>" in text]
    assert any(escape("<!channel>") in text for text in contexts)
