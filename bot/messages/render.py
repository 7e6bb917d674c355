"""A composed document in the form an outlet takes."""

from __future__ import annotations

from typing import Any

from bot.messages import adf, plain, wiki
from bot.model.document import Document
from bot.ports import Format

_RENDERERS = {Format.ADF: adf.render, Format.WIKI: wiki.render, Format.PLAIN: plain.render}


def rendered(document: Document, form: Format) -> Any:
    """ADF as a dict, wiki markup or plain text as a string. Slack messages are built as blocks instead."""
    return _RENDERERS[form](document)
