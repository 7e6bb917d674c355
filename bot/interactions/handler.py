"""Works on one interaction: who did it in the ticket's system, whether they may, what follows from it, and the answer.

Nothing is signed off here. What is put on record are snoozes and exceptions; everything else is telling.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from bot.context import Context
from bot.intake.accounts import account_of, known_people, team_members
from bot.intake.facts import FactsBuilder
from bot.interactions.my_work import TeamDirectory, mine
from bot.interactions.snooze import Snoozing
from bot.interactions.ticket_view import InteractionRefused, TicketView
from bot.journal import Decided, TicketRow
from bot.messages import card, home_tab, waiver_modal
from bot.messages import replies as desk
from bot.messages.handover import receipt_of
from bot.messages.i18n.languages import LANGUAGES
from bot.messages.i18n.speaker import Translator
from bot.messages.waiver_modal import REASON, RULES, UNTIL, Draft
from bot.notify.receipts import confirm
from bot.policy.actions import Action, ButtonValue, CommandKind, SnoozeChoice, decode, parse_command
from bot.policy.snooze import resolution
from bot.policy.ticket_summary import overview
from bot.waivers import WaiverRefused, WaiverRequest, awaited, still_open, waivable_by, waiver
from domain.facts import Facts
from domain.finding import Finding
from domain.people import Person
from domain.ports.errors import Gone, SourceError
from domain.ports.interactions import Interaction, InteractionGateway, InteractionKind, Outsider, Visitor
from domain.ports.source import TicketSource
from domain.sentence import say
from domain.ticket import TicketRef
from rules.engine import UnknownRule, evaluate, why_not
from rules.grouping import group_findings
from rules.loading.names import nearest
from rules.nothing_asked import nothing_asked

USUAL = timedelta(days=14)
"""The last day that a form offers at first."""

_IN_A_DIALOG = (Action.WAIVE, Action.SNOOZE)


@dataclass(slots=True)
class InteractionHandler:
    """One at a time. `teams` remembers who is in which team, for showing only."""

    ctx: Context
    desk: InteractionGateway
    teams: TeamDirectory = field(default_factory=TeamDirectory)

    @property
    def _snoozing(self) -> Snoozing:
        return Snoozing(self.ctx, self.desk, self._about)

    def work(self, one: Interaction) -> Decided:
        """What comes of an interaction. Raises SourceError when the message service cannot be asked who did it."""
        visitor = self.desk.visitor(one.user)
        speak = self.speaker(visitor)
        try:
            return self._work(one, visitor, speak)
        except InteractionRefused as refused:
            return refused.made
        except SourceError as error:
            # Without the message service there is nobody to answer either: the worker tries again later.
            if error.system == self.desk.name:
                raise
            name = self.ctx.title(error.system)
            return Decided("out of reach", {"tell": desk.out_of_reach(name, speak)})

    def sorry(self) -> dict[str, Any]:
        """What is said when we broke down."""
        words = self.ctx.speak.say(
            "Something went wrong here, and nothing was done. An administrator finds it in the log."
        )
        return desk.plain_answer(words)

    def speaker(self, visitor: Visitor) -> Translator:
        """Speaks as the person reads: their own language where we have it, else the one that was set."""
        language = visitor.locale.partition("-")[0].lower()
        return self.ctx.speak.to(language) if language in LANGUAGES else self.ctx.speak

    def _work(self, one: Interaction, visitor: Visitor, speak: Translator) -> Decided:
        # Before anything is looked up: whoever is none of ours learns nothing, not even which tickets there are.
        if visitor.outsider:
            return _kept_out(one, visitor.outsider, speak)
        match one.deed:
            case InteractionKind.HOME:
                page = home_tab.page(mine(self.ctx, visitor, self.teams), self.ctx.clock(), speak)
                return Decided("home", {"home": page})
            case InteractionKind.COMMAND:
                return self._command(one, visitor, speak)
            case InteractionKind.FORM:
                snoozed = one.action == Action.SNOOZE.value
                return self._snoozing.chosen(one, visitor) if snoozed else self._record(one, visitor)
            case InteractionKind.PRESS:
                return self._press(one, visitor, speak)

    # -- commands -------------------------------------------------------------------------------------------

    def _command(self, one: Interaction, visitor: Visitor, speak: Translator) -> Decided:
        asked = parse_command(one.value)
        if asked.wanted is CommandKind.HELP:
            plain = one.value.strip().casefold() in ("", "help", "hulp")
            return Decided("help", {"tell": desk.helped(speak, "" if plain else one.value)})
        if asked.wanted is CommandKind.MINE:
            return Decided("mine", {"tell": home_tab.listed(mine(self.ctx, visitor, self.teams), speak)})
        source, ref = self._find(asked.key, speak)
        case = self._case(source, ref, visitor, speak)
        if asked.wanted is CommandKind.TICKET:
            body = card.compose(case.facts, case.view, speak, buttons=True, why=desk.why_you(speak))
            return case.made("shown", tell=body)
        if not asked.rule:
            return case.made("explained", tell=desk.explained(case.facts, case.view, speak))
        return self._explain_rule(case, asked.rule, speak)

    def _find(self, key: str, speak: Translator) -> tuple[TicketSource, TicketRef]:
        for source in self.ctx.sources:
            if ref := source.find(key):
                return source, ref
        near = nearest(key, [row.key for row in self.ctx.journal.open_tickets()])
        raise InteractionRefused(Decided("unknown ticket", {"tell": desk.no_such(key, near, speak)}))

    def _explain_rule(self, case: TicketView, rule: str, speak: Translator) -> Decided:
        packs = self.ctx.policy.packs
        if found := [f for f in case.findings if f.id == rule]:
            system = self.ctx.title(case.facts.ticket.source)
            return case.made(
                "explained", tell=desk.whole_reasoning(case.facts, found[0], packs, speak, system)
            )
        try:
            reason = why_not(case.facts, packs, rule)
        except UnknownRule as error:
            return case.made("unknown rule", tell=desk.no_rule(rule, error.nearest, speak))
        return case.made("explained", tell=desk.not_asked(case.facts.ticket.key, rule, reason, speak))

    # -- buttons --------------------------------------------------------------------------------------------

    def _press(self, one: Interaction, visitor: Visitor, speak: Translator) -> Decided:
        about = decode(one.value)
        if about is None or one.action not in list(Action):
            return Decided("not ours", {})
        action = Action(one.action)
        if action in _IN_A_DIALOG and not about.more:  # a menu of older cards carries its choice
            offer = self._offer if action is Action.WAIVE else self._snoozing.offer
            return offer(one, about, visitor, speak)
        if action is Action.RECEIVED:
            source, row = self._row(about, speak)
            return confirm(self.ctx, source, row, receipt_of(about.more), visitor, speak)
        case = self._about(about, visitor, speak)
        done = resolution(case.facts, case.lines, about.lines, self.ctx.policy.packs)
        # The message with the button may be days old: what it asks for may be settled by now.
        if not case.view.now or (about.lines and len(done) == len(about.lines)):
            return case.made("already done", tell=desk.already(case.facts, done, speak))
        if action is Action.EXPLAIN:
            return case.made("explained", tell=desk.explained(case.facts, case.view, speak))
        nap = SnoozeChoice(about.more) if action is Action.SNOOZE else None
        return self._snoozing.pause(one, case, nap, speak)

    # -- exceptions -----------------------------------------------------------------------------------------

    def _offer(self, one: Interaction, about: ButtonValue, visitor: Visitor, speak: Translator) -> Decided:
        """The form, for those who may. The dialog is opened at once: what allows it is worthless after 3 s."""
        try:
            dialog = self.desk.show(one, waiver_modal.waiting(speak))
        except Gone:
            return Decided("too late", {"tell": desk.too_late(speak)})
        try:
            case = self._about(about, visitor, speak)
            # Asked before the form is shown, and again when it is sent in: roles may change in between.
            open_ = self._waivable(case, speak)
        except InteractionRefused as refused:
            return _in_dialog(refused.made, dialog, speak)
        except WaiverRefused as refused:
            return case.made("may not waive", **waiver_modal.in_dialog(dialog, speak(refused.told), speak))
        if not open_:
            done = resolution(case.facts, case.lines, about.lines, self.ctx.policy.packs)
            said = desk.said(desk.already(case.facts, done, speak))
            return case.made("already done", **waiver_modal.in_dialog(dialog, said, speak))
        note = waiver_modal.note_of(case.ticket, speak.language, one.place)
        until = min(USUAL, timedelta(days=self.ctx.policy.waivers.waiver_max_days))
        last = self.ctx.policy.calendar.local_day(case.facts.now + until)
        form = waiver_modal.exception_form(case.facts, open_, Draft((), "", str(last)), note, speak)
        return case.made("form shown", dialog=[dialog, form])

    def _record(self, one: Interaction, visitor: Visitor) -> Decided:
        """Put an exception on record by the same rules as `sluis waive`; or show the form again with what is wrong."""
        noted = waiver_modal.noted(one.value)
        about = decode(f"{noted[0]}|") if noted else None
        if noted is None or about is None:
            return Decided("not ours", {})
        speak = self.ctx.speak.to(noted[1])
        try:
            case = self._about(about, visitor, speak)
        except InteractionRefused as refused:
            return _in_dialog(refused.made, one.view, speak)
        answers = one.answers
        rules = tuple(filter(None, answers.get(RULES, "").split(",")))
        draft = Draft(rules, answers.get(REASON, ""), answers.get(UNTIL, ""))
        packs, terms = self.ctx.policy.packs, self.ctx.policy.waivers
        try:
            made = waiver(case.facts, packs, _asked(draft, case.person), terms, speak)
        except WaiverRefused as refused:
            again = replace(draft, refused=refused.told)
            # Shown in the dialog, and told as well for when that was closed meanwhile.
            form = waiver_modal.exception_form(
                case.facts, self._offered(case, speak), again, one.value, speak
            )
            return case.made(
                "not waived", dialog=[one.view, form], tell=desk.plain_answer(speak(refused.told))
            )
        rest = still_open(case.facts, packs, made)
        wait = awaited(case.facts, packs, made)
        shown = waiver_modal.exception_recorded(case.facts.ticket.key, made, rest, wait, speak)
        told = desk.plain_answer(desk.said(shown))
        # Only handed back: the worker keeps it in one transaction with what the interaction came to.
        return replace(case.made("waived", dialog=[one.view, shown], tell=told), waiver=made)

    def _waivable(self, case: TicketView, speak: Translator) -> tuple[Finding, ...]:
        """What the person may except now. Raises WaiverRefused when that is nothing of what is open."""
        policy = self.ctx.policy
        return waivable_by(case.facts, policy.packs, case.findings, case.person.id, policy.waivers, speak)

    def _offered(self, case: TicketView, speak: Translator) -> tuple[Finding, ...]:
        try:
            return self._waivable(case, speak)
        except WaiverRefused:  # the form says what was wrong
            return ()

    # -- who and what ---------------------------------------------------------------------------------------

    def _about(self, about: ButtonValue, visitor: Visitor, speak: Translator) -> TicketView:
        source, row = self._row(about, speak)
        return self._case(source, row.ref, visitor, speak)

    def _row(self, about: ButtonValue, speak: Translator) -> tuple[TicketSource, TicketRow]:
        source = next((s for s in self.ctx.sources if s.name == about.source), None)
        row = self.ctx.journal.row(about.source, about.id)
        if source is None or row is None or row.not_found_at:
            body = desk.no_such(row.key if row else "?", None, speak)
            raise InteractionRefused(Decided("unknown ticket", {"tell": body}))
        return source, row

    def _case(self, source: TicketSource, ref: TicketRef, visitor: Visitor, speak: Translator) -> TicketView:
        """How the ticket stands now, for somebody who has a part in it. Raises InteractionRefused for anybody else."""
        facts = FactsBuilder(self.ctx).facts(source, ref)
        person = self._person(source, facts, visitor, speak)
        # Judged anew, never from the message that the button stands under: that may be days old.
        findings = evaluate(facts, self.ctx.policy.packs)
        lines = tuple(group_findings(findings))
        view = overview(lines, facts.ticket.state, nothing_asked(facts, self.ctx.policy.packs, findings))
        return TicketView(facts, tuple(findings), lines, view, person)

    def _person(self, source: TicketSource, facts: Facts, visitor: Visitor, speak: Translator) -> Person:
        same = self.ctx.policy.judging.same_accounts
        people = {p.id: p for p in _with_a_part(source, facts)}
        person = account_of(source, people.values(), visitor, same, self.ctx.pinned)
        ticket = facts.ticket.subject
        if person is None:
            body = desk.stranger(self.ctx.title(source.name), speak)
            raise InteractionRefused(Decided("stranger", {"tell": body}, ticket))
        # Somebody may have a part by one account and press by another, where an admin declared them one person.
        parts = {same.get(account, account) for account in people}
        if same.get(person.id, person.id) not in parts:
            made = Decided("no part in it", {"tell": desk.not_theirs(facts, speak)}, ticket)
            raise InteractionRefused(replace(made, account=person.id, person=person.name))
        return person


def _with_a_part(source: TicketSource, facts: Facts) -> tuple[Person, ...]:
    """Everybody the ticket's system shows to have a part: on the ticket, in a role, as owner, or in its team."""
    owning = [person for s in facts.subjects if s.asset for person in s.asset.owner.people]
    return (*known_people(facts.ticket, facts.roles), *owning, *team_members(source, facts.ticket.team))


def _kept_out(one: Interaction, why: Outsider, speak: Translator) -> Decided:
    """Nothing is done, and it is said why; in the dialog or on the page where they did it."""
    outcome, told = f"outsider: {why}", desk.kept_out(why, speak)
    match one.deed:
        case InteractionKind.HOME:
            return Decided(outcome, {"home": home_tab.closed(desk.said(told))})
        case InteractionKind.FORM:
            return Decided(outcome, waiver_modal.in_dialog(one.view, desk.said(told), speak))
        case _:
            return Decided(outcome, {"tell": told})


def _in_dialog(made: Decided, view: str, speak: Translator) -> Decided:
    """The same, said in the dialog that is open."""
    return replace(made, answer=waiver_modal.in_dialog(view, desk.said(made.answer["tell"]), speak))


def _asked(draft: Draft, person: Person) -> WaiverRequest:
    """Raises WaiverRefused when no day or no requirement was chosen."""
    if not draft.rules:
        raise WaiverRefused("no requirement was chosen", say("Choose at least one requirement."))
    try:
        until = date.fromisoformat(draft.until)
    except ValueError:
        raise WaiverRefused("no day was chosen", say("Choose the last day on which it holds.")) from None
    return WaiverRequest(draft.rules, draft.reason, until, person.id)
