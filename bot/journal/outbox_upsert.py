"""Writing outgoing messages into the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, or_, select

from bot.journal.outbox_row import FINAL, IDLE, UNSAID
from bot.journal.schema import OUTBOX
from bot.journal.transactions import insert
from domain.outgoing import OutgoingMessage

_KEY = ["target", "ticket", "kind"]


def upsert_messages(connection: Connection, wishes: Iterable[OutgoingMessage], now: datetime) -> None:
    """Note what should be said, in the transaction of the caller.

    A message whose text stands outside already touches no row; a new text gets a new number, and is tried at
    once even when the old one was backing off, unless it rests between two edits; so is one that goes to another
    place now. What is posted once and stands stays as it is.
    """
    rows = [_values(wish, now) | _rests(connection, wish) for wish in wishes]
    if not rows:
        return
    new = insert(connection, OUTBOX)
    fresh: dict[str, Any] = {
        name: new.excluded[name]
        for name in ("channel_or_ticket", "thread_kind", "once", "reason", "recipients", "roles")
    }
    other = OUTBOX.c.desired_hash != new.excluded.desired_hash
    fresh_start = or_(other, OUTBOX.c.channel_or_ticket != new.excluded.channel_or_ticket)
    fresh |= {
        "desired_hash": new.excluded.desired_hash,
        "desired_body": new.excluded.desired_body,
        "desired_rev": OUTBOX.c.desired_rev + case((other, 1), else_=0),
        "attempts": case((fresh_start, 0), else_=OUTBOX.c.attempts),
        "next_attempt_at": case((fresh_start, new.excluded.next_attempt_at), else_=OUTBOX.c.next_attempt_at),
        "closed": new.excluded.closed,
    }
    changes = or_(OUTBOX.c.closed, (other | UNSAID) & ~FINAL)
    connection.execute(new.on_conflict_do_update(index_elements=_KEY, set_=fresh, where=changes), rows)


def _rests(connection: Connection, wish: OutgoingMessage) -> dict[str, Any]:
    """The moment before which a message that rests between two edits is not written again."""
    if not wish.rest:
        return {"next_attempt_at": None}
    same = (OUTBOX.c.target == wish.target, OUTBOX.c.ticket == wish.ticket, OUTBOX.c.kind == wish.kind)
    applied = connection.execute(select(OUTBOX.c.applied_at).where(*same)).scalar_one_or_none()
    # From the last edit and not from now: else a ticket that changes all the time would never be told.
    return {"next_attempt_at": applied + timedelta(seconds=wish.rest) if applied else None}


def _values(wish: OutgoingMessage, now: datetime) -> dict[str, Any]:
    return {
        "target": wish.target,
        "ticket": wish.ticket,
        "kind": wish.kind,
        "channel_or_ticket": wish.container,
        "thread_kind": wish.thread_kind,
        "once": wish.once,
        "reason": wish.reason.msgid,
        "recipients": list(wish.recipients),
        "roles": list(wish.roles),
        "desired_hash": wish.digest,
        "desired_body": wish.body,
        "desired_rev": 1,
        "at_container": "",
        "at_thread": "",
        "write_state": IDLE,
        "attempts": 0,
        "last_error": "",
        "blocked_reason": "",
        "lease_token": 0,
        "created_at": now,
        "closed": False,
    }
