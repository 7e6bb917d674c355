"""After a complete listing of all open tickets: what became of those the journal follows and that were not listed.

Closed, moved away, deleted, absent and hidden are different things with different ends. Nothing is concluded from a
listing that broke off, from a look that failed, or while it is in doubt who we are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.context import Context
from bot.intake.releases import ENDS_THE_TURN
from bot.journal.tickets import TicketRow
from bot.messages import card
from bot.messages.intent import CARD, digest_of
from bot.policy.audience import Team
from bot.report import Report
from domain.outgoing import OutgoingMessage
from domain.ports.errors import SourceError
from domain.ports.source import Fate, TicketSource
from domain.sentence import Say, say
from domain.ticket import TicketRef

FLOOD = 10
"""So many tickets do not vanish in one night of their own accord, when they are also more than a tenth of all: that
looks like lost rights, or like another name for what is watched. They count as hidden until a second look, in a later
census, finds the same.
"""

ABSENT_FOR = timedelta(days=7)
"""For how long a ticket that may be deleted or out of sight is waited for, before it is followed no longer."""

_NAMED = 5


@dataclass(slots=True)
class Lost:
    """Tickets by what became of them; `moved` with what they are called now. `absent` are those that were waited for
    in vain.
    """

    moved: list[tuple[TicketRow, str]] = field(default_factory=list)
    deleted: list[TicketRow] = field(default_factory=list)
    absent: list[TicketRow] = field(default_factory=list)
    awaited: list[TicketRow] = field(default_factory=list)
    hidden: list[TicketRow] = field(default_factory=list)


def followed_up(
    ctx: Context, source: TicketSource, listed: Collection[str], report: Report
) -> Iterator[TicketRef]:
    """The tickets that were not listed and are to be judged all the same: still open because the index of a system
    lags, or closed, so that their comment says the end. The others are concluded when all were asked for.

    listed  ids of the tickets that the complete listing named
    """
    tracked = [row for row in ctx.journal.open_tickets() if row.source == source.name]
    lost = Lost()
    for row in (one for one in tracked if one.id not in listed):
        # Not all were asked for, so that nothing may be concluded: the next census asks again.
        if ctx.stop():
            return
        fate, now = _fate(source, row, report)
        if fate is None:
            continue
        if fate is Fate.MOVED:
            lost.moved.append((row, now.key if now else ""))
        elif fate is Fate.DELETED:
            lost.deleted.append(row)
        elif fate is Fate.ABSENT:
            _waited_for(row, lost, ctx.clock()).append(row)
        elif now is None or fate is Fate.HIDDEN:
            lost.hidden.append(row)
        else:
            report.source(source.name).listed += 1
            yield now
    if lost != Lost():
        # First, because who lost access in the meantime sees deleted tickets everywhere.
        source.identify()
        _conclude(ctx, source.name, _careful(lost, len(tracked)), report)


def _fate(source: TicketSource, row: TicketRow, report: Report) -> tuple[Fate | None, TicketRef | None]:
    """What became of a ticket; None where its system breaks on it alone, and nothing is concluded."""
    try:
        return source.fate(row.ref)
    except ENDS_THE_TURN:
        raise
    except SourceError as error:
        report.problem(f"{row.key}: {error.line}")
        return None, None


def _waited_for(row: TicketRow, lost: Lost, now: datetime) -> list[TicketRow]:
    """Where an absent ticket belongs: told at first sight, then waited for, and ended after that."""
    if row.hidden_at is None:
        return lost.hidden
    return lost.absent if now - row.hidden_at >= ABSENT_FOR else lost.awaited


def _careful(lost: Lost, tracked: int) -> Lost:
    """What ends as it is, unless it is so much that it looks like lost rights or other names and is seen for the first
    time.
    """
    if len(lost.absent) > FLOOD and len(lost.absent) * 10 > tracked:
        lost = replace(lost, absent=[], hidden=[*lost.hidden, *lost.absent])
    ending = len(lost.deleted) + len(lost.moved)
    if ending <= FLOOD or ending * 10 <= tracked:
        return lost
    # Out of sight since an earlier look: this is the second one.
    first = [row for row in (*lost.deleted, *(row for row, _ in lost.moved)) if not row.hidden_at]
    return replace(
        lost,
        moved=[(row, now) for row, now in lost.moved if row.hidden_at],
        deleted=[row for row in lost.deleted if row.hidden_at],
        hidden=[*lost.hidden, *first],
    )


def _conclude(ctx: Context, source: str, lost: Lost, report: Report) -> None:
    for row, _ in lost.moved:
        _end(ctx, row, say("This ticket was moved out of what is watched; it is followed no longer."))
    for row in lost.deleted:
        _end(ctx, row, say("This ticket was deleted; it is followed no longer."))
    for row in lost.absent:
        _end(ctx, row, say("This ticket has been out of sight for some days; it is followed no longer."))
    if lost.moved:
        names = [f"{row.key} → {now}" if now not in ("", row.key) else row.key for row, now in lost.moved]
        report.note(f"{source}: moved out of what is watched, and followed no longer: {_some(names)}")
    if lost.deleted:
        report.note(f"{source}: deleted, and followed no longer: {_some([row.key for row in lost.deleted])}")
    if lost.absent:
        names = [row.key for row in lost.absent]
        report.note(
            f"{source}: not there or out of sight for {ABSENT_FOR.days} days, and followed no longer: {_some(names)}"
        )
    if lost.hidden:
        ctx.journal.out_of_sight(source, [row.id for row in lost.hidden], ctx.clock())
        number, names = len(lost.hidden), [row.key for row in lost.hidden]
        report.problem(
            f"{source}: {number} ticket{'s' * (number != 1)} not visible any more ({_some(names)}); what was said of "
            "them stands — check what the account may see"
        )


def _end(ctx: Context, row: TicketRow, told: Say) -> None:
    """Nothing more is said of a ticket; a card that stands says why."""
    ticket = row.subject
    speak = ctx.speaker_to(Team(row.team), row.team)
    body = card.gone(row.key, row.summary, speak(told), speak)
    reason = say("the ticket is not there any more")
    cards = [
        OutgoingMessage(slot.target, ticket, CARD, slot.home.container, digest_of(body), body, reason)
        for slot in ctx.journal.rows_of(ticket)
        if slot.kind == CARD and slot.target == ctx.messenger and slot.remote_id
    ]
    ctx.journal.gone(row.source, row.id, ctx.clock(), cards)


def _some(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
