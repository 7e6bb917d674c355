"""A flood is stopped before its first drop.

When everything is judged and nothing is written yet, what the run would write is counted. More than an admin lets the
bot write unasked needs the word of a person: for one run (`sluis sync --allow N`), or for the next cycle of a bot that
serves (`sluis allow N`). Until then nothing is written at all, and the report lists what would be.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.context import Context
from bot.cycle.run import Run

FEW = 20
"""So many messages are never too large a share: on a small site one busy morning touches half of the tickets."""


@dataclass(frozen=True, slots=True)
class PlannedWrites:
    """What a run would write: so many messages, about so many of the tickets that are known to be open."""

    messages: int
    tickets: int
    known: int

    @property
    def share(self) -> int:
        """Percent of the known tickets, upwards; 100 when none is known."""
        return min(100, -(-100 * self.tickets // self.known)) if self.known else 100


def exceeds_limit(load: PlannedWrites, most: int, share: int) -> str:
    """Why so much is not written unasked; empty when it may be."""
    if load.messages > most:
        return f"{load.messages} messages are more than SLUIS_MAX_WRITES={most}"
    if load.messages > FEW and load.share > share:
        told = f"{load.messages} messages about {load.tickets} of {load.known} open tickets"
        return f"{told} are about more than SLUIS_MAX_SHARE={share} percent of them"
    return ""


def enforce_write_limit(ctx: Context, run: Run) -> None:
    """Decide, before the first write, whether this run may write; `run.halted` says why not. A person's word is
    used up by the run that needs it.
    """
    if not ctx.policy.act:
        return
    load = measured(ctx, run)
    reason = exceeds_limit(load, ctx.policy.writes.max_writes, ctx.policy.writes.max_share)
    word = ctx.journal.allowance(ctx.clock()) if reason else None
    # reminders are counted by none of these: they come on top, within the cap of every run
    run.limit = ctx.policy.writes.max_writes + max(ctx.allow, word.messages if word else 0)
    allowed = load.messages <= max(ctx.allow, word.messages if word else 0)
    run.halt("" if not reason or allowed else reason)
    # For the looks at single tickets between two cycles, which count nothing themselves: `bot.cycle.recheck`.
    ctx.journal.halt(run.halted)
    if reason and allowed:
        ctx.journal.allowance_used(load.messages, reason, ctx.clock())
        by = str(word) if word and load.messages <= word.messages else "who started this run"
        run.report.note(f"{reason}: allowed by {by}")


def report_halt(ctx: Context, run: Run) -> None:
    """Why nothing was written and what lets it go, once all that would be is known."""
    load = measured(ctx, run)
    reason = exceeds_limit(load, ctx.policy.writes.max_writes, ctx.policy.writes.max_share) or run.halted
    way = f"`sluis sync --allow {load.messages}`, or `sluis allow {load.messages}` while `sluis serve` runs"
    run.report.problem(f"{reason}: nothing was written. Look at what would be, then let it go: {way}")


def measured(ctx: Context, run: Run) -> PlannedWrites:
    """What is due in the journal, and the notifications that wait for this decision."""
    due = ctx.journal.due_rows(ctx.clock())
    tickets = {one.ticket for one in due} | run.deferred.keys()
    known = {row.subject for row in ctx.journal.open_tickets()}
    messages = len(due) + sum(look.uncounted for look in run.deferred.values())
    # What is due may be about tickets that closed meanwhile: without them the share would be too high.
    return PlannedWrites(messages, len(tickets), len(known | tickets))
