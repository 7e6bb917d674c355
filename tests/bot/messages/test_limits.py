"""The last step of every Slack message: within the limits, by whole findings, never refused, inert."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from build import AN, TEAM, complete, day, subject
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import card, handover
from bot.messages.blockkit import blocks
from bot.messages.blockkit.limits import LITERAL, finished, text_of
from bot.messages.handover import HandoverAudience, Sent
from bot.messages.i18n.speaker import Translator
from bot.policy.reminders import Due, Reminder
from bot.policy.ticket_summary import overview
from domain.facts import Facts, Trouble, Underway
from domain.fields import FIELDS, Kind
from domain.lifecycle import State
from domain.people import Group, Person, Role
from rules.engine import evaluate
from rules.grouping import group_findings
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
SPEAK = Translator("en", ZoneInfo("Europe/Brussels"))
MORE = handover.more(SPEAK)


def items(body: dict[str, Any]) -> list[str]:
    lists = [p for b in body["blocks"] for p in b.get("elements", ()) if p["type"] == "rich_text_list"]
    return ["".join(e["text"] for e in section["elements"]) for part in lists for section in part["elements"]]


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (["a", "", "b"], "a\nb"),
        (["h", "x" * 3000, "y" * 3000, "z", "link"], f"h\n{'x' * 3000}\nand 2 more\nlink"),
        (["<!channel> & co"], "&lt;!channel&gt; &amp; co"),
    ],
)
def test_text_leaves_out_whole_rows_and_keeps_the_link(rows: list[str], wanted: str) -> None:
    assert text_of(rows, MORE) == wanted


def test_text_of_one_endless_row_is_cut() -> None:
    assert len(text_of(["x" * 9000], MORE)) == blocks.TEXT


def test_a_list_that_is_too_long_leaves_out_whole_findings_and_says_how_many() -> None:
    points = [[blocks.words(f"{n}: {'x' * 995}")] for n in range(20)]
    body = finished("all of it", [blocks.header("h"), blocks.bullets(*points), blocks.divider()], MORE)
    shown = items(body)
    assert [s.partition(":")[0] for s in shown] == [*map(str, range(12)), "and 8 more"]
    assert all(len(s) > 900 for s in shown[:-1]), "none is cut in two"
    assert [b["type"] for b in body["blocks"]] == ["header", "rich_text", "divider"]


@pytest.mark.parametrize("pieces", [2, 40])
def test_what_is_too_long_in_one_piece_leaves_room_for_the_others(pieces: int) -> None:
    long, *short = [[blocks.words("x" * LITERAL)], *([[blocks.words("y" * 9)]] * (pieces - 1))]
    body = finished("t", [blocks.rich_text(long), *(blocks.rich_text(one) for one in short)], MORE)
    texts = [e["text"] for b in body["blocks"] for p in b["elements"] for e in p["elements"]]
    assert sum(map(len, texts)) <= LITERAL
    assert all(texts)
    assert len(texts) == pieces


def test_too_many_blocks_leave_out_those_before_the_buttons() -> None:
    many = [blocks.rich_text([blocks.words(str(n))]) for n in range(80)]
    row = blocks.actions(blocks.button("Confirm", "received", "v"))
    body = finished("t", [*many, row], MORE)
    assert len(body["blocks"]) == blocks.BLOCKS
    assert body["blocks"][-1] == row
    assert body["blocks"][-2] == blocks.rich_text([blocks.words("and 32 more")])


def test_too_many_closing_blocks_are_brought_within_the_limit_too() -> None:
    closing = [blocks.context(str(n)) for n in range(60)]
    body = finished("t", [blocks.rich_text([blocks.words("x")]), *closing], MORE)
    assert len(body["blocks"]) == blocks.BLOCKS
    assert body["blocks"][1:] == closing[11:]


@pytest.mark.parametrize(
    "bad",
    [
        {"type": "alert"},
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        {"type": "rich_text", "elements": []},
    ],
)
def test_a_block_that_is_not_fit_is_left_to_the_text(bad: dict[str, Any]) -> None:
    assert finished("all", [bad, blocks.divider()])["blocks"] == [blocks.divider()]


LONG = st.builds(str.__mul__, st.text("x<>&| ", min_size=1, max_size=10), st.integers(100, 400))
WORDS = st.text(max_size=40) | LONG


@given(st.lists(st.lists(WORDS, min_size=1, max_size=9), max_size=60), WORDS)
def test_whatever_it_is_made_from_slack_takes_it(paragraphs: list[list[str]], heading: str) -> None:
    built = [blocks.header(heading or "-")]
    built += [blocks.bullets(*([blocks.words(word)] for word in some)) for some in paragraphs]
    body = finished(text_of(["head", *(w for some in paragraphs for w in some)], MORE), built, MORE)
    blocks.check_message(body)
    assert sum(len(text) for text in items(body)) <= LITERAL


# -- nothing of a ticket comes alive, in any message --------------------------------------------------------------

HOSTILE = [
    "<!channel>",
    "<!here|x>",
    "<@U0SLUIS0001>",
    "<#C1>",
    "<!subteam^S1>",
    "<https://evil.example|here>",
    "&lt;!channel&gt;",
    "line\r\n<!everyone>",
    "see https://evil.example/x now",
    "*b* _i_ `c` ~s~ :tada: @here",
]


def poisoned(text: str) -> Facts:
    """A ticket of which every text, name and status holds it."""
    fields = {name: text for name, spec in FIELDS.items() if spec.kind is Kind.TEXT}
    who, group = Person("p", text), Group("g", text)
    people = {name: (who,) for name, spec in FIELDS.items() if spec.kind is Kind.USERS}
    facts = complete(
        **fields | people,
        state=State.REVIEW,
        stakeholders=(who, group),
        responsible_group=(group,),
        handed_over_to=(group,),
        test_data="production",
        operational_at=day(9),
        subjects=(subject(text, c=5, i=5, a=5),),
        notices=(),
        underway=(Underway(1, (text,), (Role.OPERATIONS,), Trouble.REFUSED, "Slack", day(9)),),
    )
    return replace(facts, ticket=replace(facts.ticket, summary=text, status=text, key=f"CHG-{text}"))


def messages(facts: Facts) -> Iterator[dict[str, Any]]:
    """Every message that tells of a ticket without being asked."""
    lines = group_findings(evaluate(facts, PACKS))
    view, summary = overview(lines, facts.ticket.state), facts.ticket.summary
    yield card.compose(facts, view, SPEAK, buttons=True)
    yield card.news(facts, lines, lines, view, SPEAK)
    yield card.reminder(Reminder("dpo", "", ((Due(facts, view, 0), view.now),)), SPEAK)
    for stage in (1, 2):
        asked = HandoverAudience(stage, (summary,), f"handover-{stage}:team:{summary}")
        yield handover.compose(facts, lines, asked, SPEAK)
    yield handover.taken_back(complete(result="failed", deviations=summary), SPEAK)
    yield handover.reminder(Sent("jira", "1", summary, "", f"handover-1:{summary}", day(9)), SPEAK)
    yield handover.confirmed(summary, day(9), SPEAK)


@pytest.mark.parametrize("nasty", HOSTILE)
def test_text_of_a_ticket_is_inert_in_every_message(nasty: str) -> None:
    for body in messages(poisoned(nasty)):
        blocks.check_message(body)
        assert not re.search(r"<(?!https?://example)[!@#h]", body["text"]), body["text"]
        for element in walk(body["blocks"]):
            if element.get("type") == "mrkdwn":
                assert not re.search(r"<[!@#h]", element["text"]), element
            assert element.get("type") not in ("link", "user", "usergroup", "channel", "broadcast", "emoji")


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


@pytest.mark.parametrize("nasty", [*HOSTILE, "a|b", "naam, met komma", "x" * 400])
def test_what_the_button_carries_comes_back_whole(nasty: str) -> None:
    from bot.policy.actions import decode

    kind = f"handover-1:team:{nasty}"
    body = handover.compose(complete(stakeholders=(AN, TEAM)), (), HandoverAudience(1, (), kind), SPEAK)
    (value,) = [e["value"] for e in walk(body["blocks"]) if e.get("action_id") == "received"]
    about = decode(value)
    assert about is not None
    assert (about.ticket, handover.receipt_of(about.more)) == ("jira:1", kind)


def test_a_long_ticket_is_told_within_the_limits() -> None:
    long = poisoned("heel lang " * 400)
    for body in messages(long):
        blocks.check_message(body)
        assert len(json.dumps(body["blocks"])) < 60_000
    assert len(handover.letter(long, (), HandoverAudience(1, ("x",)), SPEAK)["text"]) < 12_000
