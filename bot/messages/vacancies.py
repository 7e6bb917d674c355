"""To who answers for changes: the roles that nobody holds, and the tickets that wait for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.messages.blockkit import blocks
from bot.messages.blockkit.mrkdwn import escape
from bot.messages.blockkit.parts import Message, heading, message, text
from bot.messages.i18n.speaker import Translator
from domain.facts import Facts
from domain.people import Role
from domain.sentence import say

_TICKETS = 15
_LOST = say(
    "{role}: the group that is named for it is not found. Who runs the bot can mend that; until then it is not known"
    " whether these tickets have its decision."
)
_VACANT = say("{role}: its group has no active member. These tickets wait for it until it has one.")


def compose(waiting: Mapping[Role, Sequence[Facts]], to: Role, speak: Translator) -> Message:
    """One message about all of them."""
    top = speak.count("{n} role is held by nobody", "{n} roles are held by nobody", len(waiting))
    built, texts = [blocks.header(top)], [top]
    for role, found in waiting.items():
        told = speak.say((_LOST if found[0].role(role).lost else _VACANT).msgid, role=role)
        tickets = [one.ticket for one in found]
        rows = [[blocks.web_link(one.url, heading(one))] for one in tickets[:_TICKETS]]
        texts += [told, *(f"• {heading(one)} {one.url}" for one in tickets[:_TICKETS])]
        if rest := max(len(tickets) - _TICKETS, 0):
            more = speak.count("and {n} other ticket", "and {n} other tickets", rest)
            rows.append([blocks.words(more)])
            texts.append(more)
        built += [blocks.rich_text([blocks.words(told)]), blocks.bullets(*rows)]
    why = speak.say("You get this as {role}: the teams of these tickets cannot mend it.", role=to)
    return message(text(*texts, why), [*built, blocks.context(escape(why))])
