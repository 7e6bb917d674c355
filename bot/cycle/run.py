"""The state of one run: what it may write, what it has told, and which tickets wait for their turn.

`bot.report.Report` only tells what came of it; nothing is decided by a report.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.context import Context
from bot.report import Report
from domain.ticket import TicketRef


@dataclass(frozen=True, slots=True)
class Deferred:
    """A ticket of which formal notifications are due: `messages` is how many that no journal counts yet."""

    ref: TicketRef
    messages: int


@dataclass(slots=True)
class Run:
    """One run, from its first look at a ticket to its report.

    report     what is told of it
    limit      most messages it writes
    halted     why it writes nothing although the bot may act; empty when it writes
    undecided  True until it is known whether it may write
    deferred   by "source:id", the tickets whose formal notifications wait for that decision
    told       ids of the messages of which a problem line tells already
    """

    report: Report
    limit: int
    halted: str = ""
    undecided: bool = False
    deferred: dict[str, Deferred] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)

    @property
    def room(self) -> int:
        """How many messages it may still write."""
        return 0 if self.halted else max(self.limit - self.report.writes, 0)

    def halt(self, reason: str) -> None:
        """Nothing is written from here on, for this reason; an empty one lets it write."""
        self.halted = self.report.halted = reason

    def defer(self, one: Deferred) -> None:
        """Keep a ticket for when it is known whether this run may write; of two looks the last one counts."""
        # Notifications go out while a ticket is judged, because what was delivered is evidence. Sent at once, they
        # would be out before the write limit has seen how many of them there are.
        self.deferred[f"{one.ref.source}:{one.ref.id}"] = one

    def take_deferred(self) -> tuple[Deferred, ...]:
        """The tickets that waited, now that it is known whether this run may write."""
        waiting, self.deferred, self.undecided = tuple(self.deferred.values()), {}, False
        return waiting


def begin(ctx: Context) -> Run:
    """A run that may write what the policy lets every run write."""
    return Run(Report("act" if ctx.policy.act else "observe", ctx.clock()), ctx.policy.max_writes)
