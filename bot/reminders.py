"""Reminders of a run: who is due by the journal, looked at again just before speaking, one message per audience."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.audience import Team, channel_of
from bot.context import Context
from bot.decide import digest_of
from bot.fetch import Gatherer, told
from bot.journal.tickets import TicketRow
from bot.messages import card
from bot.messages.overview import overview
from bot.model.lifecycle import Severity, State, Verdict
from bot.model.say import say
from bot.model.wish import Wish
from bot.ports import NotFound, SourceError
from bot.remind import OVERDUE, Due, Reminder, due, grouped, step_after, step_now
from bot.report import Planned, Report
from rules.engine import evaluate
from rules.lines import group_lines


@dataclass(frozen=True, slots=True)
class Claim:
    """What makes a reminder come once: this step for this planned start, or this set of missing points."""

    what: str
    day: date


def remind_all(ctx: Context, gatherer: Gatherer, report: Report) -> None:
    """Wish for the reminders that are due now. Nothing is nagged about that was settled in the meantime."""
    if ctx.postbox is None:
        return
    gatherer.forget()
    dues = dict(_due(ctx, gatherer, report))
    for reminder in grouped(tuple(dues.values())):
        _wish(ctx, reminder, report)
    if ctx.policy.act:
        for claim in dues:
            ctx.journal.mark_sent(claim.what, claim.day, ctx.clock())


def _due(ctx: Context, gatherer: Gatherer, report: Report) -> Iterator[tuple[Claim, Due]]:
    sources = {source.name: source for source in ctx.sources}
    for row in ctx.journal.asked_of():
        claim = _claim(ctx, row)
        if claim is None or row.source not in sources or ctx.stop():
            continue
        try:
            facts = gatherer.facts(sources[row.source], row.ref)
        except SourceError as error:
            report.problem(f"{row.key}: {told(error)}")
            if isinstance(error, NotFound) and error.system == row.source:
                ctx.journal.out_of_sight(row.source, [row.id], ctx.clock())
            continue
        view = overview(group_lines(evaluate(facts, ctx.policy.packs)), facts.ticket.state)
        if one := due(facts, view, ctx.policy.remind_days, ctx.policy.calendar):
            yield claim, one


def _claim(ctx: Context, row: TicketRow) -> Claim | None:
    """The reminder a ticket is up for by what the journal knows, unless it was sent already."""
    now, calendar = ctx.clock(), ctx.policy.calendar
    advised = {
        rule.id for pack in ctx.policy.packs for rule in pack.rules if rule.severity is Severity.ADVICE
    }
    before = ctx.journal.previous(row.source, row.id)
    verdicts = {rule: verdict for rule, verdict in before.items() if rule not in advised}
    missing = sorted(rule for rule, verdict in verdicts.items() if verdict is Verdict.MISSING)
    open_ = any(verdict.open for verdict in verdicts.values())
    step = step_now(row.planned_start, row.state, ctx.policy.remind_days, calendar, now)
    if row.state is State.DRAFT or not open_:
        return None
    if row.settle_by:
        after = step_after(row.settle_by, calendar, now)
        if after is None:
            return None
        claim = Claim(f"remind:{row.source}:{row.id}:settle:{after}", calendar.local_day(row.settle_by))
    elif missing:
        claim = Claim(
            f"remind:{row.source}:{row.id}:{OVERDUE}:{digest_of(missing)}", calendar.local_day(row.first_seen)
        )
    elif step is not None and row.planned_start:
        claim = Claim(f"remind:{row.source}:{row.id}:{step}", calendar.local_day(row.planned_start))
    else:
        return None
    return None if ctx.journal.was_sent(claim.what, claim.day) else claim


def _wish(ctx: Context, reminder: Reminder, report: Report) -> None:
    keys = ", ".join(one.facts.ticket.key for one, _ in reminder.items)
    if not ctx.policy.act:
        report.planned.append(Planned(keys, ctx.messenger, "reminder", "the planned start comes near"))
        return
    postbox = ctx.postbox
    channel = channel_of(reminder.audience, postbox, reminder.team) if postbox else None
    if channel is None:
        report.problem(f"{keys}: nobody to remind on {ctx.messenger}: set SLACK_CHANNEL")
        return
    body = card.reminder(reminder, ctx.speak)
    digest = digest_of([body, ctx.policy.calendar.local_day(ctx.clock()).isoformat()])
    who = reminder.audience.name if isinstance(reminder.audience, Team) else str(reminder.audience)
    wish = Wish(
        target=ctx.messenger,
        ticket=f"reminder:{who}",
        kind=f"reminder:{digest[:16]}",
        container=channel,
        digest=digest,
        body=body,
        reason=say("the planned start comes near, or something should have been in order by now"),
        once=True,
    )
    ctx.journal.wish([wish], ctx.clock())
