"""Handing over: the formal notifications that are due are sent at once, because what was delivered is evidence; so is
the word that takes one back when the rollout was undone.

Each is enqueued before anything is tried, also when nobody can tell yet where it goes: so it is
known to be on its way, is tried again in every run, and nobody is reproached. What the message service does not take
goes by e-mail, where that is set up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.context import Context
from bot.journal import Due, OutboxRow
from bot.journal.outbox import MAIL
from bot.messages.i18n.speaker import Translator
from bot.messages.intent import Intent, Previous
from bot.notify.channels import channel_of
from bot.notify.receipts import everybody
from bot.notify.routing import message_of
from bot.notify.ticket_messages import handovers
from bot.notify.ticket_messages import taken_back as taken_back_messages
from bot.policy.audience import Audience, Team
from bot.policy.handover import (
    announces,
    audience_of,
    is_handover,
    key_in,
    recipients,
    stage_of,
    stages_due,
    taken_back,
    takes_back,
)
from bot.report import Planned, Report
from domain.facts import Facts, Trouble, Underway
from domain.finding import Finding
from domain.outgoing import OutgoingMessage
from domain.people import Person
from domain.ports.errors import SourceError
from domain.ports.messaging import RecipientDirectory
from domain.ticket import Ticket

PATIENCE = timedelta(minutes=30)
"""How long a message service that is out of reach is waited for before a notification goes by e-mail."""

Send = Callable[[Callable[[Due], bool]], object]
"""Delivers those of the due messages that are chosen."""


def planned(ctx: Context, facts: Facts, findings: Sequence[Finding], memory: Previous) -> tuple[Intent, ...]:
    """Every notification that the ticket has come to, also those that were delivered; of those that take an earlier one
    back, what is not delivered yet.
    """
    ticket = facts.ticket
    if undone := taken_back(facts, memory.posted):
        heard = {kind: audience_of(key_in(kind), everybody(facts), ticket.team) for kind in undone}
        return taken_back_messages(
            facts, {kind: (who, ctx.speaker_to(who, ticket.team)) for kind, who in heard.items()}
        )
    # Only where something is due: whose language is asked for costs a question to the message service.
    people = recipients(facts, findings) if stages_due(facts, findings) else ()
    speakers: dict[Audience, Translator] = {
        one.audience: ctx.speaker_to(one.audience, ticket.team) for one in people
    }
    return handovers(facts, findings, memory, ctx.voice(ticket.source, ticket.team), speakers)


def hand_over(
    ctx: Context, facts: Facts, found: Sequence[Intent], memory: Previous, report: Report, send: Send
) -> Facts:
    """Send what is due now of the notifications found; gives the facts with what was delivered, and what is on its
    way.
    """
    ticket = facts.ticket
    due = [intent for intent in found if intent.kind not in memory.posted]
    if not ctx.policy.act:
        report.planned += [Planned(ticket.key, ctx.messenger or MAIL, i.kind, i.reason.msgid) for i in due]
        # Observed, so that the findings say the same as they would in act mode.
        return replace(facts, underway=tuple(_observed(i) for i in due if announces(i.kind)))
    hand = HandoverSender(ctx, ticket, report, send)
    hand.recall({intent.kind for intent in found}, memory)
    hand.take_back([intent for intent in due if takes_back(intent.kind)])
    due = [intent for intent in due if announces(intent.kind)]
    if not hand.settle() and not due:
        return facts
    if due:
        hand.deliver(due)
    notices = ctx.journal.notices(ticket.source, ticket.id)
    return replace(facts, notices=notices, underway=ctx.journal.underway(ticket.source, ticket.id))


def _observed(intent: Intent) -> Underway:
    return Underway(stage_of(intent.kind), intent.recipients, intent.roles, Trouble.OBSERVING)


def _when(slot: OutboxRow) -> datetime:
    return slot.applied_at or datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HandoverSender:
    """Hands over one ticket."""

    ctx: Context
    ticket: Ticket
    report: Report
    send: Send

    @property
    def subject(self) -> str:
        """ "source:id" of the ticket."""
        return self.ticket.subject

    def recall(self, due: set[str], memory: Previous) -> None:
        """What is not due any more, because the record of the rollout was taken back, is not announced."""
        # Only those that did not go out: what was announced stays announced.
        for kind in memory.spoken - memory.posted - due:
            if is_handover(kind):
                for target in (self.ctx.messenger, MAIL):
                    self.ctx.journal.withdraw(target, self.subject, kind)

    def take_back(self, due: Sequence[Intent]) -> None:
        """To each in the place where they were told last."""
        slots = [slot for slot in self.ctx.journal.rows_of(self.subject) if announces(slot.kind)]
        told = {key_in(slot.kind): slot for slot in sorted(slots, key=_when) if slot.applied_hash}
        wishes = []
        for intent in due:
            slot = told[key_in(intent.kind)]
            wish = self._wished(intent, slot.target, slot.stands.container)
            wishes.append(replace(wish, recipients=tuple(slot.recipients)))
        if wishes:
            self.ctx.journal.put_messages(wishes, self.ctx.clock())
            self._bring(wishes)

    def deliver(self, due: Sequence[Intent]) -> None:
        """By the message service; what that does not take, by e-mail."""
        if self.ctx.recipients:
            self._wish(due, self.ctx.recipients, self.ctx.messenger)
        left = self._undelivered(due)
        if self.ctx.mail_recipients and left:
            self._wish(left, self.ctx.mail_recipients, MAIL)
            # At once, so that the message service is not tried again for what has just gone by e-mail.
            self.settle()

    def _wish(self, due: Sequence[Intent], postbox: RecipientDirectory, target: str) -> None:
        placed = {intent.kind: self._place(intent, postbox, target) for intent in due}
        now, journal = self.ctx.clock(), self.ctx.journal
        wishes = [self._wished(intent, target, placed[intent.kind][0]) for intent in due]
        # What cannot go by e-mail either stays with the message service, if there is one.
        if target == MAIL:
            wishes = [wish for wish in wishes if wish.container or not self.ctx.messenger]
        # On record before anything is tried: from here on it is known to be on its way.
        journal.put_messages(wishes, now)
        for wish in wishes:
            trouble, error = placed[wish.kind][1:]
            if trouble:
                journal.obstruct((target, self.subject, wish.kind), trouble, error, now)
        self._bring(wishes)

    def _bring(self, wishes: Sequence[OutgoingMessage]) -> None:
        ours = {(wish.target, wish.kind) for wish in wishes}
        self.send(lambda one: one.ticket == self.subject and (one.target, one.kind) in ours)

    def _place(self, intent: Intent, postbox: RecipientDirectory, target: str) -> tuple[str, Trouble, str]:
        """Where it goes, or what keeps that from being known and one line about it for the admin."""
        try:
            found = channel_of(intent.audience, postbox, self.ticket.team, formal=True)
        except SourceError as error:
            # Without the channel's name: the report puts that before every line of what waits.
            return "", Trouble.OUT_OF_REACH, error.line.removeprefix(f"{target}: ")
        if found:
            return found, Trouble.NONE, ""
        return "", Trouble.NO_ADDRESS, self._unreachable(intent, postbox)

    def _unreachable(self, intent: Intent, postbox: RecipientDirectory) -> str:
        """One line for the admin: who cannot be reached, and the fix."""
        if isinstance(intent.audience, Person):
            fix = "their e-mail address is not visible in the ticket system, or not known there"
            return f"{self.ticket.key}: {intent.audience.name} cannot be reached — {fix}"
        who = intent.audience.name if isinstance(intent.audience, Team) else str(intent.audience)
        fix = f"set {postbox.setting(who)}: a formal notification needs a place of its own"
        return f"{self.ticket.key}: {who} cannot be reached — {fix}"

    def _wished(self, intent: Intent, target: str, container: str) -> OutgoingMessage:
        said = replace(intent, body=intent.letter) if target == MAIL else intent
        return message_of(said, self.ticket, target, container)

    def _undelivered(self, due: Sequence[Intent]) -> list[Intent]:
        """What the message service did not take, or has not answered for too long."""
        if self.ctx.recipients is None:
            return list(due)
        slots = {s.kind: s for s in self.ctx.journal.rows_of(self.subject) if s.target == self.ctx.messenger}
        now = self.ctx.clock()
        left = []
        for intent in due:
            slot = slots[intent.kind]
            # What may yet come by itself goes by no other way meanwhile.
            sure = not slot.unsure(now)
            waited = sure and slot.failing_since is not None and now - slot.failing_since >= PATIENCE
            refused = slot.blocked_reason in (Trouble.REFUSED, Trouble.NO_ADDRESS)
            if not slot.applied_hash and (refused or (slot.blocked_reason and waited)):
                left.append(intent)
        return left

    def settle(self) -> bool:
        """What went by e-mail is not sent by the message service as well. True when that still had to be said, be it
        because the process was killed when the letter had just gone.
        """
        slots = self.ctx.journal.rows_of(self.subject)
        gone = {slot.kind for slot in slots if slot.target == MAIL and slot.applied_hash}
        twice = [s for s in slots if s.kind in gone and s.target != MAIL and not (s.closed or s.applied_hash)]
        for slot in twice:
            self.ctx.journal.withdraw(slot.target, self.subject, slot.kind)
            names = ", ".join(slot.recipients) or key_in(slot.kind)
            self.report.note(f"{self.ticket.key}: the notification for {names} went by e-mail")
        return bool(twice)
