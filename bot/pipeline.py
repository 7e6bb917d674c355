"""One run, a line per stage: fetch, classify, evaluate, decide, deliver, report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import structlog

from bot.audience import OnTicket, Team, channel_of
from bot.context import Context
from bot.decide import COMMENT, Intent, Memory, decide
from bot.deliver import deliver
from bot.fetch import ENDS_THE_TURN, Gatherer, listed, told
from bot.handover import is_handover
from bot.model.facts import Facts
from bot.model.people import Person
from bot.model.snapshot import snapshot
from bot.model.ticket import Ticket, TicketRef
from bot.model.wish import Wish
from bot.ports import SourceError, TicketSource
from bot.reminders import remind_all
from bot.report import Planned, Report
from rules.engine import evaluate

log = structlog.get_logger()


def cycle(ctx: Context, full: bool = False, progress: Callable[[str], None] = lambda _: None) -> Report:
    """One cycle over all sources. `full` looks at every open ticket again (the nightly census); `progress`
    hears the key of each ticket when it is done.
    """
    report = Report("act" if ctx.policy.act else "observe", ctx.clock())
    run = ctx.journal.start_run(report.mode, report.started)
    gatherer = Gatherer(ctx)
    for source in ctx.sources:
        judge_all(ctx, source, gatherer, report, full, progress)
    remind_all(ctx, gatherer, report)
    deliver_all(ctx, report)
    take_note_of_handovers(ctx, gatherer, report)
    report.stopped, report.ended = ctx.stop(), ctx.clock()
    whole = [name for name, count in report.sources.items() if count.complete]
    ctx.journal.end_run(run, report.ended, report.exit_code, report.as_json(), whole)
    return report


def judge_all(
    ctx: Context,
    source: TicketSource,
    gatherer: Gatherer,
    report: Report,
    full: bool,
    progress: Callable[[str], None],
) -> None:
    """Every changed ticket of one source. The mark moves on only as far as everything was read."""
    started, count = ctx.clock(), report.source(source.name)
    unread: list[datetime] = []
    cut_short = False
    for ref in listed(ctx, source, report, full):
        problem = None if ctx.stop() else judge(ctx, source, gatherer, ref, report)
        cut_short = ctx.stop() or isinstance(problem, ENDS_THE_TURN)
        if cut_short:
            break
        if problem:
            unread.append(ref.updated)
        progress(ref.key)
    if count.complete and not cut_short:
        ctx.journal.set_mark(source.name, min([started, *unread]))
    count.complete = count.complete and not cut_short and not unread


def judge(
    ctx: Context, source: TicketSource, gatherer: Gatherer, ref: TicketRef, report: Report
) -> Exception | None:
    """Fetch, classify, evaluate and decide one ticket. Gives what went wrong; the others go on all the same."""
    count = report.source(source.name)
    try:
        facts = gatherer.facts(source, ref)
        findings = evaluate(facts, ctx.policy.packs)
        memory = memory_of(ctx, facts.ticket)
        intents = decide(facts, findings, memory, ctx.voice(source.name))
        wishes = addressed(ctx, facts, intents, report)
        ctx.journal.store(facts.ticket, findings, snapshot(facts), facts.now, wishes, ref.version)
    except SourceError as error:
        report.problem(f"{ref.key}: {told(error)}")
        count.failed += 1
        return error
    except Exception as error:  # one ticket we cannot digest must not keep the others waiting
        log.exception("ticket could not be judged", ticket=ref.key)
        report.problem(f"{ref.key}: could not be judged ({type(error).__name__}); the log says where")
        count.failed += 1
        return error
    count.read += 1
    report.judged(findings)
    if any(is_handover(wish.kind) and wish.kind not in memory.posted for wish in wishes):
        gatherer.handing_over.append((source, ref))
    return None


def take_note_of_handovers(ctx: Context, gatherer: Gatherer, report: Report) -> None:
    """A notification that went out is evidence: judge its ticket again, so that the comment says so at once."""
    handed, gatherer.handing_over = gatherer.handing_over, []
    if not handed or not ctx.policy.act or ctx.stop():
        return
    for source, ref in handed:
        judge(ctx, source, gatherer, ref, report)
    deliver_all(ctx, report)


def memory_of(ctx: Context, ticket: Ticket) -> Memory:
    """What was said of a ticket before."""
    slots = ctx.journal.slots_of(f"{ticket.source}:{ticket.id}")
    return Memory(
        verdicts=ctx.journal.previous(ticket.source, ticket.id) or None,
        spoken=frozenset(slot.kind for slot in slots),
        posted=frozenset(slot.kind for slot in slots if slot.applied_hash),
        noted_at=next((slot.applied_at for slot in slots if slot.kind == COMMENT), None),
    )


def addressed(ctx: Context, facts: Facts, intents: Iterable[Intent], report: Report) -> list[Wish]:
    """Intents with the place where each audience is reached. What observe mode says once is not kept: it
    would come out of date, all at once, on the day the bot is told to act.
    """
    ticket = facts.ticket
    wishes = []
    for intent in intents:
        if intent.once and not ctx.policy.act:
            report.planned.append(Planned(ticket.key, ctx.messenger, intent.kind, intent.reason.msgid))
            continue
        target, container = place_of(ctx, ticket, intent)
        if container is None:
            report.problem(unreachable(ctx, ticket, intent, target))
            continue
        wishes.append(
            Wish(
                target=target,
                ticket=f"{ticket.source}:{ticket.id}",
                kind=intent.kind,
                container=container,
                digest=intent.digest,
                body=intent.body,
                reason=intent.reason,
                thread_kind=intent.thread_kind,
                once=intent.once,
                recipients=intent.recipients,
                roles=intent.roles,
            )
        )
    return wishes


def place_of(ctx: Context, ticket: Ticket, intent: Intent) -> tuple[str, str | None]:
    """The outlet and the container in it; no container when the audience cannot be reached."""
    if isinstance(intent.audience, OnTicket):
        return ticket.source, ticket.id
    postbox, formal = ctx.postbox, is_handover(intent.kind)
    return ctx.messenger, channel_of(
        intent.audience, postbox, ticket.team, formal=formal
    ) if postbox else None


def unreachable(ctx: Context, ticket: Ticket, intent: Intent, target: str) -> str:
    """One line for the admin: who cannot be reached, and the fix."""
    who = intent.audience.name if isinstance(intent.audience, Team | Person) else ctx.speak(intent.audience)
    fix = "their e-mail address is not visible or not known there"
    if not isinstance(intent.audience, Person):
        fix = f"give {who} a channel of its own, or SLACK_CHANNEL for the rest"
    return f"{ticket.key}: {who} cannot be reached on {target}: {fix}"


def deliver_all(ctx: Context, report: Report) -> None:
    """Bring what stands outside up to date; in observe mode only tell what would be done."""
    if ctx.policy.act:
        delivery = deliver(ctx.journal, ctx.outlets, ctx.clock, limit=ctx.policy.max_writes, stop=ctx.stop)
        report.add(delivery.counts())
        for line in delivery.problems:
            report.problem(line)
        return
    keys = {f"{row.source}:{row.id}": row.key for row in ctx.journal.open_tickets()}
    for due in ctx.journal.due_slots(ctx.clock()):
        slot = next(slot for slot in ctx.journal.slots_of(due.ticket) if slot.id == due.id)
        report.planned.append(Planned(keys.get(due.ticket, due.ticket), due.target, due.kind, slot.reason))
