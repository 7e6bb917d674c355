"""Sentences as data: an English message id with arguments, put into the reader's language later.

Checks and deciders never build text; they `say(...)`. The message id is what translators see.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence to be spoken: message id and arguments by name. Arguments may be people, moments
    (aware datetimes), states, other sentences, or tuples of these.
    """

    msgid: str
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
