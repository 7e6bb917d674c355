"""Receipts of the formal notifications: who may confirm one, and the reminder to those who have not.

Receipt is confirmed by somebody the ticket's own system knows, for the recipient they belong to: operations by its
members, the DPO by who holds that role, a team by its members, a person by themself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.context import Context
from bot.intake.accounts import known_people, matching, team_members
from bot.intake.facts import FactsBuilder
from bot.journal import Decided
from bot.journal.receipts import ReceiptRow, SentRow
from bot.journal.tickets import TicketRow
from bot.messages import handover, replies
from bot.messages.i18n.speaker import Translator
from bot.messages.intent import digest_of
from bot.policy.audience import Team
from bot.policy.handover import Recipient, key_in
from bot.report import Planned, Report
from domain.facts import Facts
from domain.outgoing import OutgoingMessage
from domain.people import Person, Role
from domain.ports.interactions import Visitor
from domain.ports.source import TicketSource
from domain.sentence import say
from domain.ticket import TicketSubject
from domain.working_calendar import Calendar

REMIND = (1, 3)
"""Working days after the notification on which whoever has not confirmed is reminded, in office hours."""

LOOK_BACK = timedelta(days=30)
"""How far back notifications are looked at for their receipt."""


def confirm(
    ctx: Context, source: TicketSource, row: TicketRow, kind: str, visitor: Visitor, speak: Translator
) -> Decided:
    """What comes of a press on the button. Raises SourceError when the ticket's system does not answer."""
    ticket = row.subject
    sent = ctx.journal.notification(ticket, kind)
    if sent is None:
        return Decided("not ours", {"tell": replies.no_such(row.key, None, speak)}, ticket)
    facts = FactsBuilder(ctx).facts(source, row.ref)
    own = recipients_of(source, facts, sent)
    same = ctx.policy.judging.same_accounts
    person = matching(own, visitor.email, visitor.id, same, ctx.pinned)
    if person is None:
        return _turned_away(ctx, source, visitor, sent, ticket, speak)
    # The first receipt is the evidence; whoever presses after that is only told of it.
    if sent.confirmed:
        told = replies.received_before(sent.person, sent.confirmed, speak)
        return Decided("received before", {"tell": told}, ticket, person.id, person.name)
    receipt = ReceiptRow(ticket, kind, person.id, person.name, facts.now)
    answer = {"tell": replies.received(row.key, facts.now, speak)}
    return Decided("received", answer, ticket, person.id, person.name, receipt=receipt)


def _turned_away(
    ctx: Context, source: TicketSource, visitor: Visitor, sent: SentRow, ticket: str, speak: Translator
) -> Decided:
    """Nothing is noted for somebody who is not known there, or not one of those it went to."""
    person = source.account(visitor.email) if visitor.email else None
    if person is None:
        body = replies.stranger(ctx.title(source.name), speak)
        return Decided("stranger", {"tell": body}, ticket)
    body = replies.not_for_you(sent.recipients, speak)
    return Decided("not the recipient", {"tell": body}, ticket, person.id, person.name)


def recipients_of(source: TicketSource, facts: Facts, sent: SentRow) -> tuple[Person, ...]:
    """The people who may confirm a notification, as the ticket's system knows them now. Raises SourceError."""
    key = key_in(sent.kind)
    if key in {role.value for role in Role}:
        members = facts.role(Role(key)).people
        groups = (team_members(source, name) for name in sent.recipients if key == Role.OPERATIONS.value)
        return (*members, *(person for group in groups for person in group))
    if key.startswith("team:"):
        return team_members(source, key.removeprefix("team:"))
    # A key may be the hash of an address, so it is made again of everybody and compared.
    return tuple(person for person in everybody(facts) if Recipient(person, ()).key == key)


def everybody(facts: Facts) -> Iterator[Person]:
    """All people who have to do with a ticket, as its system knows them."""
    yield from known_people(facts.ticket, facts.roles)
    for subject in facts.subjects:
        for field in (subject.asset.stakeholders, subject.asset.owner) if subject.asset else ():
            yield from field.people


def step_now(sent: datetime, calendar: Calendar, now: datetime) -> int | None:
    """The reminder that is due: the largest number of working days of `REMIND` that have gone by; None before."""
    # The last step alone: a bot that stood still does not catch up on those it missed.
    return max((days for days in REMIND if calendar.working_days_after(sent, days) <= now), default=None)


def remind_receipts(ctx: Context, report: Report) -> None:
    """Enqueue the reminders that are due now, and tell all who got a notification that its receipt was confirmed."""
    now, calendar = ctx.clock(), ctx.policy.calendar
    # Without buttons nobody can confirm, so nobody is reminded to.
    if ctx.interactions is None:
        return
    for sent in ctx.journal.notifications(now - LOOK_BACK):
        row = ctx.journal.row(*TicketSubject.parse(sent.ticket))
        step = step_now(sent.sent, calendar, now)
        if row is None or (not sent.confirmed and (step is None or not calendar.in_office_hours(now))):
            continue
        if ctx.policy.act:
            # In every cycle: the row is known by its kind, and what is posted once stays as it is.
            ctx.journal.put_messages([_wish(ctx, row, sent, step)], now)
        elif not sent.confirmed:
            report.planned.append(Planned(row.key, sent.target, "reminder", _REMINDED.msgid))


_REMINDED = say("the formal notification still waits for its receipt")
_CONFIRMED = say("the receipt of the formal notification was confirmed")


def _wish(ctx: Context, row: TicketRow, sent: SentRow, step: int | None) -> OutgoingMessage:
    """In the thread of the notification, so that it is clear what it is about."""
    speak = _speaker(ctx, row, sent)
    if sent.confirmed:
        kind, reason = f"received:{sent.kind}", _CONFIRMED
        body = handover.confirmed(sent.person, sent.confirmed, speak)
    else:
        kind, reason = f"receipt-{step}:{sent.kind}", _REMINDED
        heading = f"{row.key} · {' '.join(row.summary.split())}"
        body = handover.reminder(
            handover.Sent(row.source, row.id, heading, row.url, sent.kind, sent.sent), speak
        )
    return OutgoingMessage(
        target=sent.target,
        ticket=sent.ticket,
        kind=kind,
        container=sent.container,
        digest=digest_of(body),
        body=body,
        reason=reason,
        thread_kind=sent.kind,
        once=True,
    )


def _speaker(ctx: Context, row: TicketRow, sent: SentRow) -> Translator:
    """Speaks as the channel reads; a person's own language is not asked for again."""
    key = key_in(sent.kind)
    audience = Role(key) if key in {role.value for role in Role} else Team(key.removeprefix("team:"))
    return ctx.speaker_to(audience, row.team)
