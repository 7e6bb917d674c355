"""Block builders and the last check of a message, also against the published limits where the machine has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.messages.blockkit import blocks
from bot.messages.blockkit.blocks import (
    actions,
    bullets,
    check_message,
    context,
    divider,
    fields,
    header,
    rich_text,
    section,
    url_button,
    web_link,
    words,
)
from bot.messages.blockkit.limits import LITERAL

SPEC = Path(__file__).parents[4] / ".." / "shared" / "specs" / "slack" / "blocks-limits" / "spec"
URL = "https://example.org/browse/CHG-1"


def _verbatim(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


@pytest.mark.parametrize(
    ("built", "wanted"),
    [
        (
            header("CHG-1"),
            {"type": "header", "text": {"type": "plain_text", "text": "CHG-1", "emoji": False}},
        ),
        (section("*x*"), {"type": "section", "text": {"type": "mrkdwn", "text": "*x*", "verbatim": True}}),
        (
            fields(["a", "b"]),
            {"type": "section", "fields": [_verbatim("a"), _verbatim("b")]},
        ),
        (context("small"), {"type": "context", "elements": [_verbatim("small")]}),
        (divider(), {"type": "divider"}),
        (
            actions(url_button("Open", URL, "open", "primary")),
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "text": {"type": "plain_text", "text": "Open", "emoji": False},
                        "url": URL,
                        "action_id": "open",
                        "style": "primary",
                    }
                ],
            },
        ),
        (
            rich_text([words("<!channel> *x*", bold=True), words(""), web_link("javascript:x", "no")]),
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "<!channel> *x*", "style": {"bold": True}},
                            {"type": "text", "text": "no"},
                        ],
                    }
                ],
            },
        ),
        (
            bullets([web_link(URL, "CHG-1")]),
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_list",
                        "style": "bullet",
                        "elements": [
                            {
                                "type": "rich_text_section",
                                "elements": [{"type": "link", "url": URL, "text": "CHG-1"}],
                            }
                        ],
                    }
                ],
            },
        ),
    ],
    ids=lambda value: str(value["type"]),
)
def test_builders(built: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert built == wanted
    check_message({"text": "t", "blocks": [built]})


def test_builders_cut_to_the_limits() -> None:
    long = "x" * 5000
    built = [
        header(long),
        section(long, url_button(long, URL, "side")),
        fields([long] * 10),
        context(*[long] * 10),
        actions(*[url_button(long, URL, f"a{n}") for n in range(25)]),
    ]
    check_message({"text": "t", "blocks": built})
    assert len(built[0]["text"]["text"]) == 150


@pytest.mark.parametrize("url", ["javascript:alert(1)", "", "https://"])
def test_button_opens_web_pages_only(url: str) -> None:
    with pytest.raises(ValueError, match="web pages only"):
        url_button("Open", url, "open")


def _raw(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, **more}


def _text(size: int, kind: str = "mrkdwn") -> dict[str, str]:
    return {"type": kind, "text": "x" * size}


def _button(size: int = 1, **more: Any) -> dict[str, Any]:
    return _raw("button", text=_text(size, "plain_text"), **more)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"blocks": []}, "the message has no text for notifications and screen readers"),
        ({"text": "  ", "blocks": []}, "the message has no text for notifications and screen readers"),
        ({"text": "x" * 4001, "blocks": []}, "text: 4001 is more than the 4000 that Slack takes"),
        ({"text": "t"}, "blocks is not a list"),
        ({"text": "t", "blocks": [divider()] * 51}, "blocks: 51 is more than the 50 that Slack takes"),
        ({"text": "t", "blocks": [_raw("divider", block_id="b")] * 2}, "block_id: used twice"),
    ],
)
def test_message_as_a_whole(body: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError) as raised:
        check_message(body)
    assert str(raised.value) == complaint


@pytest.mark.parametrize(
    ("block", "complaint"),
    [
        (_raw("header", text=_text(151, "plain_text")), "(header) text: 151 is more than the 150"),
        (_raw("header", text=_text(1)), "(header) text: is not plain_text"),
        (_raw("section", text=_text(3001)), "(section) text: 3001 is more than the 3000"),
        (_raw("section", text=_text(0)), "(section) text: is empty"),
        (_raw("section"), "(section) text: is not mrkdwn or plain_text"),
        (_raw("section", fields=[_text(1)] * 11), "(section) fields: 11 is more than the 10"),
        (_raw("section", fields=[]), "(section) fields: is empty"),
        (_raw("section", fields=[_text(1), _text(2001)]), "(section) field 1: 2001 is more than the 2000"),
        (_raw("section", text=_text(1), accessory=_raw("image")), "(section) accessory: is not a button"),
        (_raw("context", elements=[_text(1)] * 11), "(context) elements: 11 is more than the 10"),
        (_raw("actions", elements=[_button()] * 26), "(actions) elements: 26 is more than the 25"),
        (_raw("actions", elements=[_button(76)]), "(actions) element 0 text: 76 is more than the 75"),
        (_raw("actions", elements=[_button(action_id="a")] * 2), "(actions) action_id: used twice"),
        (_raw("actions", elements=[_button(url="x" * 3001)]), "element 0 url: 3001 is more than the 3000"),
        (
            _raw("actions", elements=[_button(value="x" * 2001)]),
            "element 0 value: 2001 is more than the 2000",
        ),
        (_raw("actions", elements=[_button(action_id="x" * 256)]), "action_id: 256 is more than the 255"),
        (_raw("divider", block_id="x" * 256), "(divider): block_id: 256 is more than the 255"),
        (_raw("rich_text", elements=[]), "(rich_text): holds an empty or unknown part"),
        (rich_text([]), "(rich_text): holds an empty or unknown part"),
        (
            _raw("rich_text", elements=[_raw("rich_text_section", elements=[_raw("text", text="")])]),
            "an empty text",
        ),
        (_raw("alert"), "(alert): not a kind of block we send"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_complaints_name_the_block(block: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError) as raised:
        check_message({"text": "t", "blocks": [divider(), block]})
    assert str(raised.value).startswith(f"blocks[1] ({block['type']})")
    assert complaint in str(raised.value)


@pytest.mark.skipif(not SPEC.exists(), reason="no published limits on this machine")
def test_limits_are_the_published_ones() -> None:
    limits = json.loads((SPEC / "limits.json").read_text())
    published = {
        "SECTION": limits["section"]["text"]["max_length"],
        "FIELD": limits["section"]["fields"]["item_max_length"],
        "FIELDS": limits["section"]["fields"]["max_items"],
        "HEADER": limits["header"]["text"]["max_length"],
        "CONTEXT": limits["context"]["elements"]["max_items"],
        "ACTIONS": limits["actions"]["elements"]["max_items"],
        "BUTTON": limits["button"]["text"]["max_length"],
        "URL": limits["button"]["url"]["max_length"],
        "VALUE": limits["button"]["value"]["max_length"],
        "ID": limits["action_id"]["max_length"],
    }
    assert {name: getattr(blocks, name) for name in published} == published
    assert limits["markdown"]["text"]["max_length"] == LITERAL


@pytest.mark.skipif(not SPEC.exists(), reason="no published examples on this machine")
@pytest.mark.parametrize(
    "name",
    [
        "section_block_text_only",
        "section_block_fields",
        "section_block_both_text_and_fields",
        "header_block_text_at_limit",
        "header_block_emoji_at_limit",
        "divider_block_only",
        "context_block_text_only",
        "rich_text_block_basic",
    ],
)
def test_published_examples_pass(name: str) -> None:
    block = json.loads((SPEC / "fixtures/valid/blocks" / f"{name}.json").read_text())
    check_message({"text": "t", "blocks": [block]})
