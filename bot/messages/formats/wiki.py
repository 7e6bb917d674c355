"""A document as wiki markup, for Jira Data Center. Every special character of a text is escaped, so that
nothing from a ticket becomes a macro, a mention or a link.
"""

from __future__ import annotations

import re

from domain.document import Block, Bullets, Document, Fold, Heading, Line, Panel, Paragraph, Run, Tone
from domain.legible import legible

_COLOURS = {Tone.STOP: "#ffebe6", Tone.TODO: "#fffae6", Tone.DONE: "#e3fcef", Tone.INFO: "#deebff"}
_SPECIAL = re.compile(r"([\\{}\[\]*_\-+^~!|?#@])")
# Jira makes a link of a bare address; a blank of no width in it keeps it text.
_URL = re.compile(r"(?i)\b(https?|ftp|mailto|file|www|irc|news)(:|\.)")
# An emoticon, a quote or heading at the start of a line, and an entity that is written out.
_ALIVE = re.compile(
    r"[:;](?=[()PDp])|\((?=(?:[ynix/]|on|off|flag|flagoff|\\[*!?+\-][rgby]?)\))|^(?:bq|h[1-6])(?=\.)|&(?=(?:\\#)?\w+;)"
)


def escape(text: str) -> str:
    """Text that wiki markup shows as it is."""
    plain = _SPECIAL.sub(r"\\\1", " ".join(legible(text).split()))
    plain = _ALIVE.sub(lambda found: f"{found[0][0]}\u200b{found[0][1:]}", plain)
    return _URL.sub(lambda found: f"{found[1]}\u200b{found[2]}", plain)


def render(document: Document) -> str:
    """The document as wiki markup."""
    return "\n\n".join(_block(block) for block in document.blocks)


def _block(block: Block) -> str:
    match block:
        case Heading(text):
            return f"h4. {escape(text)}"
        case Paragraph(lines):
            return _lines(lines)
        case Panel(tone, lines):
            return f"{{panel:bgColor={_COLOURS[tone]}}}\n{_lines(lines)}\n{{panel}}"
        case Bullets(items):
            # Two backslashes break the line within an item, where a real line break would end the list.
            return "\n".join(f"* {_lines(lines, joint=' ' + chr(92) * 2 + ' ')}" for lines in items)
        case Fold(title, _):
            return escape(title)


def _lines(lines: tuple[Line, ...], joint: str = "\n") -> str:
    return joint.join("".join(_run(run) for run in line) for line in lines)


def _run(run: Run) -> str:
    text = escape(run.text)
    if run.link:
        return f"[{text}|{run.link}]"
    # Blanks go outside the marks: wiki markup knows no bold that begins or ends with one.
    lead, trail = run.text[: len(run.text) - len(run.text.lstrip())], run.text[len(run.text.rstrip()) :]
    if run.strong and text:
        text = f"*{text}*"
    if run.subdued and text:
        text = f"{{color:#6b778c}}{text}{{color}}"
    return f"{' ' if lead else ''}{text}{' ' if trail else ''}"
