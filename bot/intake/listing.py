"""Which tickets of a source to look at.

A source that cannot be read in full says so in the report and keeps its mark, so that nothing is skipped; the other
sources are served all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from bot.context import Context
from bot.intake.releases import ENDS_THE_TURN
from bot.intake.unlisted import followed_up
from bot.journal.clock_ahead import SLACK
from bot.report import Report, SourceCount
from domain.credentials import days_left
from domain.credentials import told as expiry_told
from domain.ports.errors import SourceError
from domain.ports.source import KnowsById, ReadsAhead, TicketSource
from domain.ticket import TicketRef

# Jira Cloud gives up to 100 issues in one request; addresses to ServiceNow hold lists of 40 or 50 ids.
AHEAD = 50
"""Tickets that are fetched together, where a source can."""


def listed(ctx: Context, source: TicketSource, report: Report, full: bool) -> Iterator[TicketRef]:
    """The tickets of a source that have not been seen in their present state, each once; and those of which time
    alone changed the findings.

    full  look at every open ticket again, for what changes without moving a ticket's stamp; and find out what became
          of those that are not listed any more
    """
    count = report.source(source.name)
    ids: set[str] = set()
    try:
        # Before the listing: Jira may answer a wrong token with an empty 200, as if there were no tickets.
        introduced(ctx, source, report)
        since = _believed(ctx.journal.mark(source.name), ctx.clock())
        whole = full or since is None
        seen = _Listed(ids)
        if whole:
            listing = source.census(ctx.policy.since)
            yield from _together(source, _unseen(ctx, source.name, listing, seen, count, full))
        # Beside a census too: it lists what is open, so what was made and closed since the mark is in no other list.
        if since is not None:
            yield from _together(
                source, _unseen(ctx, source.name, source.changed(since), seen, count, full=False)
            )
        # Time changes findings but moves no stamp, so the source lists these of itself in no cycle: docs/decisions/008.
        again = (row for row in ctx.journal.due_again(source.name, ctx.clock()) if row.id not in ids)
        for ref in filter(None, (_found(source, row.ref) for row in again)):
            count.listed += 1
            yield ref
        # Only a listing of everything tells what is missing from it.
        if whole:
            yield from followed_up(ctx, source, ids, report)
    except SourceError as error:
        count.complete = False
        report.problem(error.line)
    # Also after a listing that broke off: what was met of names is as certain as before.
    if isinstance(source, KnowsById):
        ctx.journal.keep_names(source.name, source.learnt())
        for line in source.renamed():
            report.problem(f"{source.name}: {line}")


def _found(source: TicketSource, ref: TicketRef) -> TicketRef | None:
    """A ticket as it is now. Raises SourceError when its system gives nothing more."""
    try:
        return source.find(ref.key)
    except ENDS_THE_TURN:
        raise
    # Its own trouble: told when it is read, and no reason to pass over those that follow.
    except SourceError:
        return ref


def _believed(mark: datetime | None, now: datetime) -> datetime | None:
    """A mark that lies a little ahead, because clocks differ, would leave out what changed in between."""
    return mark if mark is None or mark <= now else now - SLACK


def introduced(ctx: Context, source: TicketSource, report: Report) -> None:
    """Ask who we are, and tell when the credentials end soon. Raises SourceError."""
    expires = source.identify().expires
    left = days_left(expires, ctx.clock().date()) if expires else None
    if expires is None or left is None:
        return
    line = f"{source.name}: {expiry_told(expires, left)} — make a new one in time and tell its last day"
    report.problem(line) if left < 0 else report.note(line)


@dataclass(slots=True)
class _Listed:
    """What was listed in this run: every id, and every state of a ticket."""

    ids: set[str]
    states: set[tuple[str, str]] = field(default_factory=set)


def _unseen(
    ctx: Context, source: str, listing: Iterator[TicketRef], seen: _Listed, count: SourceCount, full: bool
) -> Iterator[TicketRef]:
    """Those to look at. `seen` takes in what is listed."""
    again = {row.id for row in ctx.journal.due_again(source, ctx.clock())}
    for ref in listing:
        # A ticket that changes while pages are read may come twice; in the same state it is looked at once.
        state = ref.id, ref.version or ref.updated.isoformat()
        seen.ids.add(ref.id)
        if state in seen.states:
            continue
        seen.states.add(state)
        count.listed += 1
        if not full and ref.id not in again and ctx.journal.seen(ref):
            count.unchanged += 1
            continue
        again.discard(ref.id)
        yield ref


def _together(source: TicketSource, refs: Iterator[TicketRef]) -> Iterator[TicketRef]:
    """The same, some at a time, told to the source before they are read. What a listing that breaks off gave before
    it did is not lost.
    """
    broken: SourceError | None = None
    while broken is None:
        batch: list[TicketRef] = []
        try:
            for ref in islice(refs, AHEAD):
                batch.append(ref)
        except SourceError as error:
            broken = error
        if not batch:
            break
        if isinstance(source, ReadsAhead):
            source.ahead(batch)
        yield from batch
    if broken:
        raise broken
