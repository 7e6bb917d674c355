"""A document as plain text: ServiceNow work notes, the terminal, and what screen readers get."""

from __future__ import annotations

import re

from domain.document import Block, Bullets, Document, Fold, Heading, Line, Panel, Paragraph
from domain.legible import legible

_CODE_TAG = re.compile(r"\[(/?code)\]", re.IGNORECASE)


def inert(text: str) -> str:
    """Text in which ServiceNow finds no `[code]` section and a browser no tag: brackets made harmless."""
    return _CODE_TAG.sub(lambda tag: f"[\u200b{tag[1]}]", legible(text)).replace("<", "‹").replace(">", "›")


def render(document: Document) -> str:
    """The document as text, a blank line between blocks.."""
    return "\n\n".join(_block(block) for block in document.blocks)


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return inert(text)
        case Paragraph(lines) | Panel(_, lines):
            return "\n".join(_line(line) for line in lines)
        case Bullets(items):
            return "\n".join("• " + "\n  ".join(_line(line) for line in lines) for lines in items)
        case Fold(title, _):
            return inert(title)


def _line(line: Line) -> str:
    return inert("".join(run.text for run in line))
