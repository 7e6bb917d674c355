"""The last step of every Slack message, dialog and page: it is brought within Slack's limits, whatever it is made from.

What is too much is left out by whole findings, with how many there are more; a message is never refused for its
length. Limits: `bot.messages.blockkit.blocks`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bot.messages.blockkit import blocks
from bot.messages.blockkit.blocks import Block, Element
from bot.messages.blockkit.mrkdwn import clip, cut, escape

LITERAL = 12_000
"""Characters in all blocks together. Slack refuses what is too much for it (`msg_blocks_too_long`) and does not say
how much that is; this is what it allows in one block of markdown.
"""

# These close a message (buttons, why it came) and stay when others are left out before them.
_FIXED = ("actions", "context", "header")

More = Callable[[int], str]
"""Says that there are so many more."""


def counted(number: int) -> str:
    """How many more there are, where no language is at hand."""
    return f"… +{number}"


def text_of(rows: Sequence[str], more: More = counted) -> str:
    """The whole message for notifications and screen readers, escaped. What is too long leaves out whole rows before
    the last one, which is most often the link.
    """
    told = [row for row in rows if row]
    whole = escape("\n".join(told))
    kept = len(told) - 1
    # The first row, which says what it is about, and the last always stay.
    while len(whole) > blocks.TEXT and kept > 1:
        kept -= 1
        left_out = len(told) - 1 - kept
        whole = escape("\n".join([*told[:kept], more(left_out), told[-1]]))
    return clip(whole, blocks.TEXT)


def finished(text: str, built: Sequence[Block], more: More = counted) -> dict[str, Any]:
    """A message that Slack takes. What in it is not fit to be sent, a fault of ours, is left to `text`."""
    message = {"text": text, "blocks": fitted(built, more)}
    blocks.check_message(message)
    return message


def fitted(
    built: Sequence[Block], more: More = counted, most: int = blocks.BLOCKS, literal: int = LITERAL
) -> list[Block]:
    """The blocks that are fit to be sent, at most so many, with at most so many characters of literal text."""
    # A copy, as lists are shortened in place and the caller's own must stay whole.
    return _few(_short(copy.deepcopy([block for block in built if _sound(block)]), more, literal), more, most)


def _sound(block: Block) -> bool:
    try:
        blocks.check_message({"text": "-", "blocks": [block]})
    except ValueError:
        return False
    return True


def _short(built: list[Block], more: More, literal: int) -> list[Block]:
    """Lists lose items from the end of the message on until all of it is short enough."""
    lists = [
        part for block in built for part in block.get("elements", ()) if part["type"] == "rich_text_list"
    ]
    for part in reversed(lists):
        items, dropped = part["elements"], 0
        while sum(map(len, _texts(built))) > literal and len(items) > 1:
            # The line that says how many more there are is said anew with another number.
            if dropped:
                items.pop()
            items.pop()
            dropped += 1
            items.append({"type": "rich_text_section", "elements": [blocks.words(more(dropped))]})
            if len(items) == 1:
                break
    return _clipped(built, literal)


def _clipped(built: list[Block], room: int) -> list[Block]:
    """What is still too long, in one piece, is cut."""
    pieces = list(_elements(built))
    for number, element in enumerate(pieces, start=1):
        # Slack refuses an empty text: a place is kept for each piece that follows.
        element["text"] = cut(element["text"], max(room - (len(pieces) - number), 1))
        room -= len(element["text"])
    return built


def _few(built: list[Block], more: More, most: int) -> list[Block]:
    """Blocks are left out before those that close the message."""
    if len(built) <= most:
        return built
    tail = next((n for n, block in enumerate(reversed(built)) if block["type"] not in _FIXED), 0)
    # One place is kept for the line that says how many are left out.
    tail = min(tail, most - 1)
    room = most - tail - 1
    left_out = len(built) - tail - room
    closing = built[len(built) - tail :]
    return [*built[:room], blocks.rich_text([blocks.words(more(left_out))]), *closing]


def _texts(built: Sequence[Block]) -> Iterator[str]:
    return (element["text"] for element in _elements(built))


def _elements(built: Sequence[Block]) -> Iterator[Element]:
    """The pieces of literal text, in order."""
    for block in built:
        for part in block.get("elements", ()) if block["type"] == "rich_text" else ():
            sections = part["elements"] if part["type"] == "rich_text_list" else [part]
            yield from (e for section in sections for e in section["elements"] if e.get("text"))
