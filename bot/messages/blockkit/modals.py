"""Dialogs and pages of the message service as plain data, and the last check before they leave.

Limits: https://docs.slack.dev/reference/views
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.messages.blockkit import blocks
from bot.messages.blockkit.limits import More, counted, fitted
from bot.messages.blockkit.mrkdwn import cut

View = dict[str, Any]

TITLE, LABEL, NOTE, BLOCKS = 24, 2000, 3000, 100
BYTES = 250_000
"""Longest view as it is sent (`view_too_large`)."""

LITERAL = 20_000
"""Characters of literal text in all blocks together; Slack sets no limit of its own below `BYTES`."""

_REST = 50_000
"""Bytes kept free for the title, the note and what is to be filled in."""


def dialog(title: str, built: Sequence[blocks.Block], close: str) -> View:
    """A dialog to read; what is to be filled in comes last."""
    # What is to be filled in is never left out, so it stands apart while the rest is shortened.
    told = [block for block in built if block["type"] != "input"]
    filled_in = [block for block in built if block["type"] == "input"]
    return check(
        {
            "type": "modal",
            "title": blocks.plain(cut(title, TITLE)),
            "close": blocks.plain(cut(close, TITLE)),
            "blocks": [*_fitted(told, counted, BLOCKS - len(filled_in)), *filled_in],
        }
    )


def form(opened: View, submit: str, action: str, note: str) -> View:
    """The dialog as one to fill in. `note` comes back with what was filled in."""
    sent = {"submit": blocks.plain(cut(submit, TITLE)), "callback_id": action, "private_metadata": note}
    return check(opened | sent)


def page(built: Sequence[blocks.Block], more: More = counted) -> View:
    """Somebody's own page."""
    return check({"type": "home", "blocks": _fitted(built, more, BLOCKS)})


def _fitted(built: Sequence[blocks.Block], more: More, most: int) -> list[blocks.Block]:
    """Ever less of it, until it is within all limits: in JSON an emoji is 12 bytes, and addresses count as well."""
    literal = LITERAL
    while len(json.dumps(made := fitted(built, more, most, literal))) > BYTES - _REST and most > 1:
        most, literal = most // 2, literal // 2
    return made


def text_field(label: str, name: str, hint: str, value: str = "", longest: int = 3000) -> blocks.Block:
    """A place for a few lines of text."""
    element = {
        "type": "plain_text_input", "action_id": name, "multiline": True, "max_length": longest,
    } | ({"initial_value": cut(value, longest)} if value else {})  # fmt: skip
    return _field(label, element) | {"hint": blocks.plain(cut(hint, LABEL))}


def day_field(label: str, name: str, day: str) -> blocks.Block:
    """A place for a day, such as 2026-12-31; anything else is left empty."""
    # ASCII, because \d takes digits of every script and Slack those of one.
    known = {"initial_date": day} if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day, re.ASCII) else {}
    return _field(label, {"type": "datepicker", "action_id": name} | known)


def choices_field(
    label: str, name: str, choices: Iterable[tuple[str, str]], chosen: Sequence[str] = ()
) -> blocks.Block:
    """Some out of a list, by label and value."""
    offered = blocks.options(choices)[: blocks.CHOICES]
    # What is chosen beforehand has to be among what is on offer, by Slack's reference.
    before = [option for option in offered if option["value"] in chosen]
    element = {"type": "multi_static_select", "action_id": name, "options": offered}
    return _field(label, element | ({"initial_options": before} if before else {}))


def choice_field(label: str, name: str, choices: Iterable[tuple[str, str]]) -> blocks.Block:
    """One out of a few, the first being chosen already."""
    element = blocks.menu(label, name, choices)
    return _field(label, element | {"initial_option": element["options"][0]})


def _field(label: str, element: blocks.Element) -> blocks.Block:
    """The block has a name of its own, so that a dialog that is shown anew keeps what was filled in."""
    named = blocks.plain(cut(label, LABEL))
    return {"type": "input", "block_id": element["action_id"], "label": named, "element": element}


def check(view: View) -> View:
    """The view, when Slack would take it. Raises ValueError otherwise."""
    shown = [block for block in view["blocks"] if block["type"] != "input"]
    blocks.check_blocks(shown, BLOCKS)
    if len(view["blocks"]) > BLOCKS or not view["blocks"]:
        raise ValueError("blocks: a view takes 1 to 100")
    if len(view.get("private_metadata", "")) > NOTE:
        raise ValueError("private_metadata: more than Slack takes")
    if len(json.dumps(view)) > BYTES:
        raise ValueError("the view is larger than Slack takes")
    filled_in = [block for block in view["blocks"] if block["type"] == "input"]
    if len({block["block_id"] for block in filled_in}) < len(filled_in):
        raise ValueError("block_id: used twice")
    for block in filled_in:
        _check_field(block["element"])
    return view


def _check_field(element: Mapping[str, Any]) -> None:
    for option in element.get("options", ()):
        if not 0 < len(option["value"]) <= blocks.CHOICE or not option["text"]["text"]:
            raise ValueError("option: has a text, and a value of 1 to 150 characters")
    if element["type"] == "multi_static_select" and not element.get("options"):
        raise ValueError("options: there is nothing to choose")
