"""Stage 5: bring what stands outside in line with what should: never twice, never lost.

The journal notes that a write begins before the call, and how it ended after it. When the end is not known,
the message is looked for outside by its marker; a write is never simply repeated. A ticket's own messages are
also looked for before the very first post, so that a lost or restored journal does not double them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot.journal import Due, Journal, JournalError, Slot
from bot.journal.slot import refusal, refusal_of
from bot.model.facts import Trouble
from bot.ports import (
    Altered,
    Ambiguous,
    AuthRefused,
    Forbidden,
    Format,
    Garbled,
    Gone,
    NotFound,
    Outlet,
    Place,
    Posted,
    Postponed,
    RateLimited,
    Refused,
    SourceError,
    Unreachable,
)

LEASE = 600
"""Seconds for which a slot is ours: more than the slowest write with all its time-outs and waits."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
SKEW = timedelta(minutes=1)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=24)

_NOT_DONE = (Refused, Forbidden, NotFound, Gone, AuthRefused, RateLimited)
"""After these a write was certainly not done."""
_OWN_FAULT = (Refused, Forbidden, NotFound, Gone)
"""These are about the one message; it is tried again, ever more rarely."""
_OUT_OF_SERVICE = (AuthRefused, RateLimited, Unreachable)
"""After these nothing more is asked of the outlet in this run."""

log = structlog.get_logger()


@dataclass(slots=True)
class Delivery:
    """What came of a run's messages.

    created, updated  posts and edits; `removed`: surplus copies taken away
    altered           messages that a person had edited: left as they are, and replaced by a fresh one
    adopted           messages of ours that were found outside, after a crash, a time-out or a lost journal
    unchanged         messages that stand as they should, at the end of the run
    ambiguous         writes of which it is not known whether they were done; the next run looks
    refused           definitely not taken; tried again with growing pauses
    failed            not done because the outlet, or this program, broke down
    held_back         left for the next run by the cap
    waiting           the message in whose thread they go is not there yet
    skipped           the outlet is off or out of service, or the run was stopped
    problems          one line each, for the report; `told` are the slots they are about
    turned            tickets ("source:id") that refuse a message they did not refuse before, or take it at last
    """

    created: int = 0
    updated: int = 0
    removed: int = 0
    altered: int = 0
    adopted: int = 0
    unchanged: int = 0
    ambiguous: int = 0
    refused: int = 0
    failed: int = 0
    held_back: int = 0
    waiting: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)
    told: set[int] = field(default_factory=set)
    turned: set[str] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        """The numbers by name."""
        others = ("problems", "told", "turned")
        names = [name for name in self.__dataclass_fields__ if name not in others]
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Orders:
    """Which of the due slots are delivered, and how a body says that it takes the place of a message posted at a moment
    (UTC) that a person has edited since. `elsewhere` names the container for a message whose own takes none.
    """

    only: Callable[[Due], bool] = lambda _: True
    elsewhere: Callable[[Slot], str | None] = lambda _: None
    replacing: Callable[[Any, Format, datetime], Any] = lambda body, *_: body


class _CapReached(Exception):
    """This run has written as much as it may."""


class _Unseen(Exception):
    """Looking for a message gave an answer that cannot be understood: nothing is known, and nothing was written."""

    def __init__(self, error: SourceError) -> None:
        super().__init__(str(error))
        self.error = error


class _Overtaken(Exception):
    """The lease ran out and another process has the slot."""


def deliver(
    journal: Journal,
    outlets: Mapping[str, Outlet],
    now_fn: Callable[[], datetime],
    *,
    limit: int,
    stop: Callable[[], bool] = lambda: False,
    orders: Orders = Orders(),
) -> Delivery:
    """Bring every due slot, of those ordered, up to date with at most `limit` writes. Raises only when the
    journal fails.

    Writes whose outcome stayed unknown get one more pass at the end, which begins by looking.
    """
    courier = _Courier(journal, outlets, now_fn, limit, orders)
    journal.free_dead_leases()
    due = [one for one in journal.due_slots(now_fn()) if orders.only(one)]
    courier.round(due, stop)
    unsettled = courier.open_ends()
    courier.round([one for one in due if one.id in unsettled], stop)
    return courier.result()


class _Courier:
    """One run's round. Sets hold ids of slots by what last came of them."""

    def __init__(
        self,
        journal: Journal,
        outlets: Mapping[str, Outlet],
        now: Callable[[], datetime],
        limit: int,
        orders: Orders,
    ) -> None:
        self.journal, self.outlets, self.now, self.limit = journal, outlets, now, limit
        self.replacing, self.elsewhere = orders.replacing, orders.elsewhere
        gap = journal.restored(now())
        self.lost_since = gap.since if gap else None
        self.owner = journal.own_name()
        self.delivery = Delivery()
        self.writes = 0
        self.closed: set[str] = set()
        self.ends: dict[int, str] = {}
        self.problems: dict[str, None] = {}

    def round(self, due: Sequence[Due], stop: Callable[[], bool]) -> None:
        """One pass over the slots, in their order."""
        for one in due:
            self.ends[one.id] = self._come_to(one, stop)

    def open_ends(self) -> set[int]:
        """The slots worth coming to once more: outcome unknown, or waiting for one of those."""
        return {id_ for id_, end in self.ends.items() if end in ("ambiguous", "waiting")}

    def result(self) -> Delivery:
        """The counts, completed."""
        for end in filter(None, self.ends.values()):
            setattr(self.delivery, end, getattr(self.delivery, end) + 1)
        if held := self.delivery.held_back:
            self._tell(
                f"{held} messages are held back by the cap of {self.limit} writes; the next run goes on"
            )
        self.delivery.unchanged = self.journal.settled_slots()
        self.delivery.problems = list(self.problems)
        return self.delivery

    def _come_to(self, due: Due, stop: Callable[[], bool]) -> str:
        """Bring one slot up to date. Gives the name of the count it ends in, "" when all is well."""
        outlet = self.outlets.get(due.target)
        if outlet is None:
            self._tell(f"{due.target or 'nowhere'}: messages wait for an outlet that is not configured")
        if outlet is None or due.target in self.closed or stop():
            return self.ends.get(due.id) or "skipped"
        if self.writes >= self.limit:
            return self.ends.get(due.id) or "held_back"
        slot = self.journal.lease(due.id, self.owner, self.now(), LEASE)
        return "waiting" if slot is None else self._guarded(slot, outlet)

    def _guarded(self, slot: Slot, outlet: Outlet) -> str:
        try:
            self._bring(slot, outlet)
        except SourceError as error:
            return self._put_off(slot, error)
        except _Unseen as unseen:
            return self._put_off(slot, unseen.error, soon=True)
        except _CapReached:
            self.journal.release(slot, None, "")
            return "held_back"
        except _Overtaken:
            return "waiting"
        except JournalError:  # nothing more is written: the next run looks whether this one was
            raise
        except Exception as error:  # one message we cannot handle must not lose the others
            log.exception("message could not be delivered", ticket=slot.ticket, kind=slot.kind)
            name = type(error).__name__
            at = self.now()
            self.delivery.told.add(slot.id)
            words, failed = f"broke down ({name})", (Trouble.REFUSED, at)
            self.journal.release(slot, self._after(slot), words, failed=failed, now=at)
            self._tell(f"{slot.target} {slot.ticket} ({slot.kind}): broke down ({name}); the log says where")
            return "failed"
        return ""

    def _bring(self, slot: Slot, outlet: Outlet) -> None:
        if slot.remote_id and outlet.editable and not slot.once:
            try:
                return self._update(slot, outlet, slot.remote_id, slot.stands)
            except (Gone, Altered):
                slot = self._forget(slot)
        found = self._look(slot, outlet) if self._must_look(slot, outlet) else ()
        altered = [one for one in found if one.altered]
        found = [one for one in found if not one.altered]
        if altered:
            if not found and (slot.once or _shows(altered[-1], slot)):
                return self._adopted(slot, altered[-1])  # it says nothing that was not said: theirs to edit
            slot = self._replaces(slot, altered)
        if found and outlet.editable:
            return self._adopt(slot, outlet, found)
        if found and (slot.once or _shows(found[-1], slot)):
            return self._adopted(slot, found[-1])
        return self._create(slot, outlet)

    def _replaces(self, slot: Slot, altered: Sequence[Posted]) -> Slot:
        """Say from now on that the message takes the place of the last one that a person edited."""
        at = max(one.altered for one in altered if one.altered)
        if slot.replaces == at:
            return slot
        marked = self.journal.replacing(slot, at)
        if marked is None:
            raise _Overtaken
        self.delivery.altered += 1
        return marked

    def _body(self, slot: Slot, outlet: Outlet) -> Any:
        if slot.replaces is None:
            return slot.desired_body
        return self.replacing(slot.desired_body, outlet.format, slot.replaces)

    def _must_look(self, slot: Slot, outlet: Outlet) -> bool:
        """Whether a message of ours may stand outside that the journal does not know of.

        Looking through a channel's history is slow and strictly limited, so that is done only when in doubt: about
        this message, or about all of them because the journal was put back from a copy.
        """
        forgotten = self.lost_since is not None and slot.first_attempt_at is None
        return slot.doubtful or forgotten or outlet.format is not Format.SLACK

    def _look(self, slot: Slot, outlet: Outlet) -> Sequence[Posted]:
        """Our messages of the slot, where they may have been put, oldest first."""
        first = slot.first_attempt_at or self.lost_since
        on_ticket = outlet.format is not Format.SLACK  # a ticket's list is short; a channel's has no end
        since = BEGINNING if on_ticket or first is None else first - SKEW
        try:
            return outlet.find(slot.stands if slot.stands.container else slot.home, slot.marker, since)
        except Garbled as error:
            raise _Unseen(error) from error

    def _adopt(self, slot: Slot, outlet: Outlet, found: Sequence[Posted]) -> None:
        """Keep the oldest, remove the others, and make it say what it should."""
        place = slot.stands if slot.stands.container else slot.home
        oldest, *surplus = found
        for extra in surplus:
            self._remove(slot, outlet, place, extra)
        if slot.once or _shows(oldest, slot):
            return self._adopted(slot, oldest)
        self._update(slot, outlet, oldest.remote_id, place)
        self.delivery.adopted += 1
        return None

    def _adopted(self, slot: Slot, posted: Posted) -> None:
        self._confirm(slot, posted.remote_id)
        self.delivery.adopted += 1

    def _create(self, slot: Slot, outlet: Outlet) -> None:
        try:
            self._post(slot, outlet)
        except SourceError as error:
            moved = self._moved(slot, error)
            if moved is None:
                raise
            self._post(moved, outlet)

    def _moved(self, slot: Slot, error: SourceError) -> Slot | None:
        """The message at the place to fall back on, when its own takes none; None when there is no other."""
        other = self.elsewhere(slot) if error.closed and not slot.home.thread else None
        if other is None or other == slot.home.container:
            return None
        moved = self.journal.move(slot, other)
        if moved is None:
            raise _Overtaken
        self._tell(f"{slot.target}: {_told(error)}; what belongs there goes to the default channel meanwhile")
        return moved

    def _post(self, slot: Slot, outlet: Outlet) -> None:
        self._begin(slot, slot.home)
        remote_id = outlet.create(slot.home, self._body(slot, outlet), slot.marker)
        self.delivery.created += 1
        self._confirm(slot, remote_id)

    def _update(self, slot: Slot, outlet: Outlet, remote_id: str, place: Place) -> None:
        self._begin(slot, place)
        outlet.update(place, remote_id, self._body(slot, outlet), slot.marker)
        self.delivery.updated += 1
        self._confirm(slot, remote_id)

    def _remove(self, slot: Slot, outlet: Outlet, place: Place, extra: Posted) -> None:
        self._begin(slot, place)
        try:
            outlet.remove(place, extra.remote_id)
        except Gone:
            return
        except (Refused, Forbidden) as error:  # a surplus message must not keep the other from being true
            self._tell(f"{slot.target} {slot.ticket}: a surplus message stays: {_told(error)}")
            return
        self.delivery.removed += 1

    def _begin(self, slot: Slot, place: Place) -> None:
        """Before every write. Raises _CapReached or _Overtaken: then nothing may be written."""
        if self.writes >= self.limit:
            raise _CapReached
        if not self.journal.begin(slot, place, self.now(), LEASE):
            raise _Overtaken
        self.writes += 1

    def _forget(self, slot: Slot) -> Slot:
        forgotten = self.journal.forget(slot)
        if forgotten is None:
            raise _Overtaken
        return forgotten

    def _confirm(self, slot: Slot, remote_id: str) -> None:
        if not self.journal.confirm(slot, remote_id, self.now()):
            raise _Overtaken
        if slot.refusal is not None:
            self.delivery.turned.add(slot.ticket)

    def _put_off(self, slot: Slot, error: SourceError, *, soon: bool = False) -> str:
        """Give the slot back after an error of the outlet, `soon` when it is no reason to wait; gives the count it
        ends in.
        """
        if not isinstance(error, Ambiguous):
            self.delivery.told.add(slot.id)
        if isinstance(error, _OUT_OF_SERVICE):
            self.closed.add(slot.target)
            self._tell(f"{slot.target}: {_told(error)}; its messages wait for the next run")
        elif not isinstance(error, Ambiguous):
            self._tell(f"{slot.target} {slot.ticket} ({slot.kind}): {_told(error)}")
        not_done = isinstance(error, _NOT_DONE)
        again = None if soon else self._when_again(slot, error)
        at = self.now()
        failed = (Trouble.REFUSED if isinstance(error, _OWN_FAULT) else Trouble.OUT_OF_REACH), at
        words = self._kept(slot, error)
        self.journal.release(slot, again, words, not_done=not_done, failed=failed, now=at)
        if isinstance(error, Ambiguous):
            return "ambiguous"
        return "refused" if isinstance(error, _OWN_FAULT) else "failed"

    def _kept(self, slot: Slot, error: SourceError) -> str:
        """What the journal keeps of an error. A refusal stands until the message is taken, whatever comes between."""
        if not isinstance(error, _OWN_FAULT):
            return _told(error) if slot.refusal is None else refusal(slot.refusal, _told(error))
        words = refusal(error.said if isinstance(error, Refused) else "", _told(error))
        if refusal_of(words) != slot.refusal:
            self.delivery.turned.add(slot.ticket)
        return words

    def _when_again(self, slot: Slot, error: SourceError) -> datetime | None:
        """When to try again; None for the next occasion."""
        if isinstance(error, RateLimited | Postponed):
            return error.until
        if isinstance(error, Ambiguous | AuthRefused | Unreachable):
            return None
        return self._after(slot)

    def _after(self, slot: Slot) -> datetime:
        """Pauses double with every failure, up to a day."""
        doubled = _FIRST_PAUSE * (1 << min(slot.attempts, 16))
        return self.now() + min(doubled, _LONGEST_PAUSE)

    def _tell(self, line: str) -> None:
        self.problems.setdefault(line)


def _shows(posted: Posted, slot: Slot) -> bool:
    """Whether a found message shows the text wanted. Some markers carry only the start of the hash."""
    return bool(posted.digest) and slot.desired_hash.startswith(posted.digest)


def _told(error: SourceError) -> str:
    return f"{error} — {error.fix}" if error.fix else str(error)
