"""Pieces that every Slack message is made of, and its last check."""

from __future__ import annotations

from typing import Any

from bot.messages.blockkit import blocks
from bot.messages.blockkit.limits import finished, text_of
from bot.messages.i18n.speaker import Translator
from bot.messages.overview import seen, title
from domain.ticket import Ticket
from rules.grouping import RequirementGroup

Message = dict[str, Any]


def heading(ticket: Ticket) -> str:
    """Key and summary, on one line."""
    return named(ticket.key, ticket.summary)


def named(key: str, summary: str) -> str:
    """A ticket by its key and summary, on one line."""
    return f"{key} · {' '.join(summary.split())}"


def point(line: RequirementGroup, speak: Translator) -> str:
    """An open line: what it demands, and what was seen."""
    return f"{title(line, speak)} — {seen(line, speak)}"


def text(*rows: str) -> str:
    """The whole message for notifications and screen readers, escaped, within Slack's limit."""
    return text_of(rows)


def message(said: str, built: list[blocks.Block]) -> Message:
    """A message as the message channel takes it; what Slack would refuse for its size is cut by whole rows."""
    return finished(said, built)
