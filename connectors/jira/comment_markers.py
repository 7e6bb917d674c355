"""The marks on the bot's own comments: a property, and a subdued last line that also people can see."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

# Stands on comments already: under another name these would not be known again, and be posted anew.
PROPERTY = "sluiswachter.slot"
_SIGN = "Sluiswachter · ref "
_GREY = "#97a0af"


def reference(slot: str) -> str:
    """The visible part of the marker: the second evidence, should properties be lost or not be listed."""
    # A digest, because people and customers read it: it tells nothing of the rules or of anybody's name.
    return _SIGN + hashlib.sha256(slot.encode()).hexdigest()[:12]


def signed(body: Any, slot: str) -> Any:
    """The text with the visible reference as its last, subdued line: ADF or wiki markup."""
    if isinstance(body, str):
        return f"{body.rstrip()}\n\n{{color:{_GREY}}}{reference(slot)}{{color}}"
    # The body is the journal's own: a line added to that would be added again at every edit.
    document = copy.deepcopy(body)
    subdued = {"type": "textColor", "attrs": {"color": _GREY}}
    line = {"type": "text", "text": reference(slot), "marks": [subdued]}
    document["content"].append({"type": "paragraph", "content": [line]})
    return document


def shows(body: Any, text: str) -> bool:
    """Whether a comment's body, ADF or wiki markup, holds a text."""
    # Whatever an editor made of the line meanwhile, the words stand somewhere in the document.
    return text in json.dumps(body, ensure_ascii=False)


def ours(body: Any) -> bool:
    """Whether a comment's body carries the mark of any of our comments."""
    return shows(body, _SIGN)
