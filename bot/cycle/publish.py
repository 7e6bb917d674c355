"""What a run brings outside at its end; in observe mode, what it would bring."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.context import Context
from bot.cycle.deliver import bring
from bot.cycle.judge import judge
from bot.intake.facts import FactsBuilder
from bot.journal import Due
from bot.journal.outbox import MAIL
from bot.messages.intent import CARD
from bot.outbox.undelivered import waiting
from bot.report import Planned, Report


def deliver_all(ctx: Context, report: Report) -> None:
    """Bring what stands outside up to date; in observe mode only tell what would be done."""
    if ctx.policy.act and not report.halted:
        # Mail goes while its ticket is read: see `bot.notify.handovers`.
        send(ctx, report, lambda due: due.target != MAIL)
        unsent = ctx.journal.unsent()
        report.undelivered = len(unsent)
        for line in waiting(unsent, report.told, ctx.policy.calendar, ctx.clock()):
            report.problem(line)
        return
    keys = {row.subject: row.key for row in ctx.journal.open_tickets()}
    for due in ctx.journal.due_rows(ctx.clock()):
        slot = next(slot for slot in ctx.journal.rows_of(due.ticket) if slot.id == due.id)
        report.planned.append(Planned(keys.get(due.ticket, due.ticket), due.target, due.kind, slot.reason))


def send(ctx: Context, report: Report, only: Callable[[Due], bool] = lambda _: True) -> None:
    """Deliver, and tell the teams whose ticket refuses its comment, or takes it at last."""
    if turned := bring(ctx, report, only):
        retell(ctx, report, turned)


def retell(ctx: Context, report: Report, tickets: Collection[str]) -> None:
    """Cards of tickets ("source:id") that refuse their comment, or take it at last: the team is told so once."""
    gatherer, sources = FactsBuilder(ctx), {source.name: source for source in ctx.sources}
    for row in ctx.journal.open_tickets():
        if row.subject in tickets and row.source in sources and not ctx.stop():
            judge(ctx, sources[row.source], gatherer, row.ref, report)
    send(ctx, report, lambda due: due.ticket in tickets and due.kind == CARD)
