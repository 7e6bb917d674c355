"""The dialog in which an exception to a requirement is put on record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages.blockkit import blocks, modals
from bot.messages.blockkit.mrkdwn import cut
from bot.messages.i18n.languages import LANGUAGES
from bot.messages.i18n.speaker import Translator
from bot.messages.replies import PIECE, plain_answer
from bot.messages.waivers import recorded
from bot.policy.actions import Action
from domain.facts import Facts
from domain.finding import Finding
from domain.sentence import Quote, Say
from domain.waiver import Waiver

RULES, REASON, UNTIL = "rules", "reason", "until"
"""Names of what is filled in."""

LONGEST = 300
"""Characters of a reason: it stands in every comment while the exception holds."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was filled in so far: requirements, reason and last day (such as 2026-12-31), and what was wrong with it."""

    rules: tuple[str, ...]
    reason: str
    until: str
    refused: Say | None = None


def note_of(ticket: str, language: str, place: str) -> str:
    """What a form carries along: the ticket ("source:id"), its language, and the channel it began in."""
    return json.dumps([ticket, language, place])


def noted(note: str) -> tuple[str, str, str] | None:
    """What a form carried along; None when it is not one of ours."""
    try:
        ticket, language, place = json.loads(note)
    except (ValueError, TypeError):
        return None
    whole = all(isinstance(part, str) for part in (ticket, language, place))
    return (ticket, language, place) if whole and language in LANGUAGES else None


def waiting(speak: Translator) -> modals.View:
    """What a dialog shows while it is being looked up what belongs in it."""
    return told_in_dialog(speak, speak.say("One moment…"))


def told_in_dialog(speak: Translator, *paragraphs: str) -> modals.View:
    """A dialog that only says something."""
    built = [blocks.rich_text([blocks.words(cut(text, PIECE))]) for text in paragraphs if text]
    return modals.dialog(speak.say("Record an exception"), built, speak.say("Close"))


def exception_form(
    facts: Facts, open_: Sequence[Finding], draft: Draft, note: str, speak: Translator
) -> modals.View:
    """What is to be filled in: for which requirements, why, and until when; after a refusal with what was wrong."""
    told = speak.say(
        "An exception makes nothing met: it stays visible with your name, and ends by itself. It is for {ticket} only.",
        ticket=Quote(facts.ticket.key),
    )
    if not open_:  # all was settled meanwhile; Slack refuses a list without choices
        return told_in_dialog(speak, speak(draft.refused) if draft.refused else told)
    named = [(_choice(f, speak), f.id) for f in open_]
    hint = speak.say("In words that somebody understands a year from now.")
    wrong = [blocks.words(f"⛔ {speak(draft.refused)}", bold=True)] if draft.refused else []
    built = [
        *([blocks.rich_text(wrong)] if wrong else []),
        blocks.rich_text([blocks.words(told)]),
        modals.choices_field(speak.say("Which requirements"), RULES, named, draft.rules),
        modals.text_field(speak.say("Why"), REASON, hint, draft.reason, LONGEST),
        modals.day_field(speak.say("Last day on which it holds"), UNTIL, draft.until),
    ]
    opened = modals.dialog(speak.say("Record an exception"), built, speak.say("Cancel"))
    return modals.form(opened, speak.say("Record"), Action.WAIVE.value, note)


def _choice(finding: Finding, speak: Translator) -> str:
    """A requirement by its name, however long, and the id that tells it from others of that name."""
    name = speak.written(finding.title)
    # Three characters are the blank and the brackets.
    return f"{cut(name, blocks.BUTTON - len(finding.id) - 3)} ({finding.id})"


def exception_recorded(
    key: str, made: Waiver, rest: Sequence[str], awaited: Sequence[Say], speak: Translator
) -> modals.View:
    """That it is on record; what else demands the same, and for what somebody else must record one too."""
    same = speak.say("The same demand stays open by {rules}.", rules=tuple(rest)) if rest else ""
    return told_in_dialog(speak, f"{key} · {recorded(made, speak)}", *map(speak, awaited), same)


def in_dialog(dialog: str, text: str, speak: Translator) -> dict[str, object]:
    """The answer that says something in an open dialog, or elsewhere when it was closed."""
    return {"dialog": [dialog, told_in_dialog(speak, text)], "tell": plain_answer(text)}
