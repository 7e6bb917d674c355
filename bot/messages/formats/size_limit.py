"""Keeping a comment within what the system takes: whole findings are left out, and counted, until it fits.

Jira takes 32,767 characters (Data Center: a setting, often higher). Whether it counts the text or the JSON of an ADF
comment is not documented, so all that is sent is counted, in Java's characters (an emoji is two). The room left
over is for the marker, a remark, and markup that Jira adds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.messages.formats.render import rendered
from bot.messages.i18n.speaker import Translator
from domain.document import Bullets, Document, Fold, Run
from domain.ports.messaging import Format

ROOM = 30_000
"""Characters of a rendered comment at most."""


def fitted(document: Document, form: Format, speak: Translator) -> Any:
    """The document rendered, with as many of its findings as fit; what is in order goes first, then from the end."""
    for shorter in _ever_shorter(document, speak):
        body = rendered(shorter, form)
        if size(body) <= ROOM:
            return body
    # Too long even without lists: the panel alone, which says how the ticket stands.
    return rendered(Document(document.blocks[:1]), form)


def size(body: Any) -> int:
    """UTF-16 units of a rendered body as it is sent."""
    sent = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    # Half a surrogate pair in a ticket's text must not end in an error.
    return len(sent.encode("utf-16-le", "surrogatepass")) // 2


def _ever_shorter(document: Document, speak: Translator) -> Iterator[Document]:
    left_out: dict[int, int] = {}
    yield document
    for kind in (Fold, Bullets):
        for place, block in reversed(list(enumerate(document.blocks))):
            if isinstance(block, kind):
                for number in range(1, len(block.items) + 1):
                    left_out[place] = number
                    yield _without(document, left_out, speak)


def _without(document: Document, left_out: Mapping[int, int], speak: Translator) -> Document:
    blocks = list(document.blocks)
    for place, number in left_out.items():
        block = blocks[place]
        more = (Run(speak.count("and {n} more point", "and {n} more points", number), subdued=True),)
        if isinstance(block, Fold):
            blocks[place] = replace(block, items=(*block.items[:-number], more))
        elif isinstance(block, Bullets):
            blocks[place] = replace(block, items=(*block.items[:-number], (more,)))
    return Document(tuple(blocks))
