"""What a run brings outside at its end; in observe mode, what it would bring."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.context import Context
from bot.cycle.deliver import bring
from bot.cycle.judge import judge
from bot.cycle.run import Run
from bot.intake.facts import FactsBuilder
from bot.journal import Due
from bot.journal.outbox import MAIL
from bot.messages.intent import CARD
from bot.outbox.undelivered import waiting
from bot.policy.handover import is_handover
from bot.report import Planned


def deliver_all(ctx: Context, run: Run, *, whole: bool = False) -> None:
    """Bring what stands outside up to date, with a look at all of it when it is `whole`; in observe mode only tell what
    would be done.
    """
    if ctx.policy.act and not run.halted:
        # A notification by mail goes while its ticket is read: see `bot.notify.handovers`.
        send(ctx, run, lambda due: due.target != MAIL or not is_handover(due.kind), whole=whole)
        unsent = ctx.journal.unsent()
        run.report.undelivered = len(unsent)
        for line in waiting(unsent, run.told, ctx.policy.calendar, ctx.clock()):
            run.report.problem(line)
        return
    keys = {row.subject: row.key for row in ctx.journal.open_tickets()}
    for due in ctx.journal.due_rows(ctx.clock()):
        slot = next(slot for slot in ctx.journal.rows_of(due.ticket) if slot.id == due.id)
        run.report.planned.append(
            Planned(keys.get(due.ticket, due.ticket), due.target, due.kind, slot.reason)
        )


def send(
    ctx: Context, run: Run, only: Callable[[Due], bool] = lambda _: True, *, whole: bool = False
) -> None:
    """Deliver, and tell the teams whose ticket refuses its comment, or takes it at last."""
    if turned := bring(ctx, run, only, whole=whole):
        retell(ctx, run, turned)


def retell(ctx: Context, run: Run, tickets: Collection[str]) -> None:
    """Cards of tickets ("source:id") that refuse their comment, or take it at last: the team is told so once."""
    # Judged again, not patched: a card is made from the ticket, beside what the journal now knows of its comment.
    gatherer, sources = FactsBuilder(ctx), {source.name: source for source in ctx.sources}
    for row in ctx.journal.open_tickets():
        if row.subject in tickets and row.source in sources and not ctx.stop():
            judge(ctx, sources[row.source], gatherer, row.ref, run)
    # Cards alone: everything else that is due was tried just now.
    send(ctx, run, lambda due: due.ticket in tickets and due.kind == CARD)
