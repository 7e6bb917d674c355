"""Text as people can read it, whatever system it goes to: nothing in it that is not seen and changes what is seen."""

from __future__ import annotations

import re

# Line ends and tabs stay. Marks that turn the writing serve scripts that run from right to left, and a lie as well.
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def legible(text: str) -> str:
    """The text without control characters and without those that turn the direction of writing."""
    return _UNSEEN.sub("", text)
