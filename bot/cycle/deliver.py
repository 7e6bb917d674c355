"""Bring what stands outside up to date, within what the write limit leaves of a run."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from bot.context import Context
from bot.cycle.run import Run
from bot.journal import Due, OutboxRow
from bot.messages.formats.render import with_remark
from bot.outbox.dispatcher import deliver
from bot.outbox.reconciler import DeliveryOptions
from bot.policy.handover import is_handover
from domain.ports.messaging import Format


def bring(ctx: Context, run: Run, only: Callable[[Due], bool], *, whole: bool = False) -> Collection[str]:
    """Deliver, within what the cap leaves of this run; nothing where it was halted. Gives the tickets ("source:id")
    that refuse a message now, or take it at last.
    """
    if run.halted:
        return ()

    def replaces(body: Any, form: Format, at: datetime) -> Any:
        said = ctx.speak.say("Takes the place of the comment of {at}, which was edited by hand.", at=at)
        return with_remark(body, form, said)

    def elsewhere(slot: OutboxRow) -> str | None:
        if ctx.recipients is None or slot.target != ctx.messenger or is_handover(slot.kind):
            # A formal notification goes nowhere but to whom it is meant for.
            return None
        return ctx.recipients.instead_of(slot.home.container)

    def counts(body: Any, form: Format) -> Any:
        said = ctx.speak.say("This note counts. One that was sent earlier may appear late.")
        return with_remark(body, form, said)

    orders = DeliveryOptions(only, elsewhere, replaces, counts, ctx.policy.writes.doubt, whole)
    delivery = deliver(ctx.journal, ctx.channels, ctx.clock, limit=run.room, stop=ctx.stop, orders=orders)
    run.report.add(delivery.counts())
    run.told |= delivery.told
    for line in delivery.problems:
        run.report.problem(line)
    return delivery.turned
