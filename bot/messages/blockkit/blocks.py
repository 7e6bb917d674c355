"""Block Kit blocks as plain data, and the last check of a message before it leaves.

Builders cut texts to Slack's limits; `check_message` finds what they cannot mend.
Limits: https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from bot.messages.blockkit.mrkdwn import clip, cut, is_web
from domain.legible import legible

Block = dict[str, Any]
Element = dict[str, Any]
Style = Literal["", "primary", "danger"]

BLOCKS = 50
TEXT = 4000
"""Longest `text` that chat.update takes; screen readers and notifications use it."""
SECTION = 3000
FIELD, FIELDS = 2000, 10
HEADER = 150
CONTEXT = 10
ACTIONS = 25
BUTTON, URL, VALUE, ID = 75, 3000, 2000, 255
MENU, CHOICES, CHOICE = 150, 100, 150
"""Longest placeholder of a menu, most choices in it, longest value of one."""


def header(text: str) -> Block:
    """A large line of plain text, shown as it is."""
    return {"type": "header", "text": plain(cut(text, HEADER))}


def section(mrkdwn: str, accessory: Element | None = None) -> Block:
    """A paragraph of escaped mrkdwn, with perhaps a button beside it."""
    block: Block = {"type": "section", "text": _mrkdwn(clip(mrkdwn, SECTION))}
    return block | ({"accessory": accessory} if accessory else {})


def fields(cells: Iterable[str]) -> Block:
    """Up to ten short pieces of escaped mrkdwn in two columns."""
    return {"type": "section", "fields": [_mrkdwn(clip(cell, FIELD)) for cell in cells]}


def context(*lines: str) -> Block:
    """Up to ten small grey pieces of escaped mrkdwn."""
    return {"type": "context", "elements": [_mrkdwn(clip(line, SECTION)) for line in lines]}


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def actions(*buttons: Element) -> Block:
    """A row of up to 25 buttons."""
    return {"type": "actions", "elements": list(buttons)}


def url_button(label: str, url: str, action_id: str, style: Style = "") -> Element:
    """A button that opens a page. Raises ValueError when the URL is not one of the web."""
    if not is_web(url):
        raise ValueError("a button opens web pages only")
    # A button with a link reports its press as well (docs/slack-facts.md), hence an id for it.
    button = {"type": "button", "text": plain(cut(label, BUTTON)), "url": url, "action_id": action_id}
    return button | ({"style": style} if style else {})


def button(label: str, action_id: str, value: str, style: Style = "") -> Element:
    """A button that tells us that it was pressed, and carries `value`."""
    pressed = {"type": "button", "text": plain(cut(label, BUTTON)), "action_id": action_id, "value": value}
    return pressed | ({"style": style} if style else {})


def menu(label: str, action_id: str, choices: Iterable[tuple[str, str]]) -> Element:
    """A menu of one choice: what each is called, and what it carries."""
    placeholder = plain(cut(label, MENU))
    return {
        "type": "static_select", "placeholder": placeholder, "action_id": action_id, "options": options(choices)
    }  # fmt: skip


def options(choices: Iterable[tuple[str, str]]) -> list[Element]:
    """The choices of a menu, by label and value."""
    return [{"text": plain(cut(label, BUTTON)), "value": value} for label, value in choices]


def words(text: str, *, bold: bool = False, italic: bool = False, code: bool = False) -> Element:
    """Literal text for `rich_text`: no mention, link, emoji or style in it comes alive."""
    style = {name: True for name, on in (("bold", bold), ("italic", italic), ("code", code)) if on}
    return {"type": "text", "text": legible(text)} | ({"style": style} if style else {})


def web_link(url: str, label: str) -> Element:
    """A link for `rich_text`; a URL that is not one of the web, or endless, gives the label alone."""
    good = is_web(url) and len(url) <= URL
    return {"type": "link", "url": url, "text": legible(label) or url} if good else words(label)


def rich_text(*paragraphs: Sequence[Element]) -> Block:
    """Paragraphs of literal text and links. Slack refuses empty texts; they are left out."""
    return {"type": "rich_text", "elements": [_rich_section(paragraph) for paragraph in paragraphs]}


def bullets(*items: Sequence[Element]) -> Block:
    """A list of literal text and links."""
    inner = {"type": "rich_text_list", "style": "bullet", "elements": [_rich_section(item) for item in items]}
    return {"type": "rich_text", "elements": [inner]}


def _rich_section(parts: Sequence[Element]) -> Element:
    return {"type": "rich_text_section", "elements": [p for p in parts if p["type"] != "text" or p["text"]]}


def plain(text: str) -> Element:
    """Plain text, shown as it is."""
    # Without emoji, so that what a ticket writes between colons stays as it is written.
    return {"type": "plain_text", "text": legible(text), "emoji": False}


def _mrkdwn(text: str) -> Element:
    """`verbatim` keeps Slack from making links of addresses in the text; links written as such stay links."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def check_blocks(blocks: Sequence[Block], most: int = BLOCKS) -> None:
    """Raise ValueError, naming the block, when Slack would refuse these blocks."""
    _at_most("blocks", len(blocks), most)
    _unique("block_id", [b["block_id"] for b in blocks if b.get("block_id")])
    for number, block in enumerate(blocks):
        _check_block(f"blocks[{number}] ({block.get('type')})", block)


def check_message(body: Mapping[str, Any]) -> None:
    """Raise ValueError, naming the block, when Slack would refuse the message or show it without its text."""
    text, blocks = body.get("text"), body.get("blocks")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("the message has no text for notifications and screen readers")
    _at_most("text", len(text), TEXT)
    if not isinstance(blocks, list):
        raise ValueError("blocks is not a list")
    check_blocks(blocks)


def _check_block(where: str, block: Block) -> None:
    check = _CHECKS.get(block.get("type", ""))
    if check is None:
        raise ValueError(f"{where}: not a kind of block we send")
    _at_most(f"{where}: block_id", len(block.get("block_id", "")), ID)
    check(where, block)


def _at_most(what: str, size: int, limit: int) -> None:
    if size > limit:
        raise ValueError(f"{what}: {size} is more than the {limit} that Slack takes")


def _between(what: str, items: Any, limit: int) -> None:
    if not isinstance(items, (list, str)) or not items:
        raise ValueError(f"{what}: is empty")
    _at_most(what, len(items), limit)


def _unique(what: str, ids: Sequence[str]) -> None:
    if len(ids) != len(set(ids)):
        raise ValueError(f"{what}: used twice")


def _check_text(where: str, text: Any, limit: int, kinds: tuple[str, ...] = ("mrkdwn", "plain_text")) -> None:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        raise ValueError(f"{where}: is not {' or '.join(kinds)}")
    _between(where, text.get("text"), limit)


def _check_header(where: str, block: Block) -> None:
    _check_text(f"{where} text", block.get("text"), HEADER, ("plain_text",))


def _check_section(where: str, block: Block) -> None:
    if "fields" not in block or "text" in block:
        _check_text(f"{where} text", block.get("text"), SECTION)
    if "fields" in block:
        _between(f"{where} fields", block["fields"], FIELDS)
        for number, cell in enumerate(block["fields"]):
            _check_text(f"{where} field {number}", cell, FIELD)
    if "accessory" in block:
        _check_button(f"{where} accessory", block["accessory"])


def _check_context(where: str, block: Block) -> None:
    _between(f"{where} elements", block.get("elements"), CONTEXT)
    for number, element in enumerate(block["elements"]):
        _check_text(f"{where} element {number}", element, SECTION)


def _check_actions(where: str, block: Block) -> None:
    _between(f"{where} elements", block.get("elements"), ACTIONS)
    # The SDK's own models let one id pass twice, and Slack does not (docs/slack-facts.md, 8).
    _unique(f"{where} action_id", [e["action_id"] for e in block["elements"] if e.get("action_id")])
    for number, element in enumerate(block["elements"]):
        check = _check_menu if element.get("type") == "static_select" else _check_button
        check(f"{where} element {number}", element)


def _check_menu(where: str, element: Element) -> None:
    _check_text(f"{where} placeholder", element.get("placeholder"), MENU, ("plain_text",))
    _between(f"{where} options", element.get("options"), CHOICES)
    for number, option in enumerate(element["options"]):
        _check_text(f"{where} option {number}", option.get("text"), BUTTON, ("plain_text",))
        _between(f"{where} option {number} value", option.get("value"), CHOICE)


def _check_button(where: str, element: Element) -> None:
    if element.get("type") != "button":
        raise ValueError(f"{where}: is not a button")
    _check_text(f"{where} text", element.get("text"), BUTTON, ("plain_text",))
    for name, limit in (("url", URL), ("value", VALUE), ("action_id", ID)):
        _at_most(f"{where} {name}", len(element.get(name, "")), limit)


def _check_rich_text(where: str, block: Block) -> None:
    for part in block.get("elements") or [{}]:
        if not str(part.get("type", "")).startswith("rich_text_") or not part.get("elements"):
            raise ValueError(f"{where}: holds an empty or unknown part")
        _check_inline(where, part["elements"])


def _check_inline(where: str, elements: Iterable[Element]) -> None:
    for element in elements:
        if element.get("type") == "rich_text_section":
            _check_inline(where, element["elements"])
        elif element.get("type") == "text" and not element.get("text"):
            raise ValueError(f"{where}: holds an empty text")


def _check_divider(_: str, __: Block) -> None:
    """Nothing can be wrong with a line."""


# Slack takes newer kinds of block on some surfaces only (docs/slack-facts.md), so no other kind is sent.
_CHECKS: Mapping[str, Callable[[str, Block], None]] = {
    "header": _check_header,
    "section": _check_section,
    "context": _check_context,
    "divider": _check_divider,
    "actions": _check_actions,
    "rich_text": _check_rich_text,
}
