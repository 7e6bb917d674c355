"""The dialog in which somebody chooses when to hear of a ticket again: what is allowed now, each with its moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.messages.blockkit import blocks, modals
from bot.messages.blockkit.mrkdwn import cut
from bot.messages.i18n.speaker import Translator
from bot.messages.replies import PIECE, plain_answer
from bot.policy.actions import Action, SnoozeChoice
from domain.facts import Facts
from domain.sentence import Quote, say

UNTIL = "until"
"""Name of what is chosen: a moment in UTC, as ISO 8601."""

NAPS = {
    SnoozeChoice.HOURS: say("in two hours"),
    SnoozeChoice.TOMORROW: say("the next working morning"),
    SnoozeChoice.DAYS: say("in two working days"),
    SnoozeChoice.WEEK: say("in five working days"),
}


def told_in_dialog(speak: Translator, *paragraphs: str) -> modals.View:
    """A dialog that only says something."""
    built = [blocks.rich_text([blocks.words(cut(text, PIECE))]) for text in paragraphs if text]
    return modals.dialog(speak.say("Remind me later"), built, speak.say("Close"))


def waiting(speak: Translator) -> modals.View:
    """What the dialog shows while it is being looked up what belongs in it."""
    return told_in_dialog(speak, speak.say("One moment…"))


def snooze_form(
    facts: Facts,
    choices: Sequence[tuple[SnoozeChoice, datetime]],
    last: datetime,
    note: str,
    speak: Translator,
) -> modals.View:
    """When to hear of it again. `last` is the latest that can be chosen; none of the `choices` ends after it."""
    told = speak.say(
        "The deadline of {ticket} stays as it is. You hear of it again on {last} at the latest.",
        ticket=Quote(facts.ticket.key),
        last=last,
    )
    named = [(f"{speak(until)} ({speak(NAPS[nap])})", until.isoformat()) for nap, until in choices]
    built = [
        blocks.rich_text([blocks.words(told)]),
        modals.choice_field(speak.say("Remind me again on"), UNTIL, named),
    ]
    opened = modals.dialog(speak.say("Remind me later"), built, speak.say("Cancel"))
    return modals.form(opened, speak.say("Remind me then"), Action.SNOOZE.value, note)


def chosen(text: str) -> datetime | None:
    """The moment that was chosen; None when it is none of ours."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def in_dialog(dialog: str, text: str, speak: Translator) -> dict[str, object]:
    """The answer that says something in the open dialog, or elsewhere when it was closed."""
    return {"dialog": [dialog, told_in_dialog(speak, text)], "tell": plain_answer(text)}
