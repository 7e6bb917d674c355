"""Words that may be a person's: a part of their name, or one letter beside it. Pure; folded, in small letters."""

from __future__ import annotations

import string
from collections.abc import Iterable

_MISSPELLED = 4
"""Letters from which a word with one letter wrong, missing or too much is near; shorter ones have many neighbours."""


def near_words(words: Iterable[str]) -> frozenset[str]:
    """The words, and those that are one slip of the pen from a long one."""
    given = frozenset(words)
    return given.union(*(_slips(word) for word in given if len(word) >= _MISSPELLED))


def _slips(word: str) -> set[str]:
    # The first letter is seldom the wrong one, and with another many a name is a word of the language ("Niet").
    parts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    letters = string.ascii_lowercase
    missing = {a + b[1:] for a, b in parts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    other = {a + letter + b[1:] for a, b in parts if b for letter in letters}
    more = {a + letter + b for a, b in parts for letter in letters}
    return missing | swapped | other | more
