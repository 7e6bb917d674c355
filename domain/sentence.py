"""Sentences as data: an English message id with arguments, put into the reader's language later.

Checks and deciders never build text; they `say(...)`. The message id is what translators see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FALLBACK = "en"
"""The language of the message ids. What is written in several languages is always written in this one too."""


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence to be spoken: message id and arguments by name. Arguments may be people, moments
    (aware datetimes), states, other sentences, or tuples of these.
    """

    msgid: str
    # Pairs, so that sentences can be compared and each is said once.
    args: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """Text that comes from a ticket or a register: shown as it is, never interpreted or translated."""

    text: str


@dataclass(frozen=True, slots=True)
class Either:
    """Alternatives, read as "A, B or C". A plain tuple reads as "A, B and C"."""

    items: tuple[object, ...]


def say(msgid: str, /, **args: object) -> Say:
    """Make a sentence. `msgid` is a literal with {named} places, so that catalogues can be extracted."""
    return Say(msgid, tuple(args.items()))


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The one of several texts, by language, that a reader gets: English where there is none in their own."""
    return texts.get(language) or texts[FALLBACK]
