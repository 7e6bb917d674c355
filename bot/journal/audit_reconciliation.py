"""Whether the journal's tables say what is on record: a row put in or changed past the bot is found.

What was in the journal before the chain began is not on record, and not held against it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, select

from bot.journal.audit_causes import Cause
from bot.journal.audit_deliveries import Deliveries
from bot.journal.audit_receipts import ReceiptsGiven
from bot.journal.audit_waivers import WaiversGiven
from bot.journal.schema import FINDING
from domain.hash_chain import Flaw, Row, Sealed


class Part(Protocol):
    """One kind of fact that stands in a table and on record."""

    def hear(self, row: Row, at: datetime, facts: dict[str, Any]) -> bool:
        """Take in a row; whether what stands beside it is wanted. Raises ValueError, KeyError, TypeError and
        AttributeError for one that was changed.
        """

    def beside(self, seq: int, personal: Any) -> None:
        """Take in what stands beside a row that was wanted."""

    def forget(self, tickets: Collection[str]) -> None:
        """These tickets have no rows any more that could agree with the record."""

    def disagreements(self, connection: Connection, began: datetime) -> Iterator[Flaw]:
        """What the table says otherwise. `began` is when (UTC) the chain did."""


class Verdicts:
    """The last verdict of each rule of each ticket."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], tuple[int, str | None]] = {}

    def hear(self, row: Row, at: datetime, facts: dict[str, Any]) -> bool:
        """Take in a row."""
        if row.cause == Cause.VERDICT:
            for one in facts["changes"]:
                self._told[row.ticket, one["rule"]] = row.seq, one["after"]
        return False

    def beside(self, seq: int, personal: Any) -> None:
        """Nothing beside them is compared."""

    def forget(self, tickets: Collection[str]) -> None:
        """Leave these out."""
        self._told = {key: told for key, told in self._told.items() if key[0] not in tickets}

    def disagreements(self, connection: Connection, began: datetime) -> Iterator[Flaw]:
        """Verdicts that are not those on record."""
        columns = (FINDING.c.ticket, FINDING.c.rule_id, FINDING.c.verdict)
        for ticket, rule, verdict in connection.execute(select(*columns)):
            # One that the chain never told of is older than the chain: it agrees with itself.
            seq, told = self._told.get((ticket, rule), (0, verdict))
            if told != verdict:
                yield Flaw(seq, f"says that {rule} is {told} for {ticket}; the journal says {verdict}")


class Record:
    """What the rows that went by say, and what stands beside them."""

    def __init__(self) -> None:
        self._began: datetime | None = None
        self._parts: tuple[Part, ...] = (Verdicts(), WaiversGiven(), Deliveries(), ReceiptsGiven())
        self._wanted: dict[int, Part] = {}

    def heard(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows. One that cannot be understood was changed, and is named for that."""
        for row in rows:
            with suppress(ValueError, KeyError, TypeError, AttributeError):
                self._hear(row, datetime.fromisoformat(row.at), json.loads(row.facts))
            yield row

    def _hear(self, row: Row, at: datetime, facts: dict[str, Any]) -> None:
        self._began = self._began or at
        for part in self._parts:
            if row.cause == Cause.PRUNED:
                part.forget(set(facts["tickets"]))
            elif part.hear(row, at, facts):
                self._wanted[row.seq] = part

    def seen(self, kept: Iterable[Sealed]) -> Iterator[Sealed]:
        """The same texts from beside the rows. One that cannot be understood was changed, and is named for that."""
        for one in kept:
            part = self._wanted.get(one.seq) if one.part == "personal" else None
            if part:
                with suppress(ValueError):
                    part.beside(one.seq, json.loads(one.body))
            yield one

    def disagreements(self, connection: Connection) -> Iterator[Flaw]:
        """What the tables say otherwise than the record."""
        if self._began:
            for part in self._parts:
                yield from part.disagreements(connection, self._began)
