"""Escalations: what nobody settled, since when, and who was asked before; to the next in line and in the thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.messages.blockkit import blocks
from bot.messages.blockkit.mrkdwn import escape
from bot.messages.blockkit.parts import Message, heading, message, text
from bot.messages.i18n.speaker import Translator
from bot.messages.overview import capital, seen, title, who
from bot.policy.audience import Team, of_key
from bot.policy.overdue import OverdueItem
from domain.facts import Facts
from domain.lifecycle import Verdict
from domain.people import Role
from domain.requests import ActionRequest
from domain.sentence import Quote, Say, say
from rules.grouping import RequirementGroup
from rules.wording import ROLES

# Three blocks a ticket, and room for the heading, how many more there are, and why it came.
_MOST = blocks.BLOCKS // 4


@dataclass(frozen=True, slots=True)
class EscalatedItem:
    """One line of a ticket that goes up to an audience, and who was asked for it `before`, oldest first."""

    audience: Team | Role
    facts: Facts
    line: RequirementGroup
    charge: OverdueItem
    step: int
    before: tuple[ActionRequest, ...] = ()

    @property
    def subject(self) -> str:
        """The ticket, as the journal names it."""
        return self.facts.ticket.subject


@dataclass(frozen=True, slots=True)
class EscalationMessage:
    """One message: all that goes up to an audience now."""

    audience: Team | Role
    raised: tuple[EscalatedItem, ...]


def compose(up: EscalationMessage, speak: Translator) -> Message:
    """To whom it goes up: per ticket what is open, since when, from whom it is asked, and who was asked before."""
    tickets: dict[str, list[EscalatedItem]] = {}
    for one in up.raised:
        tickets.setdefault(one.subject, []).append(one)
    top = speak.count("{n} ticket needs your help", "{n} tickets need your help", len(tickets))
    reason = _reason(up, speak)
    built, texts = [blocks.header(top)], [top]
    for raised in list(tickets.values())[:_MOST]:
        ticket = raised[0].facts.ticket
        points = [_point(one, speak) for one in raised]
        tried, starts = tried_before(raised, speak), _starts(raised[0].facts, speak)
        built += [
            blocks.rich_text([blocks.web_link(ticket.url, heading(ticket)), blocks.words(starts)]),
            blocks.bullets(*([blocks.words(point)] for point in points)),
            blocks.rich_text([blocks.words(tried)]),
        ]
        texts += [heading(ticket) + starts, *(f"• {point}" for point in points), tried, ticket.url]
    if rest := len(tickets) - _MOST:
        more = speak.count("and {n} other ticket", "and {n} other tickets", max(rest, 0))
        built += [blocks.rich_text([blocks.words(more)])] if rest > 0 else []
        texts += [more] if rest > 0 else []
    return message(text(*texts, reason), [*built, blocks.context(escape(reason))])


def _starts(facts: Facts, speak: Translator) -> str:
    """When it is to start, while that lies ahead: until then there is something to prevent."""
    start = facts.field("planned_start").value
    ahead = isinstance(start, datetime) and start > facts.now
    return f" — {speak.say('starts on {start}', start=start)}" if ahead else ""


def in_thread(up: EscalationMessage, speak: Translator) -> Message:
    """In the thread of the ticket's card: that it went up, to whom, and who was asked before."""
    points = [_point(one, speak) for one in up.raised]
    # One term that is over is enough to say that it was not settled in time.
    ahead = all(one.charge.term and one.facts.now < one.charge.start for one in up.raised)
    went = (
        speak.say("This was told to {who}, because a term runs out:", who=_audience(up.audience))
        if ahead
        else speak.say(
            "This went up to {who}, because it was not settled in time:", who=_audience(up.audience)
        )
    )
    tried = tried_before(up.raised, speak)
    built = [
        blocks.rich_text([blocks.words(went)]),
        blocks.bullets(*([blocks.words(point)] for point in points)),
        blocks.rich_text([blocks.words(tried)]),
    ]
    return message(text(went, *(f"• {point}" for point in points), tried), built)


def tried_before(raised: Sequence[EscalatedItem], speak: Translator) -> str:
    """Who was asked and when, each once; or that nobody was."""
    asks = sorted({(ask.at, ask.audience) for one in raised for ask in one.before})
    if not asks:
        return speak.say("No reminder of it went out before.")
    told = [speak.say("{who} on {when}", who=_audience(of_key(key)), when=at) for at, key in asks]
    return speak.say("Asked before: {asked}.", asked=Quote(speak.listed([Quote(one) for one in told])))


def _audience(audience: Team | Role) -> Quote | Say:
    if isinstance(audience, Role):
        return ROLES[audience]
    return Quote(audience.name) if audience.name else say("the responsible team")


def _point(one: EscalatedItem, speak: Translator) -> str:
    asked = speak.say("Who: {who}", who=Quote(who(one.line, one.facts, speak)))
    stands = capital(_since(one, one.facts.now, speak))
    return f"{title(one.line, speak)} — {seen(one.line, speak)} {stands}. {asked}"


def _since(one: EscalatedItem, now: datetime, speak: Translator) -> str:
    start = one.charge.start
    if one.charge.term and now < start:
        return speak.say("the term ends on {moment}", moment=start)
    if one.charge.term:
        return speak.say("the term ended on {moment}", moment=start)
    if one.charge.verdict is Verdict.VIOLATED:
        return speak.say("not allowed, since {moment}", moment=start)
    return speak.say("overdue since {moment}", moment=start)


def _reason(up: EscalationMessage, speak: Translator) -> str:
    if isinstance(up.audience, Team):
        team = Quote(up.audience.name)
        return speak.say("You get this because {team} is responsible for this ticket.", team=team)
    if not any(one.before for one in up.raised):
        return speak.say("You get this as {role}, who is the first to be asked.", role=up.audience)
    return speak.say(
        "You get this as {role}, because those who were asked before did not settle it.", role=up.audience
    )
