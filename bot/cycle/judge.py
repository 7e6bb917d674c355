"""One ticket: fetched, classified, judged, and what is to be said of it kept in the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from bot.context import Context
from bot.cycle.deliver import bring
from bot.cycle.run import Look, Run
from bot.error_barrier import isolate_errors
from bot.intake.facts import FactsBuilder
from bot.intake.releases import ENDS_THE_TURN
from bot.intake.unseen import closed_unseen
from bot.journal import Reading
from bot.messages.intent import COMMENT, Previous
from bot.notify.handovers import hand_over, planned
from bot.notify.routing import route
from bot.notify.ticket_messages import decide
from bot.notify.unseen import observed
from bot.policy.cutoff import over_before
from bot.policy.handover import watched
from bot.policy.reminders import any_hour
from bot.report import Report
from domain.lifecycle import Verdict
from domain.ports.errors import NotFound, SourceError
from domain.ports.source import TicketSource
from domain.snapshot import snapshot
from domain.ticket import Ticket, TicketRef
from rules.engine import evaluate, refresh
from rules.nothing_asked import nothing_asked


def ends_the_turn(problem: Exception | None, source: TicketSource) -> bool:
    """Whether nothing more can be had of this source now. Another system that is down does not end its turn."""
    return isinstance(problem, ENDS_THE_TURN) and problem.system == source.name


def judge_releases(ctx: Context, gatherer: FactsBuilder, run: Run) -> None:
    """A release is judged again after a change in it was: its own stamp need not have moved. One that cannot be
    judged now is tried again in the next run.
    """
    sources = {source.name: source for source in ctx.sources}
    for row in ctx.journal.outdated_releases():
        source = sources.get(row.source)
        if source is None or ctx.stop():
            continue
        if ends_the_turn(judge(ctx, source, gatherer, row.ref, run), source):
            # The system gives nothing more now; its other releases stay outdated, and so come in the next run.
            del sources[row.source]


def judge_waiting(ctx: Context, run: Run) -> None:
    """Go on with the tickets whose formal notification is due, now that it is known whether this run may write."""
    for look in run.take_deferred():
        if not ctx.stop():
            # As they were judged: to read and judge them again could find other notifications due than were counted.
            _one_of_many(ctx, look.ref, run, partial(keep, ctx, look, run))


def judge(
    ctx: Context, source: TicketSource, gatherer: FactsBuilder, ref: TicketRef, run: Run
) -> Exception | None:
    """Fetch, classify, evaluate and decide one ticket. Gives what went wrong; the others go on all the same."""

    def judged() -> None:
        look = look_at(ctx, source, gatherer, ref, run.report)
        if look is not None and not run.defers(look):
            keep(ctx, look, run)

    return _one_of_many(ctx, ref, run, judged)


def _one_of_many(ctx: Context, ref: TicketRef, run: Run, work: Callable[[], None]) -> Exception | None:
    """Do something with one ticket; what goes wrong is told and given."""
    report, count = run.report, run.report.source(ref.source)

    def broken(error: Exception) -> Exception:
        report.problem(f"{ref.key}: could not be judged ({type(error).__name__}); the log says where")
        count.failed += 1
        return error

    try:
        return isolate_errors(work, broken, "ticket could not be judged", ticket=ref.key)
    except SourceError as error:
        report.problem(f"{ref.key}: {error.line}")
        # Jira says 404 of deleted and of hidden tickets (docs/jira-facts.md): only a census tells which it is.
        # Until then nobody is reminded of it.
        if isinstance(error, NotFound) and error.system == ref.source:
            ctx.journal.out_of_sight(ref.source, [ref.id], ctx.clock())
        count.failed += 1
        return error


def look_at(
    ctx: Context, source: TicketSource, gatherer: FactsBuilder, ref: TicketRef, report: Report
) -> Look | None:
    """Read one ticket and judge it, once; None when it is left alone for good. Raises SourceError."""
    facts = gatherer.facts(source, ref)
    while gatherer.problems:
        report.problem(gatherer.problems.pop())
    for line in facts.ticket.remarks:
        report.note(f"{source.name}: {line}")
    unseen = closed_unseen(ctx, source, ref, facts.ticket, report)
    memory = replace(memory_of(ctx, facts.ticket), unseen=unseen)
    # Never judged, and over before the day from which the organisation wants to be told: nobody can mend it any more.
    if memory.verdicts is None and over_before(facts.ticket, ctx.policy.since):
        return None
    findings = evaluate(facts, ctx.policy.packs)
    return Look(ref, facts, findings, memory, planned(ctx, facts, findings, memory), gatherer.observed(facts))


def keep(ctx: Context, look: Look, run: Run) -> None:
    """Send the notifications that are due, then keep the ticket in the journal with what is to be said of it."""
    report = run.report
    # Notified first, so that the rules see a notification that has just been delivered, or is on its way.
    facts = hand_over(
        ctx, look.facts, look.handovers, look.memory, report, lambda only: bring(ctx, run, only)
    )
    # The same facts come back where there was nothing to send: then there is nothing to refresh (docs/decisions/023).
    findings = look.findings if facts is look.facts else refresh(look.findings, facts, ctx.policy.packs)
    findings = watched(facts, findings)
    unasked = nothing_asked(facts, ctx.policy.packs, findings)
    intents = decide(facts, findings, look.memory, ctx.voice(look.ref.source, facts.ticket.team), unasked)
    wishes = route(ctx, facts, intents, report, fleeting=look.memory.unseen is not None)
    # With the moment of reading, also after a wait: what came in since then is looked at in the next run.
    if wished := observed(ctx, facts, findings, look.memory):
        report.planned.append(wished)
    # What is only observed is never told afterwards, so it is not kept as something to tell.
    if look.memory.unseen and ctx.policy.act:
        ctx.journal.found_closed(look.subject, look.memory.unseen, facts.now)
    reading = Reading(look.ref.version, look.seen)
    ctx.journal.store(facts.ticket, findings, snapshot(facts), facts.now, wishes, reading)
    # For those who decide by the journal alone, at night, whether a ticket is to be read at all.
    ctx.journal.keep_hours(facts.ticket, any_hour(facts))
    report.source(look.ref.source).read += report.judged(look.subject, findings, unasked)


def memory_of(ctx: Context, ticket: Ticket) -> Previous:
    """What was said of a ticket before."""
    slots = ctx.journal.rows_of(ticket.subject)
    comment = next((slot for slot in slots if slot.kind == COMMENT), None)
    return Previous(
        verdicts=_verdicts_before(ctx, ticket),
        spoken=frozenset(slot.kind for slot in slots),
        posted=frozenset(slot.kind for slot in slots if slot.applied_hash),
        sent={slot.kind: slot.applied_at for slot in slots if slot.applied_hash and slot.applied_at},
        noted_at=comment.applied_at if comment else None,
        refused=comment.refusal if comment else None,
    )


def _verdicts_before(ctx: Context, ticket: Ticket) -> Mapping[str, Verdict] | None:
    gap = ctx.journal.restored(ctx.clock())
    # What changed while a journal that was put back knew nothing may have been news already.
    known = gap is None or ctx.journal.judged_since(ticket.source, ticket.id, gap.at)
    return (ctx.journal.previous(ticket.source, ticket.id) or None) if known else None
