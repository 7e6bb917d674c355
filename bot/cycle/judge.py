"""One ticket: fetched, classified, judged, and what is to be said of it kept in the journal."""

from __future__ import annotations

from collections.abc import Mapping

from bot.context import Context
from bot.cycle.deliver import bring
from bot.error_barrier import isolate_errors
from bot.intake.facts import FactsBuilder
from bot.intake.releases import ENDS_THE_TURN
from bot.messages.intent import COMMENT, Previous
from bot.notify.handovers import hand_over, notified
from bot.notify.routing import route
from bot.notify.ticket_messages import decide
from bot.policy.cutoff import over_before
from bot.policy.handover import watched
from bot.policy.reminders import any_hour
from bot.report import Report
from domain.finding import Finding
from domain.lifecycle import Verdict
from domain.ports.errors import NotFound, SourceError
from domain.ports.source import TicketSource
from domain.snapshot import snapshot
from domain.ticket import Ticket, TicketRef
from rules.engine import evaluate


def ends_the_turn(problem: Exception | None, source: TicketSource) -> bool:
    """Whether nothing more can be had of this source now. Another system that is down does not end its turn."""
    return isinstance(problem, ENDS_THE_TURN) and problem.system == source.name


def judge_releases(ctx: Context, gatherer: FactsBuilder, report: Report) -> None:
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


def judge_waiting(ctx: Context, gatherer: FactsBuilder, report: Report) -> None:
    """The tickets whose formal notification is due, now that it is known whether this run may write."""
    waiting, report.later = report.later or [], None
    sources = {source.name: source for source in ctx.sources}
    for name, ref, _ in waiting:
        if name in sources and not ctx.stop():
            judge(ctx, sources[name], gatherer, ref, report)


def judge(
    ctx: Context, source: TicketSource, gatherer: FactsBuilder, ref: TicketRef, report: Report
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
        return isolate_errors(judged, broken, "ticket could not be judged", ticket=ref.key)
    except SourceError as error:
        report.problem(f"{ref.key}: {error.line}")
        if isinstance(error, NotFound) and error.system == source.name:
            ctx.journal.out_of_sight(source.name, [ref.id], ctx.clock())
        count.failed += 1
        return error


def on_record(
    ctx: Context, source: TicketSource, gatherer: FactsBuilder, ref: TicketRef, report: Report
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
    wishes = route(ctx, facts, intents, report)
    ctx.journal.store(facts.ticket, findings, snapshot(facts), facts.now, wishes, ref.version)
    ctx.journal.keep_hours(facts.ticket, any_hour(facts))
    return findings


def memory_of(ctx: Context, ticket: Ticket) -> Previous:
    """What was said of a ticket before."""
    slots = ctx.journal.rows_of(ticket.subject)
    comment = next((slot for slot in slots if slot.kind == COMMENT), None)
    return Previous(
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
