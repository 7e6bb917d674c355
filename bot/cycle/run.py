"""The state of one run: what it may write, what it has told, and which tickets wait for their turn.

`bot.report.Report` only tells what came of it; nothing is decided by a report.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.context import Context
from bot.messages.intent import Intent, Previous
from bot.policy.looks import Observation
from bot.report import Report
from domain.facts import Facts
from domain.finding import Finding
from domain.ticket import TicketRef


@dataclass(frozen=True, slots=True)
class Look:
    """One ticket as it was read, and as it was judged by that, once. `memory` is what was said of it before,
    `handovers` are the formal notifications that it has come to, also those that were delivered; `seen` is what is
    remembered of it until the next look.
    """

    ref: TicketRef
    facts: Facts
    findings: tuple[Finding, ...]
    memory: Previous
    handovers: tuple[Intent, ...]
    seen: Observation

    @property
    def subject(self) -> str:
        """ "source:id" of the ticket."""
        return self.ref.subject

    @property
    def due(self) -> tuple[Intent, ...]:
        """The notifications that are still to be delivered."""
        return tuple(one for one in self.handovers if one.kind not in self.memory.posted)

    @property
    def uncounted(self) -> int:
        """How many of those no journal counts: what was enqueued before stands there."""
        return sum(one.kind not in self.memory.spoken for one in self.due)


@dataclass(slots=True)
class Run:
    """One run, from its first look at a ticket to its report.

    report     what is told of it
    limit      most messages it writes
    halted     why it writes nothing although the bot may act; empty when it writes
    undecided  True until it is known whether it may write
    deferred   by "source:id", the looks at tickets whose formal notifications wait for that decision
    told       ids of the messages of which a problem line tells already
    """

    report: Report
    limit: int
    halted: str = ""
    undecided: bool = False
    deferred: dict[str, Look] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)

    @property
    def room(self) -> int:
        """How many messages it may still write."""
        # A run delivers several times (notifications, comments, cards told again); they share one cap.
        return 0 if self.halted else max(self.limit - self.report.writes, 0)

    def halt(self, reason: str) -> None:
        """Nothing is written from here on, for this reason; an empty one lets it write."""
        self.halted = self.report.halted = reason

    def defers(self, look: Look) -> bool:
        """Whether a ticket waits until it is known whether this run may write, because a notification is due. Of two
        looks in a run the last one counts.
        """
        # The comment of such a ticket tells what was delivered, so the notifications go out before it is written. Sent
        # at once, they would be out before the write limit has seen how many there are.
        self.deferred.pop(look.subject, None)
        if not self.undecided or not look.due:
            return False
        self.deferred[look.subject] = look
        return True

    def take_deferred(self) -> tuple[Look, ...]:
        """The looks that waited, now that it is known whether this run may write."""
        waiting, self.deferred, self.undecided = tuple(self.deferred.values()), {}, False
        return waiting


def begin(ctx: Context) -> Run:
    """A run that may write what the policy lets every run write."""
    return Run(Report("act" if ctx.policy.act else "observe", ctx.clock()), ctx.policy.writes.max_writes)
