"""Changes that were made and closed between two looks: found closed at the first look, though the bot had come by then.

They are judged like any other. What was closed before the bot came is not its business, and what was closed before the
day on which it began to act is counted and told nobody: on that day nobody wants to hear of all that was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.context import Context
from bot.policy.cutoff import closed_after
from bot.report import Report
from domain.ports.source import InParts, TicketSource
from domain.ticket import Ticket, TicketRef


def parts_of(source: TicketSource) -> Sequence[str]:
    """The parts of a source, each of which is followed since a moment of its own; one where it names none."""
    named = source.parts() if isinstance(source, InParts) else ()
    return tuple(named) or ("",)


def closed_unseen(
    ctx: Context, source: TicketSource, ref: TicketRef, ticket: Ticket, report: Report
) -> datetime | None:
    """When (UTC) a ticket was closed that is told of as closed unseen; None for any other. Counts them at their first
    look, also those that are not told.
    """
    if ctx.journal.row(ticket.source, ticket.id) is not None:
        return ctx.journal.closed_unseen(ticket.subject)
    closed = closed_after(ticket, _came(ctx, source, ref))
    if closed is None:
        return None
    if closed < _told_from(ctx):
        report.unseen_untold += 1
        return None
    report.unseen += 1
    return closed


def _came(ctx: Context, source: TicketSource, ref: TicketRef) -> datetime | None:
    """The day that an administrator named, else the first whole run over the part in which the ticket is."""
    part = source.part_of(ref) if isinstance(source, InParts) else ""
    return ctx.policy.since or ctx.journal.covered(source.name).get(part)


def _told_from(ctx: Context) -> datetime:
    """What was closed before this moment (UTC) is not told: the bot did not act, what the journal knew of it may be
    lost, or it is older than what is kept.
    """
    now, moments = ctx.clock(), []
    if ctx.policy.act:
        calendar = ctx.policy.calendar
        moments.append(calendar.at(calendar.local_day(ctx.journal.acting_since() or now), time()))
    if gap := ctx.journal.restored(now):
        moments.append(gap.at)
    if days := ctx.policy.retention.retain_days:
        moments.append(now - timedelta(days=days))
    return max(moments, default=datetime.min.replace(tzinfo=now.tzinfo))
