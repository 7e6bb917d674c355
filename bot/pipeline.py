"""One run, a line per stage: fetch, classify, evaluate, decide, deliver, report."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.addressing import addressed
from bot.brake import brake, tell
from bot.bring import Orders
from bot.bundle import ENDS_THE_TURN
from bot.context import Context
from bot.decide import CARD, COMMENT, Memory, decide
from bot.declarations import attestations
from bot.deliver import deliver
from bot.digests import tell_all
from bot.fetch import Gatherer, listed, told
from bot.handing import hand_over, notified
from bot.handover import is_handover, watched
from bot.journal import Due, Slot
from bot.journal.slots import MAIL
from bot.messages.render import with_remark
from bot.parked import waiting
from bot.receipts import remind_receipts
from bot.remind import any_hour
from bot.reminders import remind_all
from bot.report import Planned, Report
from bot.since import over_before
from bot.survival import surviving
from domain.finding import Finding
from domain.lifecycle import Verdict
from domain.ports.errors import NotFound, SourceError
from domain.ports.messaging import Format
from domain.ports.source import TicketSource
from domain.snapshot import snapshot
from domain.ticket import Ticket, TicketRef
from rules.engine import evaluate

log = structlog.get_logger()


def cycle(ctx: Context, full: bool = False, progress: Callable[[str], None] = lambda _: None) -> Report:
    """One cycle over all sources. `full` looks at every open ticket again (the nightly census); `progress`
    hears the key of each ticket when it is done.
    """
    report = Report("act" if ctx.policy.act else "observe", ctx.clock())
    packs, today = ctx.policy.packs, report.started.date()
    report.organisation(packs, attestations(packs, ctx.policy.declarations, today))
    report.webhooks = {name: dict(counts) for name, counts in ctx.heard().items()}
    run = ctx.journal.start_run(report.mode, report.started)
    gatherer = Gatherer(ctx, watching=True)
    report.later = []
    for source in ctx.sources:
        judge_all(ctx, source, gatherer, report, full, progress)
        look_at_roles(source, gatherer, report)
    judge_releases(ctx, gatherer, report)
    # Only here, when all is judged and nothing written, is it known how much this run would write.
    brake(ctx, report)
    judge_waiting(ctx, gatherer, report)
    if report.halted:
        tell(ctx, report)
    else:
        remind_all(ctx, gatherer, report)
        remind_receipts(ctx, report)
        tell_all(ctx, report)
    deliver_all(ctx, report)
    forget_old(ctx)
    report.stopped, report.ended = ctx.stop(), ctx.clock()
    # A source that was not read wholly has had no success: /readyz goes by this.
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
    # The mark is the moment before the listing: what changes meanwhile is listed again.
    started, count = ctx.clock(), report.source(source.name)
    unread: list[datetime] = []
    cut_short = False
    for ref in listed(ctx, source, report, full):
        problem = None if ctx.stop() else judge(ctx, source, gatherer, ref, report)
        cut_short = ctx.stop() or ends_the_turn(problem, source)
        if cut_short:
            break
        if problem:
            unread.append(ref.updated)
        progress(ref.key)
    if count.complete and not cut_short:
        # What waits for its notification is not stored yet: a process killed before that finds it again.
        ctx.journal.set_mark(source.name, min([started, *unread, *waiting_since(source, report)]))
    count.complete = count.complete and not cut_short and not unread


def waiting_since(source: TicketSource, report: Report) -> list[datetime]:
    """When the tickets of a source changed whose notification waits for the end of the cycle."""
    return [ref.updated for name, ref, _ in report.later or () if name == source.name]


def look_at_roles(source: TicketSource, gatherer: Gatherer, report: Report) -> None:
    """See who holds which role in every cycle, also when no ticket changed: later it counts who held it now."""
    if not report.source(source.name).complete:
        return
    try:
        gatherer.members(source)
    except SourceError as error:
        report.problem(told(error))


def ends_the_turn(problem: Exception | None, source: TicketSource) -> bool:
    """Whether nothing more can be had of this source now. Another system that is down does not end its turn."""
    return isinstance(problem, ENDS_THE_TURN) and problem.system == source.name


def judge_releases(ctx: Context, gatherer: Gatherer, report: Report) -> None:
    """A release is judged again after a change in it was: its own stamp need not have moved. One that cannot be
    judged now is tried again in the next run.
    """
    sources = {source.name: source for source in ctx.sources}
    for row in ctx.journal.outdated_releases():
        source = sources.get(row.source)
        if source is None or ctx.stop():
            continue
        if ends_the_turn(judge(ctx, source, gatherer, row.ref, report), source):
            del sources[row.source]


def judge_waiting(ctx: Context, gatherer: Gatherer, report: Report) -> None:
    """The tickets whose formal notification is due, now that it is known whether this run may write."""
    waiting, report.later = report.later or [], None
    sources = {source.name: source for source in ctx.sources}
    for name, ref, _ in waiting:
        if name in sources and not ctx.stop():
            judge(ctx, sources[name], gatherer, ref, report)


def judge(
    ctx: Context, source: TicketSource, gatherer: Gatherer, ref: TicketRef, report: Report
) -> Exception | None:
    """Fetch, classify, evaluate and decide one ticket. Gives what went wrong; the others go on all the same."""
    count = report.source(source.name)

    def judged() -> Exception | None:
        findings = on_record(ctx, source, gatherer, ref, report)
        if findings is not None:
            count.read += report.judged(f"{source.name}:{ref.id}", findings)
        return None

    def broken(error: Exception) -> Exception:
        report.problem(f"{ref.key}: could not be judged ({type(error).__name__}); the log says where")
        count.failed += 1
        return error

    try:
        return surviving(judged, broken, "ticket could not be judged", ticket=ref.key)
    except SourceError as error:
        report.problem(f"{ref.key}: {told(error)}")
        if isinstance(error, NotFound) and error.system == source.name:
            ctx.journal.out_of_sight(source.name, [ref.id], ctx.clock())
        count.failed += 1
        return error


def on_record(
    ctx: Context, source: TicketSource, gatherer: Gatherer, ref: TicketRef, report: Report
) -> tuple[Finding, ...] | None:
    """The findings of one ticket, kept in the journal with what is to be said of them. None when it is left alone for
    good, or until it is known whether this run may notify. Raises SourceError.
    """
    facts = gatherer.facts(source, ref)
    while gatherer.problems:
        report.problem(gatherer.problems.pop())
    for line in facts.ticket.remarks:
        report.note(f"{source.name}: {line}")
    memory = memory_of(ctx, facts.ticket)
    if memory.verdicts is None and over_before(facts.ticket, ctx.policy.since):
        return None
    if report.later is not None and (due := notified(ctx, facts, memory)):
        # Those wished for before are counted in the journal.
        report.later.append((source.name, ref, sum(one.kind not in memory.spoken for one in due)))
        return None
    # Notified first, so that the rules see a notification that has just been delivered, or is on its way.
    facts = hand_over(ctx, facts, memory, report, lambda only: bring(ctx, report, only))
    findings = watched(facts, evaluate(facts, ctx.policy.packs))
    intents = decide(facts, findings, memory, ctx.voice(source.name, facts.ticket.team))
    wishes = addressed(ctx, facts, intents, report)
    ctx.journal.store(facts.ticket, findings, snapshot(facts), facts.now, wishes, ref.version)
    ctx.journal.keep_hours(facts.ticket, any_hour(facts))
    return findings


def memory_of(ctx: Context, ticket: Ticket) -> Memory:
    """What was said of a ticket before."""
    slots = ctx.journal.slots_of(f"{ticket.source}:{ticket.id}")
    comment = next((slot for slot in slots if slot.kind == COMMENT), None)
    return Memory(
        verdicts=_verdicts_before(ctx, ticket),
        spoken=frozenset(slot.kind for slot in slots),
        posted=frozenset(slot.kind for slot in slots if slot.applied_hash),
        noted_at=comment.applied_at if comment else None,
        refused=comment.refusal if comment else None,
    )


def _verdicts_before(ctx: Context, ticket: Ticket) -> Mapping[str, Verdict] | None:
    gap = ctx.journal.restored(ctx.clock())
    # What changed while a journal that was put back knew nothing may have been news already.
    known = gap is None or ctx.journal.judged_since(ticket.source, ticket.id, gap.at)
    return (ctx.journal.previous(ticket.source, ticket.id) or None) if known else None


def deliver_all(ctx: Context, report: Report) -> None:
    """Bring what stands outside up to date; in observe mode only tell what would be done."""
    if ctx.policy.act and not report.halted:
        # Mail goes while its ticket is read: see `bot.handing`.
        send(ctx, report, lambda due: due.target != MAIL)
        unsent = ctx.journal.unsent()
        report.undelivered = len(unsent)
        for line in waiting(unsent, report.told, ctx.policy.calendar, ctx.clock()):
            report.problem(line)
        return
    keys = {f"{row.source}:{row.id}": row.key for row in ctx.journal.open_tickets()}
    for due in ctx.journal.due_slots(ctx.clock()):
        slot = next(slot for slot in ctx.journal.slots_of(due.ticket) if slot.id == due.id)
        report.planned.append(Planned(keys.get(due.ticket, due.ticket), due.target, due.kind, slot.reason))


def forget_old(ctx: Context) -> None:
    """Forget what was closed longer ago than the organisation keeps."""
    if ctx.policy.retain_days is None or ctx.stop():
        return
    now = ctx.clock()
    if forgotten := ctx.journal.forget_before(now - timedelta(days=ctx.policy.retain_days), now):
        log.info("closed tickets were forgotten", tickets=forgotten)


def send(ctx: Context, report: Report, only: Callable[[Due], bool] = lambda _: True) -> None:
    """Deliver, and tell the teams whose ticket refuses its comment, or takes it at last."""
    if turned := bring(ctx, report, only):
        retell(ctx, report, turned)


def bring(ctx: Context, report: Report, only: Callable[[Due], bool]) -> Collection[str]:
    """Deliver, within what the cap leaves of this run; nothing where it was halted. Gives the tickets ("source:id")
    that refuse a message now, or take it at last.
    """
    if report.halted:
        return ()
    most = ctx.policy.max_writes if report.limit is None else report.limit
    left = max(most - report.writes, 0)

    def replaces(body: Any, form: Format, at: datetime) -> Any:
        said = ctx.speak.say("Takes the place of the comment of {at}, which was edited by hand.", at=at)
        return with_remark(body, form, said)

    def elsewhere(slot: Slot) -> str | None:
        if ctx.postbox is None or slot.target != ctx.messenger or is_handover(slot.kind):
            # A formal notification goes nowhere but to whom it is meant for.
            return None
        return ctx.postbox.instead_of(slot.home.container)

    orders = Orders(only, elsewhere, replaces)
    delivery = deliver(ctx.journal, ctx.outlets, ctx.clock, limit=left, stop=ctx.stop, orders=orders)
    report.add(delivery.counts())
    report.told |= delivery.told
    for line in delivery.problems:
        report.problem(line)
    return delivery.turned


def retell(ctx: Context, report: Report, tickets: Collection[str]) -> None:
    """Cards of tickets ("source:id") that refuse their comment, or take it at last: the team is told so once."""
    gatherer, sources = Gatherer(ctx), {source.name: source for source in ctx.sources}
    for row in ctx.journal.open_tickets():
        if f"{row.source}:{row.id}" in tickets and row.source in sources and not ctx.stop():
            judge(ctx, sources[row.source], gatherer, row.ref, report)
    send(ctx, report, lambda due: due.ticket in tickets and due.kind == CARD)
