"""Every message, answer, dialog and page is one that Slack takes, whatever a ticket holds: long, odd, empty, many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from build import complete, day
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_limits import LIMITS, over
from test_golden import CASES, WAIVER
from test_golden_escalation import NOW, ONE, STEPS
from test_golden_replies import POINTS, SEEN
from test_limits import PACKS, SPEAK, messages, poisoned, walk

from bot.messages import card, digest, escalation, handover, home_tab, replies, waiver_modal
from bot.messages.blockkit import blocks, modals
from bot.messages.digest import Digest, Preread
from bot.messages.escalation import EscalationMessage
from bot.messages.handover import HandoverAudience
from bot.messages.waiver_modal import Draft
from bot.policy.actions import encode
from bot.policy.snooze import Resolution
from bot.policy.ticket_summary import overview
from domain.legible import legible
from domain.people import Person, Role
from domain.sentence import Quote, say
from rules.engine import evaluate
from rules.grouping import group_findings
from sandbox.slack.blocks import parse_blocks
from sandbox.slack.views import checked

NASTY: list[str] = yaml.safe_load((Path(__file__).parents[2] / "nasty.yaml").read_text(encoding="utf-8"))
TEXT = st.one_of(
    st.sampled_from(NASTY),
    st.builds(
        lambda one, times: one * times,
        st.sampled_from([*NASTY, "x", "\U0001f512", "& ", "<"]),
        st.integers(1, 400),
    ),
    st.text(max_size=200),
)
COUNT = st.integers(0, 130)


def digests(text: str, number: int) -> Iterator[dict[str, Any]]:
    titles = ({"nl": text, "en": text},) * min(number, 9)
    one = replace(ONE, key=f"CHG-{text}", summary=text, team=text, titles=titles)
    many = tuple(replace(one, key=f"{text}-{n}") for n in range(number))
    yield digest.compose(Digest((text, ""), NOW, many, many, many, many, number), SPEAK)
    exceptions = tuple((say("runs with an exception"), entry) for entry in many)
    yield digest.preread(Preread(NOW, exceptions, frozenset({text}), number), SPEAK)


def ladders(text: str, number: int) -> Iterator[dict[str, Any]]:
    for step in STEPS.values():
        facts = replace(step.facts, ticket=replace(step.facts.ticket, key=text or "CHG-1", summary=text))
        up = EscalationMessage(step.audience, (replace(step, facts=facts),) * max(number, 1))
        yield escalation.compose(up, SPEAK)
        if isinstance(step.audience, Role):
            yield escalation.in_thread(up, SPEAK)


def answers(text: str, number: int) -> Iterator[dict[str, Any]]:
    facts = poisoned(text)
    findings = evaluate(facts, PACKS)
    lines, others = group_findings(findings), (replace(SEEN, account=text, person=text),) * number
    view = overview(lines, facts.ticket.state)
    yield card.compose(facts, view, SPEAK, why=replies.why_you(SPEAK), buttons=True)
    yield card.gone(f"CHG-{text}", text, text, SPEAK)
    yield replies.paused(facts, SEEN, others, True, SPEAK)
    yield replies.explained(facts, view, SPEAK)
    yield replies.whole_reasoning(facts, findings[number % len(findings)], PACKS, SPEAK)
    yield replies.already(facts, (Resolution(lines[0], Person("p", text), day(3)),) * number, SPEAK)
    yield replies.no_such(text, text, SPEAK)
    yield replies.no_rule(text, text, SPEAK)
    yield replies.not_asked(text, text, None, SPEAK)
    yield replies.helped(SPEAK, text)
    yield replies.received(text, day(3), SPEAK)
    yield replies.received_before(text, day(3), SPEAK)
    yield replies.not_for_you((text,) * number, SPEAK)
    yield home_tab.listed(mine(text, number), SPEAK)


def mine(text: str, number: int) -> home_tab.MyWork:
    points = tuple(
        replace(POINTS[0], title=(("nl", text), ("en", text)), line=text) for _ in range(number % 9)
    )
    ticket = home_tab.Waiting(
        "jira", text or "1", f"CHG-{text}", f"https://jira.example/{text}", text, None, points
    )
    return home_tab.MyWork(tuple(Role), (text,) * number, (ticket,) * number, (text,), (text,))


def shown(text: str, number: int) -> Iterator[modals.View]:
    facts = poisoned(text)
    open_ = tuple(f for f in evaluate(facts, PACKS) if f.verdict.open)[:number]
    refused = say("{what} is not known here, or not visible to this app.", what=Quote(text))
    draft = Draft((text,), text, text, refused)
    yield home_tab.page(mine(text, number), day(10), SPEAK)
    yield waiver_modal.waiting(SPEAK)
    yield waiver_modal.told_in_dialog(SPEAK, legible(text) or "-", *[text] * number)
    yield waiver_modal.exception_form(facts, open_, draft, "note", SPEAK)
    yield waiver_modal.exception_recorded(
        f"CHG-{text}", replace(WAIVER, reason=text), (text,) * number, (refused,) * number, SPEAK
    )


def held_to_the_limits(body: dict[str, Any]) -> None:
    """By our own check, by the sandbox's, and by the published limits."""
    if "type" in body:
        modals.check(body)
        assert checked(body, body["type"]) == body
    else:
        blocks.check_message(body)
        assert parse_blocks(body["blocks"]) == body["blocks"]
    if LIMITS.is_file():
        assert over(body) == []
    alive = {"user", "usergroup", "channel", "broadcast", "emoji", "date"}
    assert not [element for element in walk(body["blocks"]) if element.get("type") in alive]
    marked = [e["text"] for e in walk(body["blocks"]) if e.get("type") == "mrkdwn"]
    if "type" not in body:
        marked.append(body["text"])
    assert not [text for text in marked if re.search("<[!@#]", text)]


MANY = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.long
@MANY
@given(TEXT, COUNT)
def test_whatever_a_message_tells_slack_takes_it(text: str, number: int) -> None:
    for body in (*messages(poisoned(text)), *digests(text, number), *ladders(text, number)):
        held_to_the_limits(body)


@MANY
@given(TEXT, COUNT)
def test_whatever_is_answered_slack_takes_it(text: str, number: int) -> None:
    for body in answers(text, number):
        held_to_the_limits(body)


@MANY
@given(TEXT, COUNT)
def test_whatever_a_dialog_or_home_shows_slack_takes_it(text: str, number: int) -> None:
    for view in shown(text, number):
        held_to_the_limits(view)


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_text_tells_all_that_the_blocks_show(name: str) -> None:
    """Screen readers and notifications have the text alone; what can only be pressed needs no telling."""
    facts = CASES[name]
    lines = group_findings(evaluate(facts, PACKS))
    view = overview(lines, facts.ticket.state)
    told = [card.compose(facts, view, SPEAK, buttons=True), *digests("CHG-7", 3), *ladders("CHG-7", 1)]
    told += [handover.compose(facts, lines, HandoverAudience(1, ("Operations",), "handover-1:ops"), SPEAK)]
    for body in [*told, *answers("CHG-7", 1)]:
        for block in (block for block in body["blocks"] if block["type"] != "actions"):
            for row in rows(block):
                assert said(row) in said(body["text"]), body["text"]


def rows(block: dict[str, Any]) -> Iterator[str]:
    """What a block shows, a piece at a time: a paragraph, an item of a list, a line of small print."""
    if block["type"] == "header":
        yield block["text"]["text"]
    for part in block.get("elements", ()):
        sections = part["elements"] if part["type"] == "rich_text_list" else [part]
        yield from (
            "".join(e["text"] for e in s["elements"]) if "elements" in s else s["text"] for s in sections
        )


def said(text: str) -> str:
    """Words alone: unescaped, without the layout and the addresses of links."""
    plain = re.sub(r"<[^|>]*\|([^>]*)>", r"\1", text)
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        plain = plain.replace(entity, sign)
    return " ".join(plain.split())


def test_a_full_home_is_shown_whole() -> None:
    """The check must not shorten what people really have: twenty tickets of five points each, in usual words."""
    usual = replace(mine("x", 5), waiting=tuple(replace(WAITS, id=str(n)) for n in range(home_tab.SHOWN)))
    page = home_tab.page(usual, day(10), SPEAK)
    assert "…" not in str(page) and "more" not in str(page)
    assert sum(block["type"] == "actions" for block in page["blocks"]) == home_tab.SHOWN


WAITS = home_tab.Waiting(
    "jira", "1", "CHG-1", "https://jira.example/CHG-1", "Nieuw adresformaat in het burgerregister " * 3, day(20),
    tuple(replace(POINTS[0], title=(("en", "No production data as test data in this environment"),)) for _ in range(5)),
)  # fmt: skip


def test_a_home_that_is_too_long_says_how_many_points_are_left_out() -> None:
    page = home_tab.page(mine("\U0001f512" * 3000, 40), day(10), SPEAK)
    assert "and 4 more" in str(page)
    assert page["blocks"][-1]["type"] == "context"


def test_a_form_with_nothing_left_to_choose_says_what_is_wrong() -> None:
    draft = Draft(("ICR-16",), "x", "2026-12-31", say("Choose at least one requirement."))
    view = waiver_modal.exception_form(complete(), (), draft, "note", SPEAK)
    assert "submit" not in view
    assert "Choose at least one requirement." in str(view)


@pytest.mark.parametrize(
    ("draft", "element", "kept"),
    [
        (Draft((), "x" * 900, "2026-12-31"), "plain_text_input", {"initial_value": "x" * 299 + "…"}),
        (Draft((), "", "tomorrow"), "datepicker", {}),
        (Draft((), "", "2026-12-31"), "datepicker", {"initial_date": "2026-12-31"}),
    ],
)
def test_what_was_filled_in_is_given_back_only_where_slack_takes_it(
    draft: Draft, element: str, kept: dict[str, str]
) -> None:
    open_ = [f for f in evaluate(poisoned("x"), PACKS) if f.verdict.open]
    view = waiver_modal.exception_form(complete(), open_, draft, "note", SPEAK)
    (found,) = [
        b["element"] for b in view["blocks"] if b["type"] == "input" and b["element"]["type"] == element
    ]
    assert {name: value for name, value in found.items() if name.startswith("initial")} == kept


def _with(**more: Any) -> dict[str, Any]:
    return {"text": "x", "blocks": [{"type": "divider"}]} | more


@pytest.mark.skipif(not LIMITS.is_file(), reason="the published limits are not at hand")
@pytest.mark.parametrize(
    "bad",
    [
        _with(text="x" * 4001),
        _with(blocks=[{"type": "divider"}] * 51),
        _with(blocks=[blocks.divider() | {"block_id": "a"}] * 2),
        _with(blocks=[{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]),
        _with(blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]),
        _with(blocks=[{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}]),
        _with(blocks=[{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}]),
        _with(blocks=[blocks.actions(*(blocks.button("x", f"a{n}", "v") for n in range(26)))]),
        _with(blocks=[blocks.actions(blocks.button("x", "a", "v"), blocks.button("x", "a", "v"))]),
        _with(blocks=[blocks.actions(blocks.button("x", "a", "v" * 2001))]),
        _with(blocks=[blocks.actions(blocks.url_button("x", f"https://x.example/{'x' * 3000}", "a"))]),
        _with(blocks=[blocks.actions(blocks.menu("x", "a", [("x", encode("s", "x" * 151))]))]),
        _with(type="home", blocks=[]),
        _with(type="home", blocks=[{"type": "divider"}] * 101),
        _with(type="modal", title={"text": "x" * 25}),
        _with(type="modal", private_metadata="x" * 3001),
    ],
)  # fmt: skip
def test_what_is_over_a_published_limit_is_noticed(bad: dict[str, Any]) -> None:
    """A test of the test."""
    assert over(bad)
