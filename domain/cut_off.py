"""What is left of a name or a number where a text was cut off: `Piet Jan...`. Pure; of folded text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from domain.name_forms import Words, telling

_CUT = "..."
_TAIL = 80
"""Characters before the cut that are looked at."""
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NUMBER = re.compile(r"(?<!\w)(?:\+|\(?0)(?:[\s./()-]{0,3}\d){3,15}[\s./()-]{0,3}(?=\.\.\.)")


def names(plain: str, orders: Collection[Words]) -> Iterator[tuple[int, int]]:
    """Where a text is cut off within a name, after a word that is telling and a letter more."""
    if not orders:
        return
    at = plain.find(_CUT)
    while at >= 0:
        found = list(_WORD.finditer(plain, max(0, at - _TAIL), at))
        for count in range(2, len(found) + 1):
            said = tuple(word[0].casefold() for word in found[-count:])
            if found[-1].end() == at and any(_begins(said, order) for order in orders):
                yield found[-count].start(), at
        at = plain.find(_CUT, at + len(_CUT))


def numbers(plain: str) -> Iterator[tuple[int, int]]:
    """Where a text is cut off within what can be a telephone number."""
    yield from (found.span() for found in _NUMBER.finditer(plain))


def _begins(said: Words, order: Words) -> bool:
    last = len(said) - 1
    if len(said) > len(order) or not telling(said[:last]):
        return False
    return said[:last] == order[:last] and order[last].startswith(said[last])
