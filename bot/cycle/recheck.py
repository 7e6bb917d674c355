"""Looking at one ticket at once, because an outside system said that it changed.

Such word is only a reason to look: what counts is what is then read. A cycle would have found it too.
"""

from __future__ import annotations

from bot.context import Context
from bot.cycle.judge import ends_the_turn, judge, judge_releases
from bot.cycle.publish import send
from bot.cycle.run import Run, begin
from bot.intake.facts import FactsBuilder
from bot.journal import Due, PendingHint
from bot.report import Report
from domain.ports.errors import NotFound, SourceError
from domain.ports.source import TicketSource
from domain.ticket import TicketRef


def recheck_hinted(ctx: Context) -> Report:
    """Every ticket of which there was word, each once. One whose system is out of service keeps its turn; any
    other failure leaves it to the next cycle. Not to be run beside a cycle.
    """
    run = begin(ctx)
    report = run.report
    gatherer, sources = FactsBuilder(ctx), {source.name: source for source in ctx.sources}
    # Until a cycle finds that it may write, nobody does.
    run.halt(ctx.journal.halted())
    for heard in ctx.journal.pending_hints(report.started):
        source = sources.get(heard.source)
        if source is None or ctx.stop():
            continue
        if ends_the_turn(look_at(ctx, source, heard, gatherer, run), source):
            del sources[source.name]
            continue
        ctx.journal.looked_at(heard, ctx.clock())
    report.ended = ctx.clock()
    return report


def look_at(
    ctx: Context, source: TicketSource, heard: PendingHint, gatherer: FactsBuilder, run: Run
) -> Exception | None:
    """Read one ticket, judge it and deliver what there is to say about it and the releases that contain it. One that is
    not there, or not watched, is left alone; one that was said to be deleted and is not there is gone.
    Gives what went wrong.
    """
    # Each word asks for a look at what is there now, not at what an earlier word of this round found.
    gatherer.forget()
    try:
        ref = source.find(heard.id)
    except SourceError as error:
        run.report.problem(f"{heard.id}: {error.line}")
        return error
    if ref is None:
        return _settle(ctx, source, heard, run.report) if heard.deleted else None
    problem = judge(ctx, source, gatherer, ref, run)
    _deliver(ctx, source, ref, gatherer, run)
    return problem


def _settle(ctx: Context, source: TicketSource, heard: PendingHint, report: Report) -> Exception | None:
    """Said to be deleted: it is gone when it cannot be read either."""
    try:
        # `find` gives nothing for what is not watched either; and a webhook may be forged, so only a read tells.
        source.read(TicketRef(source.name, heard.id, heard.id, ctx.clock()))
    except NotFound:
        ctx.journal.gone(source.name, heard.id, ctx.clock())
    except SourceError as error:
        report.problem(f"{heard.id}: {error.line}")
        return error
    return None


def _deliver(ctx: Context, source: TicketSource, ref: TicketRef, gatherer: FactsBuilder, run: Run) -> None:
    # Asked before they are judged: after that, none of them is outdated any more.
    concerned = {row.subject for row in ctx.journal.outdated_releases()}
    concerned.add(ref.subject)
    judge_releases(ctx, gatherer, run)
    if ctx.policy.act:
        send(ctx, run, lambda due: _about(due, concerned))


def _about(due: Due, tickets: set[str]) -> bool:
    return due.ticket in tickets
