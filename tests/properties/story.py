"""The whole loop as a story: people and machines do things in any order, and after every run the promises hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, ClassVar

import promises
from build import ROLES
from harbour import PACKS, PEOPLE, WORDS, Harbour
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from waters import LOST, Killed, Trouble

from bot.cycle.cycle import cycle
from bot.cycle.judge import memory_of
from bot.intake.facts import FactsBuilder
from bot.journal import Journal
from bot.messages.intent import COMMENT
from bot.notify.ticket_messages import decide
from bot.policy.actions import Action, SnoozeChoice, encode
from domain.fields import Field
from domain.lifecycle import State, Verdict
from domain.people import Role
from domain.ticket import Decision
from domain.waiver import Waiver
from rules.engine import evaluate

TICKETS = st.sampled_from(("CHG-1", "CHG-2"))
FIELDS = st.sampled_from([(name, words) for name, known in WORDS.items() for words in known])
WHO = st.sampled_from(sorted(PEOPLE))
SIGNED = {r.id for pack in PACKS for r in pack.rules if r.check in ("approved_by_owner", "approved_by_role")}
BOARD = ROLES[Role.CAB].people
STATES = ("draft", "assess", "authorize", "implement", "review", "closed", "canceled")


def deed(**given: Any) -> Callable[[Callable[..., None]], Any]:
    """A step of the story, after which the bot may run five minutes later, or on the next two mornings."""

    def told(do: Callable[..., None]) -> Any:
        @rule(**given, then=st.sampled_from(("", "the bot runs", "two days go by")))
        @wraps(do)
        def done(self: Story, then: str, **what: Any) -> None:
            do(self, **what)
            if then == "the bot runs":
                self.the_bot_runs()
            elif then:
                self.days_go_by(2)

        return done

    return told


class Story(RuleBasedStateMachine):
    """`journal` is the memory the bot has: the product's own, unless a test wants to see the promises broken."""

    template: ClassVar[Path]
    journal: ClassVar[type[Journal]] = Journal

    def __init__(self) -> None:
        super().__init__()
        self.harbour = Harbour(self.template, self.journal)
        self.site, self.comments, self.slack = self.harbour.site, self.harbour.comments, self.harbour.slack
        self.troubled = False
        self.rests: list[promises.Rest] = []
        self.naps: list[promises.Rest] = []
        self.confirmed: list[tuple[str, str, datetime]] = []
        self.well_since = self.harbour.now

    def teardown(self) -> None:
        self.harbour.close()

    @initialize(trouble=st.sampled_from((None, "comment", "message")), at=st.integers(1, 6))
    def the_bot_begins(self, trouble: str | None, at: int) -> None:
        """Everything is said for the first time; perhaps it is not known of something whether it was."""
        if trouble:
            self._trouble(self.comments if trouble == "comment" else self.slack, "has no known end", at, True)
        self._run(full=False)

    # -- what people do -------------------------------------------------------------------------------------

    @deed(ticket=TICKETS, field=FIELDS)
    def somebody_writes(self, ticket: str, field: tuple[str, str]) -> None:
        name, words = field
        self.harbour.wrote(_number(ticket), name, WORDS[name][words])

    @deed(ticket=TICKETS, who=WHO)
    def approves(self, ticket: str, who: str) -> None:
        self.harbour.decided(_number(ticket), who, Decision.APPROVED)

    @deed(ticket=TICKETS, who=WHO)
    def takes_it_back(self, ticket: str, who: str) -> None:
        self.harbour.decided(_number(ticket), who, Decision.REJECTED)

    @deed(ticket=TICKETS, state=st.sampled_from(STATES))
    def is_moved_to(self, ticket: str, state: str) -> None:
        self.site.touch(_number(ticket), state=State(state))

    @deed(ticket=TICKETS, operational_in=st.sampled_from((None, 10, 30)))
    def is_rolled_out(self, ticket: str, operational_in: int | None) -> None:
        """With the hours after which it is said to be operational, where that is told in advance."""
        self.harbour.rolled_out(_number(ticket), operational_in)

    @deed(ticket=TICKETS, project=st.sampled_from(("CHG", "OPS")))
    def is_moved_to_project(self, ticket: str, project: str) -> None:
        self.site.touch(_number(ticket), key=f"{project}-{_number(ticket)}")

    @deed(ticket=TICKETS, who=WHO)
    def says_seen(self, ticket: str, who: str) -> None:
        self._rests(_number(ticket), who, Action.SEEN)

    @deed(ticket=TICKETS, who=WHO, nap=st.sampled_from(SnoozeChoice))
    def snoozes(self, ticket: str, who: str, nap: SnoozeChoice) -> None:
        self._rests(_number(ticket), who, Action.SNOOZE, nap.value)

    @deed(which=st.integers(0, 5), who=WHO)
    def confirms_a_receipt(self, which: int, who: str) -> None:
        """Whether they are one of those it went to is for the bot to tell."""
        sent = promises.notifications(self.harbour)
        if not sent:
            return
        number, _, message = sent[which % len(sent)]
        ((value,),) = [_values(message.body, Action.RECEIVED)]
        if self.harbour.pressed(who, Action.RECEIVED, value) == "received":
            self.confirmed.append((number, message.remote_id, self.harbour.now))

    @deed(ticket=TICKETS)
    def is_deleted_or_moved_away(self, ticket: str) -> None:
        self.site.gone.add(_number(ticket))

    @deed(ticket=TICKETS)
    def comes_back(self, ticket: str) -> None:
        self.site.gone.discard(_number(ticket))
        self.site.touch(_number(ticket))

    @deed(ticket=TICKETS, name=st.sampled_from(sorted(WORDS)))
    def an_admin_hides(self, ticket: str, name: str) -> None:
        self.harbour.hid(_number(ticket), name)

    @deed(ticket=TICKETS, readable=st.booleans())
    def approvals_can_be_read(self, ticket: str, readable: bool) -> None:
        self.site.touch(_number(ticket), approvals_readable=readable)

    @deed(ticket=TICKETS, days=st.sampled_from((1, 3)), asked=st.sampled_from(("ICR-00", "ICR-06", "ICR-11")))
    def is_waived(self, ticket: str, days: int, asked: str) -> None:
        now = self.harbour.now
        made = Waiver(
            f"jira:{_number(ticket)}", (asked,), "Agreed in the board of March", "Bo", Role.CAB, now,
            now + timedelta(days=days),
        )  # fmt: skip
        self.harbour.journal.record_waiver(made, "bo")

    @deed(ticket=TICKETS, asked=st.sampled_from(("ICR-00", "ICR-06", "ICR-11")))
    def waiver_is_ended(self, ticket: str, asked: str) -> None:
        self.harbour.journal.end_waiver(f"jira:{_number(ticket)}", asked, self.harbour.now, "Bo")

    @deed(hours=st.sampled_from((1, 20, 70)))
    def time_passes(self, hours: int) -> None:
        self.harbour.now += timedelta(hours=hours)

    @rule(days=st.integers(1, 4))
    def days_go_by(self, days: int) -> None:
        """The bot runs each morning."""
        for _ in range(days):
            morning = self.harbour.now.replace(hour=9, minute=0)
            self.harbour.now = morning + timedelta(days=morning <= self.harbour.now)
            self._run(full=False)

    @deed()
    def a_comment_is_deleted(self) -> None:
        """By hand, outside. The bot may leave it so until there is something new to say."""
        if self.comments.messages:
            gone = self.comments.messages.pop()
            self.site.touch(gone.place.container)

    # -- what goes wrong in the next run -------------------------------------------------------------------

    @deed(what=st.sampled_from(sorted(LOST)), at=st.integers(1, 4), done=st.booleans())
    def a_comment_to_come(self, what: str, at: int, done: bool) -> None:
        self._trouble(self.comments, what, at, done)

    @deed(what=st.sampled_from(sorted(LOST)), at=st.integers(1, 4), done=st.booleans())
    def a_message_to_come(self, what: str, at: int, done: bool) -> None:
        self._trouble(self.slack, what, at, done)

    @deed()
    def the_listing_will_break_off(self) -> None:
        self.site.breaks_off = self.troubled = True

    @deed(ticket=TICKETS)
    def cannot_be_read_for_now(self, ticket: str) -> None:
        self.site.unreadable.add(_number(ticket))
        self.troubled = True

    # -- what the bot does -----------------------------------------------------------------------------------

    @rule()
    def the_bot_runs(self) -> None:
        self.harbour.now += timedelta(minutes=5)
        self._run(full=False)

    @rule()
    def at_night_the_bot_looks_at_all(self) -> None:
        self._run(full=True)

    @rule(at=st.integers(1, 5), done=st.booleans())
    def the_bot_is_killed(self, at: int, done: bool) -> None:
        """At its n-th call of the board, before or after that did its work."""
        self.comments.troubles.append(Trouble(at, Killed(), done))
        try:
            cycle(self.harbour.context())
        except Killed:
            self.harbour.restart()
        self._calm()
        self._never_two()

    @rule()
    def the_bot_only_observes(self) -> None:
        if self.troubled:
            self._calm()
        before = self._outside()
        cycle(self.harbour.context(act=False), True)
        assert self._outside() == before, "observing wrote something"

    # -- the promises -----------------------------------------------------------------------------------------

    def _run(self, *, full: bool) -> None:
        if self.troubled:
            self._runs_in_trouble(full)
        else:
            self._runs_well(full)

    def _runs_well(self, full: bool) -> None:
        attempted = len(self.comments.attempts)
        report = cycle(self.harbour.context(), full)
        broken = [line for line in report.problems if "could not be judged" in line or "broke down" in line]
        assert not broken, f"the bot itself broke down: {broken}"
        self._never_two()
        promises.none_twice(self.harbour)
        self._unknown_is_never_met()
        self._waivers_lapse()
        self._on_record()
        self._left_alone(self.comments.attempts[attempted:])
        if not report.problems:
            self._text_is_current()
            self._time_told()
            self._nothing_more_to_write()
        self.well_since = self.harbour.now

    def _runs_in_trouble(self, full: bool) -> None:
        known = {n: self.harbour.journal.previous("jira", n) for n in self.site.unreadable}
        listing = self.site.breaks_off
        report = cycle(self.harbour.context(), full)
        assert not listing or report.exit_code == 1, "a listing that broke off went by unnoticed"
        for number, verdicts in known.items():
            assert self.harbour.journal.previous("jira", number) == verdicts, "judged though unread"
        self._never_two(settled=False)
        self._calm()

    def _never_two(self, *, settled: bool = True) -> None:
        """One comment per ticket and one card per ticket; two only while the end of a write is not known."""
        for board in (self.comments, self.slack):
            slots = [message.slot for message in board.messages]
            assert not settled or len(slots) == len(set(slots)), f"twice on {board.name}"
        containers = [m.place.container for m in self.comments.messages]
        assert not settled or len(containers) == len(set(containers)), "two comments in one ticket"

    def _unknown_is_never_met(self) -> None:
        """What is met although a field is hidden would be met whatever stood in it."""
        context = self.harbour.context()
        for number in self._alive():
            facts = FactsBuilder(context).facts(self.site, self.site.ref(self.site.tickets[number]))
            met = {f.id for f in evaluate(facts, PACKS) if f.verdict is Verdict.MET}
            kept = self.harbour.journal.previous("jira", number)
            if self.harbour.journal.seen(self.site.ref(facts.ticket)):
                met |= {rule for rule, verdict in kept.items() if verdict is Verdict.MET}
            for fields in _other_worlds(facts.ticket.fields):
                other = replace(facts, ticket=replace(facts.ticket, fields=fields))
                verdicts = {f.id: f.verdict for f in evaluate(other, PACKS)}
                doubted = {i for i in met if verdicts.get(i, Verdict.MET) is not Verdict.MET}
                assert not doubted, f"met though unknown: {doubted}"
            if not facts.ticket.approvals_readable:
                assert not met & SIGNED, "approved though approvals cannot be read"

    def _waivers_lapse(self) -> None:
        for number in self._alive():
            in_force = [
                w for w in self.harbour.journal.waivers_of(f"jira:{number}") if self.harbour.now < w.until
            ]
            excepted = {rule for waiver in in_force for rule in waiver.rules}
            verdicts = self.harbour.journal.previous("jira", number)
            waived = {rule for rule, verdict in verdicts.items() if verdict is Verdict.WAIVED}
            assert waived <= excepted, f"still waived: {waived - excepted}"

    def _left_alone(self, attempts: list[str]) -> None:
        gone = [number for number in attempts if number in self.site.gone]
        assert len(gone) <= len(set(gone)), "kept trying to write on a ticket that is gone"

    def _text_is_current(self) -> None:
        """What stands in a ticket is what would be said of it now, looked at anew."""
        context = self.harbour.context()
        for number in self._alive():
            facts = FactsBuilder(context).facts(self.site, self.site.ref(self.site.tickets[number]))
            findings = evaluate(facts, PACKS)
            memory = memory_of(context, facts.ticket)
            intents = decide(facts, findings, memory, context.voice("jira"))
            wanted = [intent.body for intent in intents if intent.kind == COMMENT]
            shown = [m.body for m in self.comments.messages if m.place.container == number]
            if shown or not memory.spoken:
                assert shown == wanted, f"CHG-{number} says something else than what holds"

    def _nothing_more_to_write(self) -> None:
        before = self._outside()
        again = cycle(self.harbour.context())
        assert (again.writes, self._outside()) == (0, before), "wrote although nothing had changed"

    def _time_told(self) -> None:
        """Whatever is due by now was told, to who did not ask for rest."""
        over = [nap for nap in self.naps if nap.until <= self.harbour.now]
        self.naps = [nap for nap in self.naps if nap not in over]
        promises.woken(self.harbour, over)
        promises.all_due(self.harbour, self.rests)
        promises.left_in_peace(self.harbour, self.rests, self.well_since, [p.id for p in BOARD])
        promises.announced(self.harbour)
        promises.receipts(self.harbour, self.confirmed)

    def _on_record(self) -> None:
        """The audit trail is whole, agrees with the journal, and holds every press of a button."""
        assert not (flaws := list(self.harbour.journal.audit_flaws({}))), f"the trail is not whole: {flaws}"
        assert self.harbour.presses_on_record() == self.harbour.presses, "a press is not on the trail"

    # -- helpers ------------------------------------------------------------------------------------------------

    def _trouble(self, board: Any, what: str, at: int, done: bool) -> None:
        certain = what == "never arrives"
        board.troubles.append(Trouble(at, LOST[what](), done and not certain))
        self.troubled = True

    def _rests(self, number: str, who: str, action: Action, nap: str = "") -> None:
        if self.harbour.pressed(who, action, encode("jira", number, more=nap)) not in ("seen", "snoozed"):
            return
        account = PEOPLE[who].id
        found = next(p for p in self.harbour.journal.snoozes_of(f"jira:{number}") if p.account == account)
        rest = promises.Rest(number, account, found.at, found.until, bool(nap))
        self.rests.append(rest)
        self.naps = [one for one in self.naps if (one.number, one.account) != (number, account)]
        self.naps += [rest] if nap else []

    def _calm(self) -> None:
        self.naps.clear()  # who was to be woken in a run that went wrong may have been, or not
        self.site.breaks_off = self.troubled = False
        self.site.unreadable.clear()
        self.comments.troubles.clear()
        self.slack.troubles.clear()
        # what was put off by a failure is due again by now
        self.harbour.now += timedelta(days=2)
        cycle(self.harbour.context(), True)

    def _alive(self) -> list[str]:
        return [number for number in self.site.tickets if number not in self.site.gone]

    def _outside(self) -> list[tuple[str, str]]:
        boards = (self.comments, self.slack)
        return [(message.remote_id, message.digest) for board in boards for message in board.messages]


def _values(body: object, action: Action) -> list[str]:
    """What the buttons of a message carry that do this."""
    if isinstance(body, dict):
        own = [body["value"]] if body.get("action_id") == action.value else []
        return own + [value for part in body.values() for value in _values(part, action)]
    return [value for part in body for value in _values(part, action)] if isinstance(body, list) else []


def _number(ticket: str) -> str:
    return ticket.rpartition("-")[2]


def _other_worlds(fields: Mapping[str, Field]) -> list[dict[str, Field]]:
    """The ticket's fields with something else behind each hidden one."""
    return [
        {**fields, name: value}
        for name, known in WORDS.items()
        if not fields[name].readable
        for value in known.values()
    ]
