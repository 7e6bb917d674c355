"""Whether what the journal says was delivered, and when, is on record: a handover notification is evidence by that."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.journal.audit_causes import Cause
from bot.journal.schema import OUTBOX
from domain.hash_chain import Flaw, Row


class Deliveries:
    """When each message outside was confirmed, by its system and its id there."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], dict[datetime, int]] = {}

    def hear(self, row: Row, at: datetime, facts: dict[str, Any]) -> bool:
        """Take in a row. Who it went to stands beside it, and is not compared: its id outside tells which it is."""
        if row.cause == Cause.WRITE and facts["event"] == "confirmed":
            self._told.setdefault((facts["target"], facts["remote"]), {})[at] = row.seq
        elif row.cause == Cause.CLOCK:
            limit = datetime.fromisoformat(facts["after"])
            # As the table does it: what lies ahead is brought back to that moment.
            self._told = {
                key: {at if moment > limit else moment: seq for moment, seq in moments.items()}
                for key, moments in self._told.items()
            }
        return False

    def beside(self, seq: int, personal: Any) -> None:
        """Nothing beside them is compared."""

    def forget(self, tickets: Collection[str]) -> None:
        """What was forgotten is in the table no longer, and not asked for."""

    def disagreements(self, connection: Connection, began: datetime) -> Iterator[Flaw]:
        """Deliveries that are not on record, or not at that moment."""
        columns = (OUTBOX.c.target, OUTBOX.c.remote_id, OUTBOX.c.ticket, OUTBOX.c.kind, OUTBOX.c.applied_at)
        there = (OUTBOX.c.remote_id.is_not(None), OUTBOX.c.applied_at.is_not(None))
        for target, remote, ticket, kind, at in connection.execute(select(*columns).where(*there)):
            moments = self._told.get((target, remote), {})
            # One that the chain never told of may be older than the chain.
            if at in moments or (not moments and at <= began):
                continue
            what = f"the {kind.partition(':')[0]} for {ticket} as delivered on {target} at {at.isoformat()}"
            told = f"on record it was at {max(moments).isoformat()}" if moments else "on record it was not"
            yield Flaw(max(moments.values(), default=0), f"the journal has {what}; {told}")
