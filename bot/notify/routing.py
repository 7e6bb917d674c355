"""From intents to outgoing messages: on which channel, and where there, each audience is reached."""

from __future__ import annotations

from collections.abc import Iterable

from bot.context import Context
from bot.messages.intent import CARD, Intent
from bot.notify.channels import channel_of
from bot.policy.audience import OnTicket
from bot.report import Planned, Report
from domain.facts import Facts
from domain.outgoing import OutgoingMessage
from domain.people import Person
from domain.ports.errors import SourceError
from domain.ticket import Ticket


def route(
    ctx: Context, facts: Facts, intents: Iterable[Intent], report: Report, *, fleeting: bool = False
) -> list[OutgoingMessage]:
    """Intents with the place where each audience is reached. What observe mode says once, or of something `fleeting`,
    is not kept: it would come out of date, all at once, on the day the bot is told to act.
    """
    ticket = facts.ticket
    wishes = []
    for intent in intents:
        # Kept, it would go out on the day the bot is told to act, about things long past.
        if (intent.once or fleeting) and not ctx.policy.act:
            where = ticket.source if isinstance(intent.audience, OnTicket) else ctx.messenger
            report.planned.append(Planned(ticket.key, where, intent.kind, intent.reason.msgid))
            continue
        try:
            target, container = place_of(ctx, ticket, intent)
        except SourceError as error:
            # A message service that is down must not keep the ticket from its comment.
            report.problem(f"{ticket.key}: {error.line}")
            continue
        if container is None:
            report.problem(unreachable(ctx, ticket, intent, target))
            continue
        rest = ctx.policy.talk.card_rest if intent.kind == CARD else 0
        wishes.append(message_of(intent, ticket, target, container, rest))
    return wishes


def message_of(intent: Intent, ticket: Ticket, target: str, container: str, rest: int = 0) -> OutgoingMessage:
    """An intent about a ticket, put at its place. `rest` are the seconds between two edits."""
    return OutgoingMessage(
        target=target,
        ticket=ticket.subject,
        kind=intent.kind,
        container=container,
        digest=intent.digest,
        body=intent.body,
        reason=intent.reason,
        thread_kind=intent.thread_kind,
        once=intent.once,
        recipients=intent.recipients,
        roles=intent.roles,
        rest=rest,
    )


def place_of(ctx: Context, ticket: Ticket, intent: Intent) -> tuple[str, str | None]:
    """The message channel and the container in it; no container when the audience cannot be reached."""
    if isinstance(intent.audience, OnTicket):
        return ticket.source, ticket.id
    postbox = ctx.recipients
    return ctx.messenger, channel_of(intent.audience, postbox, ticket.team) if postbox else None


def unreachable(ctx: Context, ticket: Ticket, intent: Intent, target: str) -> str:
    """One line for the admin: who cannot be reached, and the fix."""
    if isinstance(intent.audience, Person):
        who, fix = (
            intent.audience.name,
            "their e-mail address is not visible in the ticket system, or not known there",
        )
    else:
        setting = ctx.recipients.setting() if ctx.recipients else "up a message service"
        who, fix = "whoever follows this ticket", f"set {setting}"
    return f"{ticket.key}: {who} cannot be reached on {target} — {fix}"
