"""One row as a value, and the conditions under which a row has something to do."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, and_, not_, or_

from bot.journal.schema import OUTBOX
from domain.ports.messaging import Marker, Place

IDLE, WRITING, DOUBTED = "idle", "writing", "doubted"
GENERAL = ("reminder", "escalation", "digest", "preread", "unseen", "vacant", "anchor")
"""How the subjects begin of messages that are about several tickets, or about none."""
REFUSAL = "refused: "
"""How the last error of a row begins when the system definitely does not take the message. Its own reason follows,
and on a line below it what went wrong last.
"""


def refusal(said: str, told: str) -> str:
    """The last error of a message that is refused: the system's own reason, and one line for the admin."""
    return f"{REFUSAL}{' '.join(said.split())}\n{told}"


def refusal_of(last_error: str) -> str | None:
    """The system's own reason for not taking the message, perhaps empty; None when it was not refused."""
    said, _, _ = last_error.partition("\n")
    return said.removeprefix(REFUSAL) if said.startswith(REFUSAL) else None


def told_of(last_error: str) -> str:
    """What went wrong last, one line for the admin; empty when nothing did."""
    said, _, told = last_error.partition("\n")
    return told or said


class Due(NamedTuple):
    """A row that has something to do."""

    id: int
    target: str
    ticket: str
    kind: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message: as it should be (`desired_*`), and as far as is known outside (`applied_hash`, `remote_id`).

    key        opaque name by which the message is known again outside
    home       where a new message goes; `stands` is where the present one was put
    write_state  "writing" when a write began whose outcome was never confirmed; "doubted" when the message stands
                 since, and that write may yet be carried out
    doubt_until  until when (UTC) it may be; kept after that until the next look at everything
    lease_token  number of the lease under which this was read
    replaces   when a message was posted that a person edited and that this one takes the place of
    blocked_reason  why it could not be delivered (see `Trouble`), `failing_since` when it first could not (UTC)
    """

    id: int
    key: str
    target: str
    ticket: str
    kind: str
    home: Place
    stands: Place
    once: bool
    reason: str
    desired_hash: str
    desired_body: Any
    desired_rev: int
    applied_hash: str | None
    remote_id: str | None
    write_state: str
    attempts: int
    next_attempt_at: datetime | None
    last_error: str
    first_attempt_at: datetime | None
    applied_at: datetime | None
    closed: bool
    lease_token: int
    replaces: datetime | None = None
    blocked_reason: str = ""
    failing_since: datetime | None = None
    doubt_until: datetime | None = None
    recipients: Sequence[str] = ()

    @property
    def marker(self) -> Marker:
        """How the message as it should be is marked outside."""
        return Marker(self.key, self.desired_hash, self.desired_rev)

    @property
    def refusal(self) -> str | None:
        """The system's own reason for not taking the message, perhaps empty; None when it was not refused."""
        return refusal_of(self.last_error)

    @property
    def doubtful(self) -> bool:
        """True when a write began and nobody knows how it ended."""
        return self.write_state == WRITING

    @property
    def settled(self) -> bool:
        """True when it stands as it should, as far as is known: there is nothing to do but to look."""
        said = self.applied_hash is not None and (self.once or self.applied_hash == self.desired_hash)
        return said and not self.doubtful

    def unsure(self, now: datetime) -> bool:
        """True while a write that began may still be carried out, however late its server is."""
        return self.doubtful and self.doubt_until is not None and now < self.doubt_until


@dataclass(frozen=True, slots=True)
class Unsent:
    """A message that is enqueued and does not stand outside yet. `error` is one line for the admin, empty when
    nothing went wrong; `again` when (UTC) it is tried again, None for the next run.
    """

    id: int
    target: str
    ticket: str
    kind: str
    error: str
    again: datetime | None


ADDRESSED = OUTBOX.c.channel_or_ticket != ""
"""Where it goes is known; a row without a channel or ticket waits until that was found out."""
# True also of what was never posted, whose hash is NULL: a plain comparison with that is never true.
UNSAID = OUTBOX.c.applied_hash.is_distinct_from(OUTBOX.c.desired_hash)
FINAL = OUTBOX.c.once & OUTBOX.c.applied_hash.is_not(None)
# A write in doubt is due even when nothing is asked any more: what stands outside may be another text.
WANTS = not_(OUTBOX.c.closed) & or_(OUTBOX.c.write_state == WRITING, UNSAID & not_(FINAL))

STANDS = and_(not_(OUTBOX.c.closed), not_(WANTS), OUTBOX.c.remote_id.is_not(None))
"""It stands outside as it should, as far as is known."""

PARENT = OUTBOX.alias("parent")
IS_PARENT = and_(
    PARENT.c.target == OUTBOX.c.target,
    PARENT.c.ticket == OUTBOX.c.ticket,
    PARENT.c.kind == OUTBOX.c.thread_kind,
)


def overdue_look(now: datetime) -> ColumnElement[bool]:
    """It stands, and a write that was in doubt has been carried out by now, if ever: what came of it is to be seen."""
    return STANDS & (OUTBOX.c.write_state == DOUBTED) & (OUTBOX.c.doubt_until <= now)


def may_try(now: datetime) -> ColumnElement[bool]:
    """Neither backing off nor leased by anybody."""
    rested = or_(OUTBOX.c.next_attempt_at.is_(None), OUTBOX.c.next_attempt_at <= now)
    return rested & or_(OUTBOX.c.lease_until.is_(None), OUTBOX.c.lease_until < now)


def slot_key(install: str, target: str, ticket: str, kind: str) -> str:
    """An opaque name of a row that depends on nothing that a lost journal takes with it."""
    return hashlib.sha256(json.dumps([install, target, ticket, kind]).encode()).hexdigest()[:16]


def row_of(row: RowMapping, install: str) -> OutboxRow:
    """A row as a value. It is joined with `parent_id`: the remote id of the message in whose thread it goes."""
    same = {name: row[name] for name in OutboxRow.__dataclass_fields__ if name in row}
    return OutboxRow(
        key=slot_key(install, row["target"], row["ticket"], row["kind"]),
        # A reply goes where its thread began, also when another channel was set since.
        home=Place(row["parent_place"] or row["channel_or_ticket"], row["parent_id"] or ""),
        stands=Place(row["at_container"], row["at_thread"]),
        **same,
    )
