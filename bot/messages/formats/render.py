"""A composed document in the form a message channel takes."""

from __future__ import annotations

from typing import Any

from bot.messages.formats import adf, plain, wiki
from domain.document import Document, Paragraph, Run
from domain.ports.messaging import Format

_RENDERERS = {Format.ADF: adf.render, Format.WIKI: wiki.render, Format.PLAIN: plain.render}


def rendered(document: Document, form: Format) -> Any:
    """ADF as a dict, wiki markup or plain text as a string. Slack messages are built as blocks instead."""
    return _RENDERERS[form](document)


def with_remark(body: Any, form: Format, remark: str) -> Any:
    """A rendered body with a small remark below its first block. Only comments and notes take one."""
    if form is Format.SLACK:
        return body
    line = rendered(Document((Paragraph(((Run(remark, subdued=True),),)),)), form)
    if form is Format.ADF:
        first, *rest = body["content"]
        return body | {"content": [first, *line["content"], *rest]}
    first, gap, rest = body.partition("\n\n")
    return f"{first}\n\n{line}{gap}{rest}"
