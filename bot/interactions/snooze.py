"""Who wants to be left in peace, and until when: what is offered, what is chosen, and what is put on record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.context import Context
from bot.interactions.ticket_view import InteractionRefused, TicketView
from bot.journal import Decided
from bot.messages import replies as desk
from bot.messages import snooze_modal, waiver_modal
from bot.messages.blockkit.parts import Message
from bot.messages.i18n.speaker import Translator
from bot.policy.actions import ButtonValue, SnoozeChoice, decode
from bot.policy.snooze import Limits, latest, resolution, snooze_choices, snooze_of
from domain.ports.errors import Gone
from domain.ports.interactions import Interaction, InteractionGateway, Visitor
from domain.snooze import SnoozeKind

About = Callable[[ButtonValue, Visitor, Translator], TicketView]


@dataclass(frozen=True, slots=True)
class Snoozing:
    """`about` gives how a ticket stands now, to who has a part in it; raises InteractionRefused for anybody else."""

    ctx: Context
    desk: InteractionGateway
    about: About

    def pause(
        self, one: Interaction, case: TicketView, wanted: SnoozeChoice | datetime | None, speak: Translator
    ) -> Decided:
        """Until when somebody is left in peace; `wanted` None: they only say that they have seen it."""
        pauses = self.ctx.journal.snoozes_of(case.ticket)
        others = [p for p in pauses if p.account != case.person.id and p.holds(case.facts.now)]
        own = next((p for p in pauses if p.account == case.person.id and p.holds(case.facts.now)), None)
        if wanted is None and own and own.kind is SnoozeKind.SEEN:
            return case.made("seen before", tell=desk.seen_before(own, speak))
        limits = self._limits(case)
        pause = snooze_of(case.facts, case.person, wanted, limits)
        if pause is None:
            return case.made("too late to put off", tell=desk.no_pause(case.facts, speak))
        if wanted:
            # Whoever chose a moment is reminded there when it has come; to have seen it asks for nothing.
            pause = replace(pause, conversation=self.desk.conversation(one.user))
        body = desk.paused(case.facts, pause, others, pause.shortened, speak)
        return replace(case.made(pause.kind.value, tell=body), pause=pause)

    def offer(self, one: Interaction, about: ButtonValue, visitor: Visitor, speak: Translator) -> Decided:
        """What may be chosen now, in a dialog: what was allowed when the card was written may be past by now. It is
        opened at once, as what allows it is worthless after 3 s.
        """
        try:
            dialog = self.desk.show(one, snooze_modal.waiting(speak))
        except Gone:
            return Decided("too late", {"tell": desk.too_late(speak)})
        try:
            case = self.about(about, visitor, speak)
        except InteractionRefused as refused:
            made = refused.made
            return replace(made, answer=_in_dialog(dialog, made.answer["tell"], speak))
        done = resolution(case.facts, case.lines, about.lines, self.ctx.policy.packs)
        if not case.view.now or (about.lines and len(done) == len(about.lines)):
            return case.made(
                "already done", **_in_dialog(dialog, desk.already(case.facts, done, speak), speak)
            )
        limits = self._limits(case)
        choices, last = snooze_choices(case.facts, limits), latest(case.facts, limits)
        if not choices or last is None:
            body = desk.no_pause(case.facts, speak, last)
            return case.made("too late to put off", **_in_dialog(dialog, body, speak))
        note = waiver_modal.note_of(case.ticket, speak.language, one.place)
        form = snooze_modal.snooze_form(case.facts, choices, last, note, speak)
        return case.made("choices shown", dialog=[dialog, form])

    def chosen(self, one: Interaction, visitor: Visitor) -> Decided:
        """What was chosen in that dialog. By now it may be too late for it, or nothing may be left to settle."""
        noted = waiver_modal.noted(one.value)
        about = decode(f"{noted[0]}|") if noted else None
        until = snooze_modal.chosen(one.answers.get(snooze_modal.UNTIL, ""))
        if noted is None or about is None or until is None:
            return Decided("not ours", {})
        speak = self.ctx.speak.to(noted[1])
        try:
            case = self.about(about, visitor, speak)
        except InteractionRefused as refused:
            made = refused.made
        else:
            made = (
                self.pause(one, case, until, speak)
                if case.view.now
                else case.made("already done", tell=desk.already(case.facts, (), speak))
            )
        return replace(made, answer=_in_dialog(one.view, made.answer["tell"], speak))

    def _limits(self, case: TicketView) -> Limits:
        """In the calendar of the ticket's team, as its reminders are counted."""
        policy = self.ctx.policy
        return Limits(policy.reminders.remind_days, policy.calendar_of(case.facts.ticket.team))


def _in_dialog(dialog: str, body: Message, speak: Translator) -> dict[str, object]:
    return snooze_modal.in_dialog(dialog, desk.said(body), speak)
