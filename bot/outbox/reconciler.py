"""Brings one message outside in line with what it should be: never twice, never over what a person wrote.

The journal notes that a write begins before the call, and how it ended after it. When the end is not known,
the message is looked for outside by its marker; a write is never simply repeated. One that is not found may still be
carried out by a slow server, so it stays in doubt for a while, and when that is over it is looked at once more
(docs/decisions/030). A ticket's own messages are also looked for before the very first post, so that a lost or restored
journal does not double them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.journal import Due, Journal, OutboxRow
from bot.outbox.result import DeliveryResult
from domain.ports.errors import Altered, Forbidden, Garbled, Gone, Refused, SourceError
from domain.ports.messaging import Format, MessageChannel, Place, Posted

LEASE = 600
"""Seconds for which a row is ours: more than the slowest write with all its time-outs and waits."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
# Slack's clock is not ours (docs/slack-facts.md, "Calling"); it goes by its own where it is asked "since when".
SKEW = timedelta(minutes=1)
LONGEST_DOUBT = timedelta(days=1)
"""No setting lets a write be in doubt for longer."""


@dataclass(frozen=True, slots=True)
class DeliveryOptions:
    """Which of the due rows are delivered, and how a body says that it takes the place of a message posted at a moment
    (UTC) that a person has edited since. `elsewhere` names the container for a message whose own takes none. `doubt` is
    for how long a write whose end is not known may still be carried out; `counting` makes a body say that it counts,
    whatever another one says that comes late. `whole` looks at all that stands in open tickets too.
    """

    only: Callable[[Due], bool] = lambda _: True
    elsewhere: Callable[[OutboxRow], str | None] = lambda _: None
    replacing: Callable[[Any, Format, datetime], Any] = lambda body, *_: body
    counting: Callable[[Any, Format], Any] = lambda body, _: body
    doubt: timedelta = timedelta(minutes=15)
    whole: bool = False


ALL = DeliveryOptions()
"""Everything that is due, as it stands."""


class WriteLimitReached(Exception):
    """This run has written as much as it may."""


class LookupUnclear(Exception):
    """Looking for a message gave an answer that cannot be understood: nothing is known, and nothing was written."""

    def __init__(self, error: SourceError) -> None:
        super().__init__(str(error))
        self.error = error


class StillInDoubt(Exception):
    """A write of the message may yet be carried out: it is not there, and may not be posted again."""


class LeaseLost(Exception):
    """The lease ran out and another process has the row."""


@dataclass(slots=True)
class Reconciler:
    """Writes, at most `limit` times. `lost_since` is since when (UTC) the journal may have forgotten what it wrote,
    where it was put back from a copy. What comes of it is added to `delivery`.
    """

    journal: Journal
    now: Callable[[], datetime]
    limit: int
    orders: DeliveryOptions
    lost_since: datetime | None
    delivery: DeliveryResult = field(default_factory=DeliveryResult)
    writes: int = 0

    @property
    def full(self) -> bool:
        """Whether it has written as much as it may."""
        return self.writes >= self.limit

    def reconcile(self, slot: OutboxRow, outlet: MessageChannel) -> None:
        """Bring one message up to date; one that stands is looked at. Raises SourceError, LookupUnclear,
        WriteLimitReached, StillInDoubt or LeaseLost.
        """
        if slot.settled:
            return self._verify(slot, outlet)
        if slot.remote_id and outlet.editable and not slot.once:
            try:
                # The usual way: where it stands is known, so nothing is looked for.
                return self._update(slot, outlet, slot.remote_id, slot.stands)
            except (Gone, Altered):
                # Deleted, or a person's by now: the row begins anew, and where it must, the place is looked at first.
                slot = self._forget(slot)
        found = self._look(slot, outlet) if self._must_look(slot, outlet) else ()
        return self._settle(slot, outlet, found)

    def _verify(self, slot: OutboxRow, outlet: MessageChannel) -> None:
        """What stands should stand alone and say what it should, whatever was carried out late."""
        altered, ours = _parted(self._look(slot, outlet))
        if not outlet.editable:
            late = bool(ours) and _says_otherwise(ours[-1], slot)
            return self._post(slot, outlet, counts=True) if late else self._looked(slot)
        known = next((one for one in ours if one.remote_id == slot.remote_id), None)
        if ours:
            # The one that we know, in whose thread people may have answered.
            return self._keep(slot, outlet, known or ours[0], ours)
        # Posted before what was looked through began, so it was an edit that was in doubt: it is made once more.
        if slot.remote_id and outlet.endless and not altered and not slot.once:
            return self._update(slot, outlet, slot.remote_id, slot.stands)
        return self._looked(slot)

    def _keep(self, slot: OutboxRow, outlet: MessageChannel, one: Posted, ours: Sequence[Posted]) -> None:
        place = slot.stands if slot.stands.container else slot.home
        for extra in ours:
            if extra is not one:
                self._remove(slot, outlet, place, extra)
        if _says_otherwise(one, slot):
            return self._update(slot, outlet, one.remote_id, place)
        return self._looked(slot) if one.remote_id == slot.remote_id else self._adopted(slot, one)

    def _looked(self, slot: OutboxRow) -> None:
        if not self.journal.looked(slot, self.now()):
            raise LeaseLost

    def _settle(self, slot: OutboxRow, outlet: MessageChannel, found: Sequence[Posted]) -> None:
        """Make what was found outside say what it should, or post anew."""
        altered, ours = _parted(found)
        if altered and not ours and _says_it(altered[-1], slot):
            # It says nothing that was not said: theirs to edit.
            return self._adopted(slot, altered[-1])
        if altered:
            slot = self._replaces(slot, altered)
        if ours and outlet.editable:
            return self._adopt(slot, outlet, ours)
        # ServiceNow lets nobody edit a work note: one that says it already is kept, else another one is added.
        if ours and _says_it(ours[-1], slot):
            return self._adopted(slot, ours[-1])
        return self._create(slot, outlet)

    def _replaces(self, slot: OutboxRow, altered: Sequence[Posted]) -> OutboxRow:
        """Say from now on that the message takes the place of the last one that a person edited."""
        at = max(one.altered for one in altered if one.altered)
        # Noted in an earlier attempt: counted once, however often the fresh message is tried.
        if slot.replaces == at:
            return slot
        marked = self.journal.replacing(slot, at)
        if marked is None:
            raise LeaseLost
        self.delivery.altered += 1
        return marked

    def _body(self, slot: OutboxRow, outlet: MessageChannel) -> Any:
        if slot.replaces is None:
            return slot.desired_body
        return self.orders.replacing(slot.desired_body, outlet.format, slot.replaces)

    def _counting(self, body: Any, outlet: MessageChannel) -> Any:
        """Where nothing can be taken back, a text that comes late stays: so the newer one says that it counts."""
        return body if outlet.editable else self.orders.counting(body, outlet.format)

    def _must_look(self, slot: OutboxRow, outlet: MessageChannel) -> bool:
        """Whether a message of ours may stand outside that the journal does not know of.

        Looking through what has no end is slow and strictly limited, so that is done only when in doubt: about this
        message, or about all of them because the journal was put back from a copy.
        """
        # What the copy knew to be tried is settled as ever; what it never heard of may have been posted since.
        forgotten = self.lost_since is not None and slot.first_attempt_at is None
        return slot.doubtful or forgotten or not outlet.endless

    def _look(self, slot: OutboxRow, outlet: MessageChannel) -> Sequence[Posted]:
        """Our messages of the row, where they may have been put, oldest first."""
        first = slot.first_attempt_at or self.lost_since
        if first and slot.settled and slot.doubt_until:
            # A card of months ago is not looked for: what came of the doubted write is younger than that began.
            first = max(first, slot.doubt_until - LONGEST_DOUBT)
        # Their clock may be behind ours: a message of ours can look older than the attempt that posted it.
        since = first - SKEW if outlet.endless and first else BEGINNING
        try:
            # Where it was put, also when another channel was set since: that is where it stands.
            return outlet.find(slot.stands if slot.stands.container else slot.home, slot.marker, since)
        except Garbled as error:
            raise LookupUnclear(error) from error

    def _adopt(self, slot: OutboxRow, outlet: MessageChannel, found: Sequence[Posted]) -> None:
        """Keep the oldest, remove the others, and make it say what it should."""
        place = slot.stands if slot.stands.container else slot.home
        # The oldest is the one that people may have answered to.
        oldest, *surplus = found
        for extra in surplus:
            self._remove(slot, outlet, place, extra)
        if _says_it(oldest, slot):
            return self._adopted(slot, oldest)
        self._update(slot, outlet, oldest.remote_id, place)
        self.delivery.adopted += 1
        return None

    def _adopted(self, slot: OutboxRow, posted: Posted) -> None:
        self._confirm(slot, posted.remote_id)
        self.delivery.adopted += 1

    def _create(self, slot: OutboxRow, outlet: MessageChannel) -> None:
        if slot.unsure(self.now()):
            raise StillInDoubt
        try:
            self._post(slot, outlet, counts=slot.doubtful and slot.doubt_until is not None)
        except SourceError as error:
            # Only what is not there yet goes elsewhere; what stands is edited where it is.
            moved = self._moved(slot, error)
            if moved is None:
                raise
            self._post(moved, outlet)

    def _moved(self, slot: OutboxRow, error: SourceError) -> OutboxRow | None:
        """The message at the place to fall back on, when its own takes none; None when there is no other."""
        # A reply goes where the start of its thread stands, and moves with that alone.
        other = self.orders.elsewhere(slot) if error.closed and not slot.home.thread else None
        if other is None or other == slot.home.container:
            return None
        moved = self.journal.move(slot, other)
        if moved is None:
            raise LeaseLost
        self.delivery.tell(
            f"{slot.target}: {error.advice}; what belongs there goes to the default channel meanwhile"
        )
        return moved

    def _post(self, slot: OutboxRow, outlet: MessageChannel, *, counts: bool = False) -> None:
        self._begin(slot, outlet, slot.home)
        body = self._body(slot, outlet)
        said = self._counting(body, outlet) if counts else body
        remote_id = outlet.create(slot.home, said, slot.marker)
        # Before it is confirmed: it stands outside, whether our lease still held or not.
        self.delivery.created += 1
        self._confirm(slot, remote_id)

    def _update(self, slot: OutboxRow, outlet: MessageChannel, remote_id: str, place: Place) -> None:
        self._begin(slot, outlet, place)
        outlet.update(place, remote_id, self._body(slot, outlet), slot.marker)
        self.delivery.updated += 1
        self._confirm(slot, remote_id)

    def _remove(self, slot: OutboxRow, outlet: MessageChannel, place: Place, extra: Posted) -> None:
        # Taking away is a write like any other: within the cap, announced, under the lease.
        self._begin(slot, outlet, place)
        try:
            outlet.remove(place, extra.remote_id)
        # Somebody was faster; it is as it should be.
        except Gone:
            return
        except (Refused, Forbidden) as error:
            # A surplus message must not keep the other from being true.
            self.delivery.tell(f"{slot.target} {slot.ticket}: a surplus message stays: {error.advice}")
            return
        self.delivery.removed += 1

    def _begin(self, slot: OutboxRow, outlet: MessageChannel, place: Place) -> None:
        """Before every write. Raises WriteLimitReached or LeaseLost: then nothing may be written."""
        if self.full:
            raise WriteLimitReached
        # On record before the call: a process killed in it leaves a sign that something may stand outside.
        now = self.now()
        until = now + self.orders.doubt if outlet.searchable else None
        if not self.journal.begin(slot, place, now, LEASE, until):
            raise LeaseLost
        self.writes += 1

    def _forget(self, slot: OutboxRow) -> OutboxRow:
        forgotten = self.journal.forget(slot)
        if forgotten is None:
            raise LeaseLost
        return forgotten

    def _confirm(self, slot: OutboxRow, remote_id: str) -> None:
        if not self.journal.confirm(slot, remote_id, self.now()):
            raise LeaseLost
        # It was refused until now; the team was told that, and is told that it is over.
        if slot.refusal is not None:
            self.delivery.turned.add(slot.ticket)


def _parted(found: Sequence[Posted]) -> tuple[Sequence[Posted], Sequence[Posted]]:
    """Those that a person has edited, and those that are still ours."""
    return [one for one in found if one.altered], [one for one in found if not one.altered]


def _says_otherwise(posted: Posted, slot: OutboxRow) -> bool:
    """Whether a found message certainly says something else than is wanted."""
    return bool(posted.digest) and not _says_it(posted, slot)


def _says_it(posted: Posted, slot: OutboxRow) -> bool:
    """Whether a found message says what is wanted: what is said once needs no other text; else its hash tells, of
    which some markers carry only the start.
    """
    return slot.once or (bool(posted.digest) and slot.desired_hash.startswith(posted.digest))
