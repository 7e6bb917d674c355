"""Reminders of a run: who is due by the journal, looked at again just before speaking, one message per audience."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import NamedTuple

from bot.context import Context
from bot.intake.facts import FactsBuilder
from bot.journal.tickets import TicketRow
from bot.messages import card
from bot.messages.intent import digest_of
from bot.notify.channels import channels_of
from bot.notify.escalations import Points, escalate_all
from bot.notify.snoozed import Snoozed
from bot.policy.audience import Team, key_of
from bot.policy.overdue import RuleInfo, rule_infos
from bot.policy.reminders import (
    OVERDUE,
    SNOOZED,
    Due,
    Reminder,
    due,
    early,
    grouped,
    may_speak,
    step_after,
    step_now,
)
from bot.policy.speaking_times import may_speak_now
from bot.policy.ticket_summary import overview
from bot.report import Planned, Report
from domain.lifecycle import State, Verdict
from domain.outgoing import OutgoingMessage
from domain.people import Person, Role
from domain.ports.errors import NotFound, SourceError
from domain.requests import ActionRequest, OnceKey, OpenFinding
from domain.sentence import say
from domain.working_calendar import Calendar
from rules.engine import evaluate
from rules.grouping import group_findings

WAKE = timedelta(days=3)
"""How long after a snooze its person is still reminded: office hours and weekends may lie between."""


class Reminded(NamedTuple):
    """A reminder that a ticket may be up for: what makes it come once, and its step."""

    claim: OnceKey
    step: int


def remind_all(ctx: Context, gatherer: FactsBuilder, report: Report) -> None:
    """Enqueue the reminders that are due now, and for what goes up because nobody settled it. Nothing is nagged about
    that was settled in the meantime.
    """
    if ctx.recipients is None:
        return
    # The cycle read them when it judged them: somebody may have signed off since.
    gatherer.forget()
    points, rules = ctx.journal.points(), rule_infos(ctx.policy.packs)
    settle_asks(ctx, points, rules)
    dues = dict(_due(ctx, gatherer, report, _claims(ctx, points, rules)))
    claims = {id(one): claim for claim, one in dues.items()}
    # A ticket counts as told when all its audiences are: for who was held back it is looked at again.
    told_all = set(dues)
    rest = Snoozed(ctx)
    for reminder in grouped(tuple(dues.values()), rest.resting, ctx.apart):
        if fresh := _fresh(ctx, reminder, claims):
            sent = _wish(ctx, fresh, report, [_of(claims[id(one)], fresh) for one, _ in fresh.items])
            told_all -= set() if sent else {claims[id(one)] for one, _ in fresh.items}
    remind_after_snooze(ctx, gatherer, report)
    if ctx.policy.act:
        for claim in told_all:
            ctx.journal.mark_sent(claim.what, claim.day, ctx.clock())
    escalate_all(ctx, gatherer, report, points, rules)


def settle_asks(ctx: Context, points: Points, rules: Mapping[str, RuleInfo]) -> None:
    """What people were asked for and is open no more, is settled: whatever opens later starts anew."""
    followed = {row.subject for row in ctx.journal.rows_awaiting()}
    standing = {
        (ticket, rules[point.rule].line)
        for ticket, found in points.items()
        if ticket in followed
        for point in found
        if point.rule in rules
    }
    ended = {(ask.ticket, ask.line) for ask in ctx.journal.requests()} - standing
    if ended:
        ctx.journal.settle(sorted(ended), ctx.clock())


def _due(
    ctx: Context, gatherer: FactsBuilder, report: Report, ups: Sequence[tuple[TicketRow, Reminded]]
) -> Iterator[tuple[OnceKey, Due]]:
    sources = {source.name: source for source in ctx.sources}
    for row, up in ups:
        if row.source not in sources or ctx.stop():
            continue
        try:
            facts = gatherer.facts(sources[row.source], row.ref)
        except SourceError as error:
            report.problem(f"{row.key}: {error.line}")
            if isinstance(error, NotFound) and error.system == row.source:
                ctx.journal.out_of_sight(row.source, [row.id], ctx.clock())
            continue
        view = overview(group_findings(evaluate(facts, ctx.policy.packs)), facts.ticket.state)
        calendar = ctx.policy.calendar_of(row.team)
        if one := due(facts, view, ctx.policy.reminders.remind_days, calendar, up.step):
            yield up.claim, replace(one, pauses=ctx.journal.snoozes_of(row.subject))


def _claims(ctx: Context, points: Points, rules: Mapping[str, RuleInfo]) -> list[tuple[TicketRow, Reminded]]:
    """The tickets that are up for a reminder now by what the journal knows, and were not reminded of it before. One
    that is held back, for the night or until the morning, is not even read.
    """
    found = [
        (row, up)
        for row in ctx.journal.rows_awaiting()
        if _awake(ctx, row)
        for up in _up(ctx, row, points.get(row.subject, ()), rules)
    ]
    sent = ctx.journal.sent_once(up.claim for _, up in found)
    return [(row, up) for row, up in found if up.claim not in sent]


def _awake(ctx: Context, row: TicketRow) -> bool:
    # None is of a ticket that was stored before this was kept: it is read, which tells.
    return row.notify_any_hour is not False or ctx.policy.calendar_of(row.team).in_office_hours(ctx.clock())


def _up(
    ctx: Context, row: TicketRow, points: Sequence[OpenFinding], rules: Mapping[str, RuleInfo]
) -> Iterator[Reminded]:
    """The reminders a ticket is up for by what the journal knows: of what is missing, and of what comes next."""
    calendar, name = ctx.policy.calendar_of(row.team), f"remind:{row.subject}"
    open_ = [point for point in points if point.rule in rules and point.verdict.open]
    missing = [point.since for point in open_ if point.verdict is Verdict.MISSING]
    if row.state is State.DRAFT or not open_:
        return
    # What an emergency skipped has a term of its own, and is asked for by that alone.
    if row.settle_by:
        after = step_after(row.settle_by, calendar, ctx.clock())
        if after is not None:
            yield Reminded(OnceKey(f"{name}:settle:{after}", calendar.local_day(row.settle_by)), after)
        return
    if missing:  # said once more when another point goes missing, not when one of them is settled
        yield Reminded(
            OnceKey(f"{name}:{OVERDUE}:{max(missing):%Y%m%dT%H%M%S}", calendar.local_day(row.first_seen)),
            OVERDUE,
        )
    if len(missing) < len(open_):
        yield from _coming(ctx, row, calendar, name)


def _coming(ctx: Context, row: TicketRow, calendar: Calendar, name: str) -> Iterator[Reminded]:
    """The reminder before the planned start; an early one waits for the morning."""
    steps, now = ctx.policy.reminders.remind_days, ctx.clock()
    step = step_now(row.planned_start, row.state, steps, calendar, now)
    if step is None or row.planned_start is None:
        return
    if not early(step, steps) or may_speak_now(ctx.policy.talk, calendar, now):
        yield Reminded(OnceKey(f"{name}:{step}", calendar.local_day(row.planned_start)), step)


def _fresh(ctx: Context, reminder: Reminder, claims: Mapping[int, OnceKey]) -> Reminder | None:
    """Without what this audience was told before, and without what its team reads in the digest."""
    made = {id(one): _of(claims[id(one)], reminder) for one, _ in reminder.items}
    sent = ctx.journal.sent_once(made.values())
    in_digest = ctx.policy.talk.digest_at is not None and isinstance(reminder.audience, Team)
    kept = tuple(
        (one, lines)
        for one, lines in reminder.items
        if made[id(one)] not in sent and not (in_digest and early(one.step, ctx.policy.reminders.remind_days))
    )
    return replace(reminder, items=kept) if kept else None


def _of(claim: OnceKey, reminder: Reminder) -> OnceKey:
    """The claim of one audience: who is held back does not keep the others from being told."""
    return OnceKey(f"{claim.what}@{_who(reminder)}", claim.day)


def _who(reminder: Reminder) -> str:
    audience = reminder.audience
    return audience.name if isinstance(audience, Team | Person) else str(audience)


def remind_after_snooze(ctx: Context, gatherer: FactsBuilder, report: Report) -> None:
    """Remind in person, once, whoever snoozed a ticket until now, when it still asks for something."""
    now = ctx.clock()
    sources = {source.name: source for source in ctx.sources}
    rows = {row.subject: row for row in ctx.journal.rows_awaiting()}
    for pause in ctx.journal.snoozes_over(now - WAKE, now):
        # With its end: whoever snoozes again is reminded again.
        claim = OnceKey(f"woken:{pause.ticket}:{pause.account}:{pause.until.isoformat()}", pause.until.date())
        row = rows.get(pause.ticket)
        if row is None or row.source not in sources or not pause.conversation or ctx.stop():
            continue
        if ctx.journal.was_sent(claim.what, claim.day):
            continue
        try:
            facts = gatherer.facts(sources[row.source], row.ref)
        except SourceError as error:
            report.problem(f"{row.key}: {error.line}")
            continue
        # The next cycles try again: within WAKE there are office hours, and what is set aside may be taken up.
        if facts.ticket.set_aside or not may_speak(facts, ctx.policy.calendar_of(row.team)):
            continue
        view = overview(group_findings(evaluate(facts, ctx.policy.packs)), facts.ticket.state)
        if view.now:
            who = Person(pause.account, pause.person)
            one = Due(facts, view, SNOOZED, ctx.journal.snoozes_of(pause.ticket))
            _wish(ctx, Reminder(who, "", ((one, view.now),)), report, [claim], pause.conversation)
        # It asks for nothing any more: said so here, it is not read again in each cycle of these days.
        elif ctx.policy.act:
            ctx.journal.mark_sent(claim.what, claim.day, now)


def _over_limit(ctx: Context, channel: str, reminder: Reminder) -> bool:
    """Whether the conversation had its reminders of today. What starts or runs out by tomorrow comes all the same."""
    limit, calendar = ctx.policy.talk.remind_limit, ctx.policy.calendar
    steps = ctx.policy.reminders.remind_days
    if not limit or any(one.step > OVERDUE and not early(one.step, steps) for one, _ in reminder.items):
        return False
    midnight = calendar.at(calendar.local_day(ctx.clock()), time())
    return ctx.journal.reminded(channel, midnight) >= limit


def _wish(
    ctx: Context, reminder: Reminder, report: Report, claims: Sequence[OnceKey], conversation: str = ""
) -> bool:
    """Enqueue a reminder, and keep who was asked for what. False when it has to wait for another day. What somebody
    asked for in a `conversation` goes there, and waits for nothing.
    """
    keys = ", ".join(one.facts.ticket.key for one, _ in reminder.items)
    if not ctx.policy.act:
        report.planned.append(Planned(keys, ctx.messenger, "reminder", "the planned start comes near"))
        return True
    channels = (conversation,) if conversation else _channels(ctx, reminder, report)
    if channels is None:
        return False
    open_ = [c for c in channels if conversation or not _over_limit(ctx, c, reminder)]
    if not channels and ctx.recipients:
        setting = ctx.recipients.setting()
        report.problem(f"{keys}: nobody to remind on {ctx.messenger}: set {setting}")
    if not open_:
        return not channels
    body = card.reminder(reminder, ctx.speaker_to(reminder.audience, reminder.team))
    # With the day: the same words on another day are another reminder, not the one that stands.
    digest = digest_of([body, ctx.policy.calendar.local_day(ctx.clock()).isoformat()])
    wishes = [
        OutgoingMessage(
            target=ctx.messenger,
            ticket=f"reminder:{_who(reminder)}",
            kind=f"reminder:{digest[:16]}" + (f":{channel}" if len(channels) > 1 else ""),
            container=channel,
            digest=digest,
            body=body,
            reason=say("the planned start comes near, or something should have been in order by now"),
            once=True,
        )
        for channel in open_
    ]
    ctx.journal.enqueue_once(claims, wishes, ctx.clock(), _asks(reminder, ctx.clock()))
    return True


def _channels(ctx: Context, reminder: Reminder, report: Report) -> tuple[str, ...] | None:
    """Where its audience is reached; None when the message service cannot say now."""
    facts = reminder.items[0][0].facts
    try:
        return channels_of(reminder.audience, facts, ctx.recipients, reminder.team) if ctx.recipients else ()
    except SourceError as error:
        report.problem(f"{facts.ticket.key}: {error.line}")
        return None


def _asks(reminder: Reminder, now: datetime) -> list[ActionRequest]:
    audience = reminder.audience
    if not isinstance(audience, Team | Role):
        return []
    return [
        ActionRequest(one.facts.ticket.subject, line.line, key_of(audience), now)
        for one, lines in reminder.items
        for line in lines
    ]
