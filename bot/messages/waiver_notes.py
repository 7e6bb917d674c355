"""What is told of an exception that is about to lapse, or that is no longer needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages.blockkit import blocks
from bot.messages.blockkit.mrkdwn import escape, is_web
from bot.messages.blockkit.parts import Message, heading, message, text
from bot.messages.i18n.speaker import Translator
from bot.messages.waivers import last_day
from domain.finding import Finding
from domain.sentence import Quote
from domain.ticket import Ticket
from domain.waiver import Waiver


@dataclass(frozen=True, slots=True)
class NotedWaiver:
    """An exception to one requirement, and how that requirement stands now."""

    waiver: Waiver
    finding: Finding


def compose(
    ticket: Ticket, ending: bool, noted: Sequence[NotedWaiver], speak: Translator, *, recorder: bool
) -> Message:
    """That exceptions end, or else that they are no longer needed; to who recorded them, or to the team. All of them
    were recorded together.
    """
    day = last_day(noted[0].waiver, speak)
    told = (
        speak.say("An exception ends: after {day} this is asked again.", day=day)
        if ending
        else speak.say("An exception until {day} is no longer needed: this is in order without it.", day=day)
    )
    points = [_point(one, speak) for one in noted]
    why = _why(ticket, speak, recorder=recorder)
    opened = (
        [blocks.url_button(speak.say("Open the ticket"), ticket.url, "open_ticket")]
        if is_web(ticket.url)
        else []
    )
    built = [
        blocks.header(heading(ticket)),
        blocks.rich_text([blocks.words(told, bold=True)]),
        blocks.bullets(*([blocks.words(name, bold=True), blocks.words(rest)] for name, rest in points)),
        *([blocks.actions(*opened)] if opened else []),
        blocks.context(escape(why)),
    ]
    said = text(heading(ticket), told, *(f"• {name}{rest}" for name, rest in points), why, ticket.url)
    return message(said, built)


def _point(one: NotedWaiver, speak: Translator) -> tuple[str, str]:
    waiver = one.waiver
    by = speak.say(
        "recorded by {name} ({role}): {reason}",
        name=Quote(waiver.by),
        role=waiver.role,
        reason=Quote(waiver.reason),
    )
    return one.finding.titled(speak.language), f" — {by} [{one.finding.id}]"


def _why(ticket: Ticket, speak: Translator, *, recorder: bool) -> str:
    if recorder:
        return speak.say("You get this because you recorded the exception.")
    if ticket.team:
        return speak.say(
            "You get this because {team} is responsible for this ticket.", team=Quote(ticket.team)
        )
    return speak.say("You get this because this ticket names no responsible team.")
