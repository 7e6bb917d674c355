"""Halves of characters in an answer. A system that cuts texts by UTF-16 units leaves half an emoji at the end, which
is no character: no file, database or other system takes it.
"""

from __future__ import annotations

import re

# Escapes one by one and in pairs, so that neither a whole emoji nor a written backslash is taken for a half.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
_REPLACEMENT = rb"\ufffd"


def without_halves(json_text: bytes) -> bytes:
    """The same JSON with U+FFFD, the sign for a character that was lost, in the place of each half."""
    if b"\\ud" not in json_text and b"\\uD" not in json_text:
        return json_text
    return _ESCAPE.sub(lambda escape: _REPLACEMENT if escape[1] else escape[0], json_text)
