"""To who answers for changes: what was made and closed between two looks, and what it lacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages.blockkit import blocks
from bot.messages.blockkit.mrkdwn import escape
from bot.messages.blockkit.parts import Message, heading, message, point, text
from bot.messages.i18n.speaker import Translator
from domain.facts import Facts
from domain.people import Role
from rules.grouping import RequirementGroup

# Two blocks a ticket, and room for the heading, how many more there are, and why it came.
_MOST = blocks.BLOCKS // 3
_POINTS = 6


@dataclass(frozen=True, slots=True)
class ClosedUnseen:
    """One ticket that was closed (UTC) before anybody looked, with the lines that were not as they should have been."""

    facts: Facts
    closed: datetime
    lines: tuple[RequirementGroup, ...]


def compose(found: Sequence[ClosedUnseen], role: Role, speak: Translator) -> Message:
    """One message about all of them."""
    top = speak.count(
        "{n} ticket was closed before it was looked at",
        "{n} tickets were closed before they were looked at",
        len(found),
    )
    built, texts = [blocks.header(top)], [top]
    for one in found[:_MOST]:
        ticket, points = one.facts.ticket, _points(one, speak)
        ended = speak.say("closed on {at}", at=one.closed)
        built += [
            blocks.rich_text([blocks.web_link(ticket.url, heading(ticket)), blocks.words(f" — {ended}")]),
            blocks.bullets(*([blocks.words(row)] for row in points)),
        ]
        texts += [f"{heading(ticket)} — {ended}", *(f"• {row}" for row in points), ticket.url]
    if rest := max(len(found) - _MOST, 0):
        more = speak.count("and {n} other ticket", "and {n} other tickets", rest)
        built.append(blocks.rich_text([blocks.words(more)]))
        texts.append(more)
    why = speak.say(
        "You get this as {role}. Nobody was reminded while these were open; they are judged by the roles and classes of"
        " today.",
        role=role,
    )
    return message(text(*texts, why), [*built, blocks.context(escape(why))])


def _points(one: ClosedUnseen, speak: Translator) -> list[str]:
    points = [point(line, speak) for line in one.lines[:_POINTS]]
    if rest := max(len(one.lines) - _POINTS, 0):
        points.append(
            speak.count("and {n} more point, in the ticket", "and {n} more points, in the ticket", rest)
        )
    return points
