"""A message before it has a format: a few kinds of blocks and runs of text that every message channel can show.

Comments are composed as documents and rendered to ADF, wiki markup or plain text; nothing in a document can
become markup, because text stays text until a renderer escapes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a panel looks: something forbidden, something to do, nothing left, or just telling."""

    STOP = "stop"
    TODO = "todo"
    DONE = "done"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text, perhaps strong or subdued, perhaps a link (only to places the admin configured)."""

    text: str
    strong: bool = False
    subdued: bool = False
    link: str = ""


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One or more lines of text that belong together."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A short heading."""

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; each item is one or more lines, the first of which stands out."""

    items: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A coloured box with what matters most."""

    tone: Tone
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Details folded behind a title, where the message channel can fold; otherwise only the title is shown."""

    title: str
    items: tuple[Line, ...]


Block = Paragraph | Heading | Bullets | Panel | Fold


@dataclass(frozen=True, slots=True)
class Document:
    """A whole message, without the marker line that a message channel adds to find its own text again."""

    blocks: tuple[Block, ...]
