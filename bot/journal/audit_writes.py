"""What the audit trail tells of a write: which message, how far it came, and the hash of its text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.journal.audit import Entry
from bot.journal.audit_causes import Cause
from bot.journal.outbox_row import GENERAL, OutboxRow


def written(event: str, slot: OutboxRow, at: datetime, **more: str) -> tuple[Entry, datetime]:
    """An entry about a row: "announced", "confirmed", "failed" or "doubted".

    The full names of subject and kind may hold a person's account or name, so these stand beside the chain.
    """
    kind, _, whose = slot.kind.partition(":")
    group, _, _ = slot.ticket.partition(":")
    general = group in GENERAL
    facts: dict[str, Any] = {
        "event": event,
        "target": slot.target,
        "kind": kind,
        # The hash alone: a text holds names, and the chain can never be made to forget.
        "text": slot.desired_hash,
        "number": slot.desired_rev,
        **more,
    }
    personal = {"to": list(slot.recipients), "subject": slot.ticket, "whose": whose}
    known = bool(whose or general or slot.recipients)
    return Entry(Cause.WRITE, "" if general else slot.ticket, facts, personal if known else {}), at
