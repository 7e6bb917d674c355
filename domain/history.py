"""What a change in a ticket's history amounts to: an edit of blanks or capitals is none."""

from __future__ import annotations

from datetime import datetime

from domain import parsing
from domain.fields import FIELDS, Kind
from domain.words import blank

_LEAD = 24
"""Characters shown before the place where two long texts begin to differ."""


def same_words(before: str, after: str, name: str = "") -> bool:
    """True when two texts differ in blanks and capitals at most, or both say nothing ("", "tbd", "-") in the field
    `name`.
    """
    return _plain(before, name) == _plain(after, name)


def difference(before: str, after: str, name: str = "") -> tuple[str, str] | None:
    """Two values of the field `name`, each shortened so that the difference can be seen; None when there is none that
    matters in it.
    """
    if same_words(before, after, name):
        return None
    old, new = (" ".join(text.split()) for text in (before, after))
    short = parsing.shorten(old), parsing.shorten(new)
    if not same_words(*short, name):
        return short
    # Shortened, the two would look alike, so both are shown from a little before the place where they differ.
    start = _first_difference(old, new)
    return _from(old, start), _from(new, start)


def comparable(name: str, raw: str) -> str:
    """A value of a field as history keeps it: a moment that can be understood in ISO 8601, UTC; else as it stands."""
    spec = FIELDS.get(name)
    # A moment can be written in several ways; compared as text, one that stayed would seem to have changed.
    found = parsing.moment(raw).value if spec and spec.kind is Kind.MOMENT else None
    return found.isoformat() if isinstance(found, datetime) else raw


def _plain(text: str, name: str) -> str:
    return "" if blank(text, name) else " ".join(text.split()).casefold()


def _first_difference(old: str, new: str) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((i for i, (a, b) in pairs if a.casefold() != b.casefold()), min(len(old), len(new)))


def _from(text: str, start: int) -> str:
    begin = max(0, start - _LEAD)
    return parsing.shorten(("…" if begin else "") + text[begin:])
