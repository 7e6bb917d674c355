"""Stage 5: bring what stands outside in line with what should: never twice, never lost.

One round over all messages that have something to do, within the cap. How one of them is brought up to date is in
`bot.outbox.reconciler`; what follows from an error is in `bot.outbox.retry_policy`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.error_barrier import isolate_errors
from bot.journal import Due, Journal, OutboxRow
from bot.journal.outbox_row import refusal, refusal_of
from bot.outbox.reconciler import (
    ALL,
    LEASE,
    DeliveryOptions,
    LeaseLost,
    LookupUnclear,
    Reconciler,
    StillInDoubt,
    WriteLimitReached,
)
from bot.outbox.result import DeliveryResult
from bot.outbox.retry_policy import RetryDecision, backoff, retry_decision
from domain.facts import Trouble
from domain.ports.errors import NotFound, Refused, SourceError
from domain.ports.messaging import MessageChannel


def deliver(
    journal: Journal,
    outlets: Mapping[str, MessageChannel],
    now_fn: Callable[[], datetime],
    *,
    limit: int,
    stop: Callable[[], bool] = lambda: False,
    orders: DeliveryOptions = ALL,
) -> DeliveryResult:
    """Bring every due row, of those ordered, up to date with at most `limit` writes. Raises only when the
    journal fails.

    Writes whose outcome stayed unknown get one more pass at the end, which begins by looking.
    """
    # A journal put back from a copy does not know what was said after the copy was made: see `bot.journal.backup`.
    gap = journal.restored(now_fn())
    hand = Reconciler(journal, now_fn, limit, orders, gap.since if gap else None)
    courier = Dispatcher(hand, outlets)
    # What a killed process had in hand need not wait until its lease runs out.
    journal.free_dead_leases()
    # Listed once, leased one by one: another process may take a row in between, and `lease` finds that out.
    due = [one for one in journal.due_rows(now_fn()) if orders.only(one)]
    courier.round(due, stop)
    # By now the answer of a slow server may be there to be found; else the next run looks.
    unsettled = courier.open_ends()
    courier.round([one for one in due if one.id in unsettled], stop)
    courier.look_again(orders, stop)
    return courier.result()


IN_DOUBT = (
    "it is not known whether a write was carried out — nothing to do: it is looked for, and written again once"
    " SLUIS_DOUBT_MINUTES are over"
)


class Dispatcher:
    """One run's round. `closed` are channels of which nothing more is asked; `ends` the count that each row ended in
    last, by its id.
    """

    def __init__(self, hand: Reconciler, outlets: Mapping[str, MessageChannel]) -> None:
        self.hand, self.outlets = hand, outlets
        self.journal, self.now, self.delivery = hand.journal, hand.now, hand.delivery
        self.owner = self.journal.own_name()
        # For this run alone: by the next one an outage may be over, or a token renewed.
        self.closed: set[str] = set()
        self.ends: dict[int, str] = {}

    def round(self, due: Sequence[Due], stop: Callable[[], bool]) -> None:
        """One pass over the rows, in their order."""
        for one in due:
            self.ends[one.id] = self._come_to(one, stop)

    def look_again(self, orders: DeliveryOptions, stop: Callable[[], bool]) -> None:
        """Look at what stands and was in doubt; on an order to look at all, also at what stands in open tickets."""
        # Looking through what has no end is rationed: there only what was in doubt is looked at.
        searched = [name for name, one in self.outlets.items() if one.searchable and not one.endless]
        rows = self.journal.rows_to_look_at(self.now(), searched if orders.whole else None)
        for one in rows:
            outlet = self.outlets.get(one.target)
            passed = one.id in self.ends or one.target in self.closed or not orders.only(one)
            # Nothing waits for it: what is not looked at now is looked at in the next run.
            if outlet is None or passed or stop() or self.hand.full:
                continue
            if slot := self.journal.lease(one.id, self.owner, self.now(), LEASE, looking=True):
                self.ends[one.id] = self._guarded(slot, outlet)

    def open_ends(self) -> set[int]:
        """The rows worth coming to once more: outcome unknown, or waiting for one of those."""
        return {id_ for id_, end in self.ends.items() if end in ("ambiguous", "waiting")}

    def result(self) -> DeliveryResult:
        """The counts, completed."""
        # An end is the name of its count: a row that is come to twice in a round is counted where it ended last.
        for end in filter(None, self.ends.values()):
            setattr(self.delivery, end, getattr(self.delivery, end) + 1)
        if held := self.delivery.held_back:
            cap = self.hand.limit
            self.delivery.tell(
                f"{held} messages are held back by the cap of {cap} writes; the next run goes on"
            )
        self.delivery.unchanged = self.journal.settled_rows()
        return self.delivery

    def _come_to(self, due: Due, stop: Callable[[], bool]) -> str:
        """Bring one row up to date. Gives the name of the count it ends in, "" when all is well."""
        outlet = self.outlets.get(due.target)
        if outlet is None:
            self.delivery.tell(
                f"{due.target or 'nowhere'}: messages wait for an outlet that is not configured"
            )
        # A row that is come to again keeps its first end: an unknown outcome is not made a skipped one.
        if outlet is None or due.target in self.closed or stop():
            return self.ends.get(due.id) or "skipped"
        if self.hand.full:
            return self.ends.get(due.id) or "held_back"
        slot = self.journal.lease(due.id, self.owner, self.now(), LEASE)
        return "waiting" if slot is None else self._guarded(slot, outlet)

    def _guarded(self, slot: OutboxRow, outlet: MessageChannel) -> str:
        return isolate_errors(
            lambda: self._tried(slot, outlet),
            lambda error: self._broke_down(slot, error),
            "message could not be delivered",
            ticket=slot.ticket,
            kind=slot.kind,
        )

    def _tried(self, slot: OutboxRow, outlet: MessageChannel) -> str:
        try:
            self.hand.reconcile(slot, outlet)
        except SourceError as error:
            return self._put_off(slot, error)
        except LookupUnclear as unseen:
            return self._put_off(slot, unseen.error, soon=True)
        except WriteLimitReached:
            # Without an error: to be held back by the cap is no attempt, and lengthens no pause.
            self.journal.release(slot, None, "")
            return "held_back"
        except StillInDoubt:
            self.journal.wait(slot, IN_DOUBT)
            return "ambiguous"
        # Whoever has the row now tells what comes of it.
        except LeaseLost:
            return "waiting"
        return ""

    def _put_off(self, slot: OutboxRow, error: SourceError, *, soon: bool = False) -> str:
        """Give the row back after an error of its channel, `soon` when it is no reason to wait; gives the count it
        ends in.
        """
        now = self.now()
        setback = retry_decision(error, slot.attempts, now)
        if slot.settled:
            return self._unlooked(slot, error, setback)
        if setback.closes:
            self.closed.add(slot.target)
            self.delivery.tell(f"{slot.target}: {error.advice}; its messages wait for the next run")
        # A write in doubt is not told yet: the second pass may settle it, and what it leaves is told as undelivered.
        elif not setback.in_doubt:
            self.delivery.tell(f"{slot.target} {slot.ticket} ({slot.kind}): {error.advice}")
        if not setback.in_doubt:
            self.delivery.told.add(slot.id)
        again = None if soon else setback.again
        words, failed = self._kept(slot, error, setback.refused), (setback.trouble, now)
        self.journal.release(slot, again, words, not_done=setback.not_done, failed=failed, now=now)
        return setback.count

    def _unlooked(self, slot: OutboxRow, error: SourceError, setback: RetryDecision) -> str:
        """A message that stands could not be looked at, or not be mended: that is no fault of its delivery."""
        if setback.closes:
            self.closed.add(slot.target)
        if not isinstance(error, NotFound):
            self.delivery.tell(f"{slot.target} {slot.ticket} ({slot.kind}): {error.advice}")
        # Where it may not be seen, or is not there, another look would show no more.
        if setback.refused:
            self.journal.looked(slot, self.now())
        else:
            self.journal.release(slot, None, "", not_done=setback.not_done)
        return ""

    def _broke_down(self, slot: OutboxRow, error: Exception) -> str:
        """The same after an error of this program's own."""
        now, name = self.now(), type(error).__name__
        self.delivery.told.add(slot.id)
        # As if refused: a formal notification that breaks us here goes by e-mail at once, where that is set up.
        words, failed = f"broke down ({name})", (Trouble.REFUSED, now)
        self.journal.release(slot, now + backoff(slot.attempts), words, failed=failed, now=now)
        self.delivery.tell(
            f"{slot.target} {slot.ticket} ({slot.kind}): broke down ({name}); the log says where"
        )
        return "failed"

    def _kept(self, slot: OutboxRow, error: SourceError, refused: bool) -> str:
        """What the journal keeps of an error. A refusal stands until the message is taken, whatever comes between."""
        if not refused:
            return error.advice if slot.refusal is None else refusal(slot.refusal, error.advice)
        words = refusal(error.said if isinstance(error, Refused) else "", error.advice)
        # The same refusal again is no news to a team; the first one is, and so is another reason.
        if refusal_of(words) != slot.refusal:
            self.delivery.turned.add(slot.ticket)
        return words
