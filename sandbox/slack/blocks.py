"""Block Kit as strict as Slack is about it: types, required parts, lengths and counts of the blocks in a message.

Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.slack.state import Failure

Complaints = Iterator[str]

# The SDK's models know neither this nor most limits below (docs/slack-facts.md, row 8).
_MAX_BLOCKS, _MAX_VIEW_BLOCKS = 50, 100


def parse_blocks(raw: object, view: bool = False) -> list[dict[str, Any]]:
    """The blocks of a request, given as JSON or as text holding JSON. Raises Failure when Slack would refuse.
    A `view` may have more of them, and fields to fill in.
    """
    blocks = _decoded(raw)
    if not isinstance(blocks, list) or not all(isinstance(b, dict) for b in blocks):
        raise Failure("invalid_blocks_format")
    complaints = list(_all(blocks, _MAX_VIEW_BLOCKS if view else _MAX_BLOCKS))
    if complaints:
        raise Failure("invalid_blocks", errors=complaints, response_metadata={"messages": complaints})
    return blocks


def _decoded(raw: object) -> object:
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw)
    except ValueError:
        raise Failure("invalid_blocks_format") from None


def _all(blocks: list[dict[str, Any]], most: int) -> Complaints:
    if len(blocks) > most:
        yield f"no more than {most} items allowed [json-pointer:/blocks]"
    ids = [b["block_id"] for b in blocks if b.get("block_id")]
    if len(ids) != len(set(ids)):
        yield "block_id already exists [json-pointer:/blocks]"
    for number, block in enumerate(blocks):
        where = f"/blocks/{number}"
        check = _CHECKS.get(block.get("type", ""))
        if check is None:
            yield f"unsupported type: {block.get('type')} [json-pointer:{where}/type]"
        else:
            yield from check(block, where)


def _text(text: object, where: str, limit: int, kinds: tuple[str, ...]) -> Complaints:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        yield f"must provide an object of type {' or '.join(kinds)} [json-pointer:{where}]"
        return
    words = text.get("text")
    if not isinstance(words, str) or not words:
        yield f"must be more than 0 characters [json-pointer:{where}/text]"
    elif len(words) > limit:
        yield f"must be less than {limit + 1} characters [json-pointer:{where}/text]"
    # `emoji` is of plain text only.
    if "emoji" in text and text["type"] == "mrkdwn":
        yield f"invalid additional property: emoji [json-pointer:{where}]"


_EITHER = ("mrkdwn", "plain_text")
_PLAIN = ("plain_text",)


def _header(block: dict[str, Any], where: str) -> Complaints:
    yield from _text(block.get("text"), f"{where}/text", 150, _PLAIN)


def _section(block: dict[str, Any], where: str) -> Complaints:
    fields = block.get("fields")
    if block.get("text") is None and not fields:
        yield f"missing required field: text or fields [json-pointer:{where}]"
    if block.get("text") is not None:
        yield from _text(block["text"], f"{where}/text", 3000, _EITHER)
    if fields is not None:
        yield from _count(fields, f"{where}/fields", 10)
        for number, field in enumerate(fields):
            yield from _text(field, f"{where}/fields/{number}", 2000, _EITHER)
    if block.get("accessory"):
        yield from _element(block["accessory"], f"{where}/accessory")


def _count(items: object, where: str, most: int) -> Complaints:
    if not isinstance(items, list) or not items:
        yield f"must provide at least 1 item [json-pointer:{where}]"
    elif len(items) > most:
        yield f"no more than {most} items allowed [json-pointer:{where}]"


def _context(block: dict[str, Any], where: str) -> Complaints:
    elements = block.get("elements")
    yield from _count(elements, f"{where}/elements", 10)
    for number, element in enumerate(elements or ()):
        if element.get("type") != "image":
            yield from _text(element, f"{where}/elements/{number}", 3000, _EITHER)


def _actions(block: dict[str, Any], where: str) -> Complaints:
    elements = block.get("elements")
    # 25 and not the five that much advice says (docs/slack-facts.md, row 9).
    yield from _count(elements, f"{where}/elements", 25)
    ids = [e["action_id"] for e in elements or () if e.get("action_id")]
    if len(ids) != len(set(ids)):
        yield f"action_id already exists [json-pointer:{where}/elements]"
    for number, element in enumerate(elements or ()):
        yield from _element(element, f"{where}/elements/{number}")


def _element(element: dict[str, Any], where: str) -> Complaints:
    if element.get("type") in ("static_select", "multi_static_select"):
        yield from _menu(element, where)
    if element.get("type") != "button":
        return
    yield from _text(element.get("text"), f"{where}/text", 75, _PLAIN)
    for name, limit in (("url", 3000), ("value", 2000), ("action_id", 255)):
        if len(element.get(name) or "") > limit:
            yield f"must be less than {limit + 1} characters [json-pointer:{where}/{name}]"
    if element.get("url") and not element["url"].startswith(("https://", "http://", "mailto:")):
        yield f"invalid url [json-pointer:{where}/url]"


def _menu(element: dict[str, Any], where: str) -> Complaints:
    if element.get("placeholder"):
        yield from _text(element["placeholder"], f"{where}/placeholder", 150, _PLAIN)
    yield from _count(element.get("options"), f"{where}/options", 100)
    for number, option in enumerate(element.get("options") or ()):
        yield from _text(option.get("text"), f"{where}/options/{number}/text", 75, _PLAIN)
        if not 0 < len(option.get("value") or "") <= 150:
            yield f"must be between 1 and 150 characters [json-pointer:{where}/options/{number}/value]"


# Those that our forms use; another is refused, so that its limits are looked up before it is sent.
_INPUTS = frozenset({"plain_text_input", "datepicker", "static_select", "multi_static_select"})


def _input(block: dict[str, Any], where: str) -> Complaints:
    yield from _text(block.get("label"), f"{where}/label", 2000, _PLAIN)
    element = block.get("element")
    if not isinstance(element, dict) or element.get("type") not in _INPUTS:
        yield f"unsupported element [json-pointer:{where}/element]"
        return
    yield from _element(element, f"{where}/element")


_RICH = frozenset({"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"})


def _rich_text(block: dict[str, Any], where: str) -> Complaints:
    elements = block.get("elements")
    if not isinstance(elements, list):
        yield f"missing required field: elements [json-pointer:{where}]"
        return
    for number, element in enumerate(elements):
        if element.get("type") not in _RICH or not isinstance(element.get("elements"), list):
            yield f"unsupported element [json-pointer:{where}/elements/{number}]"
        else:
            yield from _inline(element, f"{where}/elements/{number}")


def _inline(element: dict[str, Any], where: str) -> Complaints:
    for number, part in enumerate(element["elements"]):
        here = f"{where}/elements/{number}"
        if element["type"] == "rich_text_list":
            yield from _inline(part, here)
        elif part.get("type") == "text" and not part.get("text"):
            yield f"must be more than 0 characters [json-pointer:{here}/text]"


def _nothing(_: dict[str, Any], __: str) -> Complaints:
    yield from ()


_CHECKS: dict[str, Callable[[dict[str, Any], str], Complaints]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich_text,
    "input": _input,
    "divider": _nothing,
    "image": _nothing,
    "markdown": _nothing,
}
