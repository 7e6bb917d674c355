"""The outbox: what should stand outside against what does. A row is one message, for ever, by target, ticket, kind.

The life of a write: `lease` (nobody else may touch the row), `begin` (from here on the outcome may be
unknown), the call itself, then `confirm`, or `release` when it did not work out. Each is one short
transaction; the number of the lease keeps a process that lost its lease from confirming anything.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from bot.journal.audit import Entry, append
from bot.journal.audit_writes import written
from bot.journal.lease_owners import Presence, free_dead
from bot.journal.outbox_row import (
    ADDRESSED,
    DOUBTED,
    IDLE,
    IS_PARENT,
    PARENT,
    REFUSAL,
    STANDS,
    WANTS,
    WRITING,
    Due,
    OutboxRow,
    Unsent,
    may_try,
    overdue_look,
    refusal_of,
    row_of,
    slot_key,
    told_of,
)
from bot.journal.outbox_upsert import upsert_messages
from bot.journal.schema import META, OUTBOX, RECEIPT, TICKET
from bot.journal.transactions import Store, insert
from domain.facts import Notice, Receipt, Trouble, Underway
from domain.lifecycle import State
from domain.outgoing import OutgoingMessage
from domain.people import Role
from domain.ports.messaging import Place
from domain.ticket import TicketSubject

DEFAULT_INSTALL = "main"
MAIL = "mail"
"""Name of the message channel by which formal notifications go where the message service does not take them."""

# The kinds that `bot.policy.handover.kind_of` makes, for any recipient.
HANDOVER = or_(OUTBOX.c.kind.like("handover-1%"), OUTBOX.c.kind.like("handover-2%"))
BACK = OUTBOX.alias("back")
"""The message that takes a notification back."""


def taken_back(there: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is, in that state, a message to the same recipient that takes a notification of that rollout back
    (`bot.policy.handover.kind_of` makes the names).
    """
    whose = func.substr(OUTBOX.c.kind, len("handover-1") + 1)
    return exists().where(BACK.c.ticket == OUTBOX.c.ticket, BACK.c.kind == "handover-3" + whose, there)


_OVER = [state.value for state in State if state.over]


class Outbox(Store):
    """Messages enqueued, and how far they are."""

    install_name = DEFAULT_INSTALL

    @cached_property
    def install(self) -> str:
        """What tells this installation's messages from another one's; fixed when the journal was made."""
        with self.write() as connection:
            new = insert(connection, META).values(name="install", value=self.install_name)
            connection.execute(new.on_conflict_do_nothing())
            query = select(META.c.value).where(META.c.name == "install")
            return str(connection.execute(query).scalar_one())

    @cached_property
    def presence(self) -> Presence | None:
        """The sign of life of this process, where several may share the journal (PostgreSQL)."""
        return Presence(self.engine) if self.engine.dialect.name == "postgresql" else None

    def own_name(self) -> str:
        """A name to lease by, which tells whether this process lives."""
        return (self.presence.name if self.presence else "") + secrets.token_hex(8)

    def pooled(self) -> bool:
        """Whether the database is behind a pooler, so that leases of killed processes run out by time alone."""
        return self.presence is not None and self.presence.pooled

    def free_dead_leases(self) -> None:
        """Give back what processes that are no more had leased. SQLite's only process did so when it began."""
        if self.presence:
            with self.write() as connection:
                free_dead(connection)

    def close(self) -> None:
        """Close all connections and give up the lock."""
        if self.presence:
            self.presence.end()
        super().close()

    def slot_key(self, target: str, ticket: str, kind: str) -> str:
        """The opaque key of a row: the same after a lost journal, so that old messages are found again."""
        return slot_key(self.install, target, ticket, kind)

    def put_messages(self, wishes: Iterable[OutgoingMessage], now: datetime) -> None:
        """Note what should be said. A message that is noted already, by its digest, changes nothing."""
        with self.write() as connection:
            upsert_messages(connection, wishes, now)

    def withdraw(self, target: str, ticket: str, kind: str) -> None:
        """Say this no more: what was not written yet is not written. To enqueue it again brings it back."""
        with self.write() as connection:
            same = (OUTBOX.c.target == target, OUTBOX.c.ticket == ticket, OUTBOX.c.kind == kind)
            # Kept, not deleted: a row is one message for ever, and may come to be wanted again.
            connection.execute(update(OUTBOX).where(*same).values(closed=True))

    def due_rows(self, now: datetime) -> tuple[Due, ...]:
        """Rows to bring up to date now, those that start a thread before those that go into one."""
        query = (
            select(OUTBOX.c.id, OUTBOX.c.target, OUTBOX.c.ticket, OUTBOX.c.kind)
            .where(WANTS, ADDRESSED, may_try(now))
            .order_by(OUTBOX.c.thread_kind != "", OUTBOX.c.id)
        )
        with self.read() as connection:
            return tuple(Due(*row) for row in connection.execute(query))

    def rows_to_look_at(self, now: datetime, whole: Collection[str] | None = None) -> tuple[Due, ...]:
        """Messages that stand, and of which a write that was in doubt may have been carried out since. A look at
        everything adds those whose doubt was over before, and all in open tickets on the targets named as `whole`.
        """
        asked = overdue_look(now)
        if whole is not None:
            going = select(TICKET.c.ticket).where(
                TICKET.c.state.not_in(_OVER), TICKET.c.not_found_at.is_(None)
            )
            searched = and_(OUTBOX.c.target.in_(whole), OUTBOX.c.ticket.in_(going))
            asked = STANDS & or_(OUTBOX.c.doubt_until.is_not(None), searched)
        query = select(OUTBOX.c.id, OUTBOX.c.target, OUTBOX.c.ticket, OUTBOX.c.kind).where(
            asked, may_try(now)
        )
        with self.read() as connection:
            return tuple(Due(*row) for row in connection.execute(query.order_by(OUTBOX.c.id)))

    def settled_rows(self) -> int:
        """How many messages stand outside as they should, as far as is known."""
        with self.read() as connection:
            query = select(func.count()).select_from(OUTBOX).where(not_(OUTBOX.c.closed), not_(WANTS))
            return int(connection.execute(query).scalar_one())

    def unsent(self) -> tuple[Unsent, ...]:
        """Every message that is enqueued and does not stand outside yet, whatever the reason."""
        columns = (OUTBOX.c.id, OUTBOX.c.target, OUTBOX.c.ticket, OUTBOX.c.kind, OUTBOX.c.last_error)
        query = select(*columns, OUTBOX.c.next_attempt_at).where(WANTS).order_by(OUTBOX.c.id)
        with self.read() as connection:
            rows = connection.execute(query)
            return tuple(Unsent(*row[:4], told_of(row.last_error), row.next_attempt_at) for row in rows)

    def obstruct(self, wish: tuple[str, str, str], trouble: Trouble, error: str, now: datetime) -> None:
        """Note why a message (target, ticket, kind) cannot even be routed."""
        target, ticket, kind = wish
        same = (OUTBOX.c.target == target, OUTBOX.c.ticket == ticket, OUTBOX.c.kind == kind)
        # Since the first time: by that a formal notification goes over to e-mail (`bot.notify.handovers`).
        since = func.coalesce(OUTBOX.c.failing_since, now)
        with self.write() as connection:
            # Not of one that stands: what was delivered is evidence, also when its recipient cannot be found today.
            noted = update(OUTBOX).where(*same, OUTBOX.c.applied_hash.is_(None))
            connection.execute(
                noted.values(blocked_reason=trouble.value, last_error=error, failing_since=since)
            )

    def move(self, slot: OutboxRow, container: str) -> OutboxRow | None:
        """Put the message elsewhere, because its own place does not take it. None when the lease was lost."""
        # As it was before `begin`: a closed place certainly took nothing, so nothing is in doubt.
        before = {"write_state": slot.write_state, "doubt_until": slot.doubt_until}
        if not self._under_lease(slot, None, channel_or_ticket=container, **before):
            return None
        return replace(slot, home=Place(container))

    def lease(
        self, slot_id: int, owner: str, now: datetime, seconds: int, *, looking: bool = False
    ) -> OutboxRow | None:
        """Take a row for so many seconds and read it; None when there is nothing to do (any more), somebody
        else has it, or the message in whose thread it goes is not there yet. With `looking` also one that stands.
        """
        has_parent = select(PARENT.c.id).where(IS_PARENT, PARENT.c.remote_id.is_not(None)).exists()
        take = (
            update(OUTBOX)
            .where(OUTBOX.c.id == slot_id, or_(WANTS, STANDS) if looking else WANTS, ADDRESSED, may_try(now))
            .where(or_(OUTBOX.c.thread_kind == "", has_parent))
            .values(
                lease_owner=owner,
                lease_until=now + timedelta(seconds=seconds),
                lease_token=OUTBOX.c.lease_token + 1,
            )
        )
        # Before the transaction: asked for the first time it writes, and SQLite has one writer.
        install = self.install
        with self.write() as connection:
            if connection.execute(take).rowcount == 0:
                return None
            return _read(connection, install, OUTBOX.c.id == slot_id)[0]

    def begin(
        self, slot: OutboxRow, place: Place, now: datetime, seconds: int, doubt_until: datetime | None = None
    ) -> bool:
        """Note, before the call, that a write to `place` begins, and renew the lease; `doubt_until` is when (UTC) it
        has been carried out, if ever. False when the lease was lost.
        """
        return self._under_lease(
            slot,
            written("announced", slot, now),
            write_state=WRITING,
            at_container=place.container,
            at_thread=place.thread,
            # The first attempt stays: the message may stand outside since then, and is looked for from there.
            first_attempt_at=func.coalesce(OUTBOX.c.first_attempt_at, now),
            lease_until=now + timedelta(seconds=seconds),
            doubt_until=doubt_until,
        )

    def forget(self, slot: OutboxRow) -> OutboxRow | None:
        """The message is not there any more: the row as if it was never posted. None when the lease was lost."""
        never: dict[str, Any] = {
            "remote_id": None,
            "applied_hash": None,
            "first_attempt_at": None,
            "write_state": IDLE,
        }
        if not self._under_lease(slot, None, at_container="", at_thread="", **never):
            return None
        return replace(slot, stands=Place(""), **never)

    def replacing(self, slot: OutboxRow, at: datetime) -> OutboxRow | None:
        """This message takes the place of one posted at `at`, which a person edited. None when the lease was lost."""
        return replace(slot, replaces=at) if self._under_lease(slot, None, replaces=at) else None

    def confirm(self, slot: OutboxRow, remote_id: str, now: datetime) -> bool:
        """Note that the message stands outside as this row wanted it. False when the lease was lost: then
        there may be two of them, so the row is put in doubt, also for who holds the lease now.
        """
        confirmed = self._under_lease(
            slot,
            written("confirmed", slot, now, remote=remote_id),
            remote_id=remote_id,
            applied_hash=slot.desired_hash,
            applied_rev=slot.desired_rev,
            applied_at=now,
            **_certainty(slot, now),
            attempts=0,
            next_attempt_at=None,
            last_error="",
            blocked_reason="",
            failing_since=None,
            lease_owner=None,
            lease_until=None,
        )
        if not confirmed:
            # A new number of the lease makes the other's confirmation fail too, so that the next pass looks and mends.
            with self.write() as connection:
                doubt = {"write_state": WRITING, "remote_id": None, "lease_token": OUTBOX.c.lease_token + 1}
                connection.execute(update(OUTBOX).where(OUTBOX.c.id == slot.id).values(doubt))
                append(connection, *written("doubted", slot, now, remote=remote_id))
        return confirmed

    def looked(self, slot: OutboxRow, now: datetime) -> bool:
        """Give the row back: it was looked at, and stands as it should. False when the lease was lost."""
        certain = _certainty(slot, now)
        if slot.write_state == IDLE:
            # Nothing was in doubt any more: so only a look at everything comes here, and with it the last doubt ends.
            certain["doubt_until"] = None
        return self._under_lease(slot, None, **certain, lease_owner=None, lease_until=None)

    def wait(self, slot: OutboxRow, why: str) -> bool:
        """Give the row back: it is still in doubt. That is no attempt; `why` is told unless something is already."""
        told = slot.last_error or why
        return self._under_lease(slot, None, last_error=told, lease_owner=None, lease_until=None)

    def release(
        self,
        slot: OutboxRow,
        next_attempt_at: datetime | None,
        error: str,
        *,
        not_done: bool = False,
        failed: tuple[Trouble, datetime] | None = None,
        now: datetime | None = None,
    ) -> bool:
        """Give the row back undelivered. `not_done` says that the write was certainly not done, so that the
        row is in no more doubt than before; `failed` why it was not delivered, and when that was found (UTC).
        `now` is for the audit trail. False when the lease was lost.
        """
        before = {"write_state": slot.write_state, "doubt_until": slot.doubt_until}
        undone: dict[str, Any] = before if not_done else {}
        tried = 1 if error else 0
        if failed:
            undone |= {"blocked_reason": failed[0].value, "failing_since": slot.failing_since or failed[1]}
        at = now or datetime.now(UTC)
        return self._under_lease(
            slot,
            written("failed", slot, at, error=error, done="no" if not_done else "unknown") if error else None,
            next_attempt_at=next_attempt_at,
            # Held back by the cap it keeps why it failed before: a refusal stands until the message is taken.
            last_error=error or slot.last_error,
            attempts=OUTBOX.c.attempts + tried,
            lease_owner=None,
            lease_until=None,
            **undone,
        )

    def free_leases(self) -> None:
        """Give back all leases of processes that were killed. Only for who has the journal for itself."""
        with self.write() as connection:
            freed = update(OUTBOX).where(OUTBOX.c.lease_until.is_not(None))
            connection.execute(freed.values(lease_owner=None, lease_until=None))

    def refused(self, kind: str) -> dict[str, str]:
        """Tickets ("source:id") that do not take their message of this kind, with the system's own reason."""
        query = select(OUTBOX.c.ticket, OUTBOX.c.last_error).where(
            OUTBOX.c.kind == kind, WANTS, OUTBOX.c.last_error.startswith(REFUSAL)
        )
        with self.read() as connection:
            return {row.ticket: refusal_of(row.last_error) or "" for row in connection.execute(query)}

    def rows_of(self, ticket: str) -> tuple[OutboxRow, ...]:
        """All that is or should be said about a subject, in the order in which it was first enqueued."""
        install = self.install
        with self.read() as connection:
            return _read(connection, install, OUTBOX.c.ticket == ticket)

    def notices(self, source: str, ticket_id: str) -> tuple[Notice, ...]:
        """The handover notifications that were delivered and hold, oldest first: rows of the kinds "handover-1:<key>"
        and "handover-2:<key>". What its recipient heard to be undone hands nothing over any more.
        """
        of_ticket = (
            OUTBOX.c.ticket == str(TicketSubject(source, ticket_id)),
            OUTBOX.c.applied_at.is_not(None),
            HANDOVER,
            not_(taken_back(BACK.c.applied_at.is_not(None))),
        )
        columns = (OUTBOX.c.kind, OUTBOX.c.target, OUTBOX.c.applied_at, OUTBOX.c.recipients, OUTBOX.c.roles)
        received = and_(RECEIPT.c.ticket == OUTBOX.c.ticket, RECEIPT.c.kind == OUTBOX.c.kind)
        query = (
            select(*columns, RECEIPT.c.person, RECEIPT.c.at)
            .select_from(OUTBOX.outerjoin(RECEIPT, received))
            .where(*of_ticket)
            .order_by(OUTBOX.c.applied_at, OUTBOX.c.id)
        )
        with self.read() as connection:
            return tuple(_notice(row) for row in connection.execute(query).mappings())

    def underway(self, source: str, ticket_id: str) -> tuple[Underway, ...]:
        """The handover notifications that are enqueued and were delivered nowhere yet, one for each recipient."""
        of_ticket = (OUTBOX.c.ticket == str(TicketSubject(source, ticket_id)), HANDOVER)
        columns = (OUTBOX.c.kind, OUTBOX.c.target, OUTBOX.c.recipients, OUTBOX.c.roles)
        state = (OUTBOX.c.applied_at, OUTBOX.c.closed, OUTBOX.c.blocked_reason, OUTBOX.c.failing_since)
        query = select(*columns, *state).where(*of_ticket).order_by(OUTBOX.c.id)
        with self.read() as connection:
            rows = list(connection.execute(query).mappings())
        settled = {row["kind"] for row in rows if row["applied_at"]}
        # Backwards, so that of two rows for a recipient the first one stays: the message service's, not the letter's.
        open_ = {row["kind"]: row for row in reversed(rows) if not row["closed"]}
        return tuple(_underway(row) for kind, row in reversed(open_.items()) if kind not in settled)

    def _under_lease(self, slot: OutboxRow, told: tuple[Entry, datetime] | None, **values: Any) -> bool:
        """Change the row while its lease is ours, and put `told` on record with that."""
        held = (OUTBOX.c.id == slot.id, OUTBOX.c.lease_token == slot.lease_token)
        with self.write() as connection:
            ours = connection.execute(update(OUTBOX).where(*held).values(values)).rowcount == 1
            if ours and told:
                append(connection, *told)
            return ours


def _certainty(slot: OutboxRow, now: datetime) -> dict[str, Any]:
    """How certain it is that a message which stands stands alone, and says what it should."""
    if slot.write_state == IDLE:
        return {"write_state": IDLE, "doubt_until": slot.doubt_until}
    # A write under this lease moved the moment on, so that another look follows: until one finds nothing to mend.
    over = OUTBOX.c.doubt_until <= now
    return {"write_state": case((over, IDLE), else_=DOUBTED)}


def _read(connection: Connection, install: str, condition: ColumnElement[bool]) -> tuple[OutboxRow, ...]:
    query = (
        select(OUTBOX, PARENT.c.remote_id.label("parent_id"), PARENT.c.at_container.label("parent_place"))
        .select_from(OUTBOX.outerjoin(PARENT, IS_PARENT))
        .where(condition)
        .order_by(OUTBOX.c.id)
    )
    return tuple(row_of(row, install) for row in connection.execute(query).mappings())


def _notice(row: RowMapping) -> Notice:
    stage = int(row["kind"][len("handover-")])
    roles = tuple(Role(role) for role in row["roles"])
    receipt = Receipt(row["person"], row["at"]) if row["person"] else None
    by_mail = row["target"] == MAIL
    return Notice(stage, row["applied_at"], tuple(row["recipients"]), roles, receipt, by_mail)


def _underway(row: RowMapping) -> Underway:
    stage = int(row["kind"][len("handover-")])
    roles = tuple(Role(role) for role in row["roles"])
    trouble, since = Trouble(row["blocked_reason"]), row["failing_since"]
    return Underway(stage, tuple(row["recipients"]), roles, trouble, row["target"].capitalize(), since)
