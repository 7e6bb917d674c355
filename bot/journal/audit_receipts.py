"""Whether the journal's receipts of formal notifications are on record: each by whom, of which stage, and when."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from bot.journal.audit_causes import Cause
from bot.journal.schema import RECEIPT
from domain.hash_chain import Flaw, Row


class Given(NamedTuple):
    """A receipt as the chain holds it: of which ticket and kind of notification, when (UTC), and by which row."""

    ticket: str
    notice: str
    at: datetime
    seq: int


class ReceiptsGiven:
    """All receipts on record."""

    def __init__(self) -> None:
        self._told: list[Given] = []
        self._who: dict[int, tuple[str, str]] = {}
        self._since: datetime | None = None

    def hear(self, row: Row, at: datetime, facts: dict[str, Any]) -> bool:
        """Take in a row; who gave a receipt stands beside it."""
        if row.cause == Cause.CLOCK:
            limit = datetime.fromisoformat(facts["after"])
            self._told = [one._replace(at=at) if one.at > limit else one for one in self._told]
        if row.cause != Cause.INTERACTION or "notice" not in facts:
            return False
        received = datetime.fromisoformat(facts["received"])
        self._told.append(Given(row.ticket, facts["notice"], received, row.seq))
        self._since = self._since or received
        return True

    def beside(self, seq: int, personal: Any) -> None:
        """Take in who."""
        by = personal.get("by") if isinstance(personal, Mapping) else None
        if isinstance(by, Mapping):
            self._who[seq] = str(by.get("id", "")), str(by.get("name", ""))

    def forget(self, tickets: Collection[str]) -> None:
        """Leave these out."""
        self._told = [one for one in self._told if one.ticket not in tickets]

    def disagreements(self, connection: Connection, began: datetime) -> Iterator[Flaw]:
        """Receipts that are not on record, or not so; and those on record that are not there."""
        missing = list(self._told)
        for row in connection.execute(select(RECEIPT).order_by(RECEIPT.c.id)).mappings():
            notice, who = row["kind"].partition(":")[0], (row["account"], row["person"])
            alike = [
                one
                for one in missing
                if (one.ticket, one.notice, one.at) == (row["ticket"], notice, row["at"])
            ]
            same = next((one for one in alike if self._who.get(one.seq, who) == who), None)
            if same:
                missing.remove(same)
            # Which notification it was of is on record since a later version than the chain itself.
            elif self._since and row["at"] >= self._since:
                seq = alike[0].seq if alike else 0
                missing = [one for one in missing if one not in alike[:1]]
                yield Flaw(
                    seq, f"the journal's receipt of {notice} for {row['ticket']} is not that on record"
                )
        for one in missing:
            yield Flaw(
                one.seq, f"the receipt of {one.notice} for {one.ticket} is not in the journal any more"
            )
