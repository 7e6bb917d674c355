"""Telephone numbers in text, however they are spaced. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

_GAP = r"[\s./()-]{0,3}"
_DIGITS = re.compile(rf"(?<![\w+])[+(]{{0,2}}\d(?:{_GAP}\d){{7,15}}(?!\w)")
_DIALLED = re.compile(r"\+|\(?0")
_DATE = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
_LEAST, _MOST = 8, 15
"""Digits of a number, as the national part of the shortest and the international form of the longest."""
_CALLED = r"tel|telefoon|telephone|phone|gsm|mobile|mobiel|mob|nr|t|m|op|on|at|bel|call"
_AFTER = re.compile(rf"[\s)\]<>,;:|/\"'-]*(?:\b(?:{_CALLED})\b[\s.:]*)*\(?", re.IGNORECASE)
_BEFORE = re.compile(r"\s*[(\[]\s*")


def digits(text: str) -> str:
    """Its digits, without the zeros it begins with and the zero in brackets that is not dialled from abroad."""
    return re.sub(r"\D", "", text.replace("(0)", "")).lstrip("0")


def same_number(one: str, other: str) -> bool:
    """Whether two numbers are one, with and without the code of its country. Both as `digits` gives them."""
    least = min(len(one), len(other))
    return least >= _LEAST and (one.endswith(other) or other.endswith(one))


def numbers(plain: str) -> Iterator[tuple[int, int]]:
    """Where in a folded text something stands that can be a telephone number, from where to where."""
    for found in _DIGITS.finditer(plain):
        if _LEAST <= len(digits(found[0])) <= _MOST and not _DATE.match(found[0]):
            yield found.span()


def dialled(plain: str) -> Iterator[tuple[int, int]]:
    """Those of which the beginning says that they are of a telephone, and nothing else."""
    yield from (span for span in numbers(plain) if _DIALLED.match(plain, span[0]))


def beside(plain: str, number: tuple[int, int], person: tuple[int, int]) -> bool:
    """Whether a number stands beside a person, so that it is theirs: `An Maes (tel. 0470 12 34 56)`, `0470 12 34 56
    (An Maes)`. In `0470 12 34 56, An Maes` it may be of who was named before.
    """
    if person[1] <= number[0]:
        return bool(_AFTER.fullmatch(plain, person[1], number[0]))
    return number[1] <= person[0] and bool(_BEFORE.fullmatch(plain, number[1], person[0]))
