"""One run, a line per stage: fetch, classify, evaluate, decide, deliver, report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.context import Context
from bot.cycle.judge import ends_the_turn, judge, judge_releases, judge_waiting
from bot.cycle.publish import deliver_all
from bot.cycle.run import Run, begin
from bot.cycle.write_limit import enforce_write_limit, report_halt
from bot.intake.facts import FactsBuilder
from bot.intake.listing import listed
from bot.intake.unseen import parts_of
from bot.notify.anchors import leave_head
from bot.notify.digests import send_digests
from bot.notify.receipts import remind_receipts
from bot.notify.reminders import remind_all
from bot.notify.unseen import tell_unseen
from bot.notify.vacancies import tell_vacancies
from bot.notify.waiver_notes import note_waivers
from bot.report import Report
from bot.settings.declarations import attestations
from domain.ports.errors import SourceError
from domain.ports.source import TicketSource

log = structlog.get_logger()


def cycle(ctx: Context, full: bool = False, progress: Callable[[str], None] = lambda _: None) -> Report:
    """One cycle over all sources. `full` looks at every open ticket again (the nightly census); `progress`
    hears the key of each ticket when it is done.
    """
    run = begin(ctx)
    report = run.report
    packs, today = ctx.policy.packs, report.started.date()
    report.organisation(packs, attestations(packs, ctx.policy.declarations, today))
    report.webhooks = {name: dict(counts) for name, counts in ctx.heard().items()}
    disbelieve_ahead(ctx, report)
    number = ctx.journal.start_run(report.mode, report.started)
    # What a cycle sees of the roles becomes their past, by which later approvals are judged: docs/decisions/014.
    gatherer = FactsBuilder(ctx, watching=True)
    # In observe mode nothing goes out, so no ticket waits for the leave to write.
    run.undecided = ctx.policy.act
    for source in ctx.sources:
        judge_all(ctx, source, gatherer, run, full, progress)
        look_at_roles(source, gatherer, report)
    # After all sources, since the changes of a release may be in another one than the release.
    judge_releases(ctx, gatherer, run)
    # Only here, when all is judged and nothing written, is it known how much this run would write.
    enforce_write_limit(ctx, run)
    judge_waiting(ctx, run)
    if run.halted:
        report_halt(ctx, run)
    else:
        # Not counted beforehand: they look again first, and come within the cap (docs/decisions/021).
        remind_all(ctx, gatherer, report)
        remind_receipts(ctx, report)
        note_waivers(ctx, gatherer, report)
        tell_unseen(ctx, gatherer, report)
        tell_vacancies(ctx, gatherer, report)
        send_digests(ctx, report)
        leave_head(ctx, report)
    deliver_all(ctx, run, whole=full)
    forget_old(ctx)
    report.stopped, report.ended = ctx.stop(), ctx.clock()
    # A source that was not read wholly has had no success: /readyz goes by this.
    whole = [name for name, count in report.sources.items() if count.complete]
    ctx.journal.end_run(number, report.ended, report.exit_code, report.as_json(), whole)
    return report


def disbelieve_ahead(ctx: Context, report: Report) -> None:
    """A moment ahead of now was written by a clock that was wrong: told, and what was done by it is done again."""
    # Believed, it would have every run list nothing until that moment comes.
    ahead = ctx.journal.ahead(report.started)
    if ahead is None:
        return
    ctx.journal.disbelieve(report.started)
    report.problem(
        f"the journal was written until {ahead:%Y-%m-%d %H:%M} UTC, which lies ahead: the clock of this machine was"
        " wrong then, or is wrong now. Moments ahead are not believed; what was read and judged by them is read and"
        " judged again"
    )


def judge_all(
    ctx: Context,
    source: TicketSource,
    gatherer: FactsBuilder,
    run: Run,
    full: bool,
    progress: Callable[[str], None],
) -> None:
    """Every changed ticket of one source. The mark moves on only as far as everything was read."""
    # The mark is the moment before the listing: what changes meanwhile is listed again.
    started, count = ctx.clock(), run.report.source(source.name)
    unread: list[datetime] = []
    cut_short = False
    whole = full or ctx.journal.mark(source.name) is None
    for ref in listed(ctx, source, run.report, full):
        problem = None if ctx.stop() else judge(ctx, source, gatherer, ref, run)
        cut_short = ctx.stop() or ends_the_turn(problem, source)
        if cut_short:
            break
        if problem:
            # The mark stays before it, so that the next listing gives it again.
            unread.append(ref.updated)
        progress(ref.key)
    if count.complete and not cut_short:
        # What waits for its notification is kept in memory alone: a process killed before it is stored finds it again.
        ctx.journal.set_mark(source.name, min([started, *unread, *waiting_since(source, run)]))
        # A journal of before this was kept follows what it follows; from now on, since nothing tells from when.
        if whole or not ctx.journal.covered(source.name):
            ctx.journal.cover(source.name, parts_of(source), started)
    # Only now: one unread ticket keeps the mark back as far as itself, not as a listing that broke off would.
    count.complete = count.complete and not cut_short and not unread


def waiting_since(source: TicketSource, run: Run) -> list[datetime]:
    """When the tickets of a source changed whose notification waits for the end of the cycle."""
    return [look.ref.updated for look in run.deferred.values() if look.ref.source == source.name]


def look_at_roles(source: TicketSource, gatherer: FactsBuilder, report: Report) -> None:
    """See who holds which role in every cycle, also when no ticket changed: later it counts who held it now."""
    if not report.source(source.name).complete:
        return
    try:
        gatherer.members(source)
    except SourceError as error:
        report.problem(error.line)


def forget_old(ctx: Context) -> None:
    """Forget what was closed longer ago than the organisation keeps."""
    if ctx.policy.retention.retain_days is None or ctx.stop():
        return
    now = ctx.clock()
    if forgotten := ctx.journal.forget_before(now - timedelta(days=ctx.policy.retention.retain_days), now):
        log.info("closed tickets were forgotten", tickets=forgotten)
