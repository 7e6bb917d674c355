"""Whether the journal's verdicts and waivers are those on record: a row put in or changed past the bot is found.

What was in the journal before the chain began is not on record, and not held against it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from bot.journal.audit_causes import Cause
from bot.journal.schema import FINDING, WAIVER
from domain.hash_chain import Flaw, Row

Key = tuple[str, str]
"""A ticket ("source:id") and a rule."""


class Exempt(NamedTuple):
    """A waiver of one rule: in which role it was given, until when, and when it was ended before that."""

    role: str
    until: datetime
    ended: datetime | None


class Record:
    """What the rows that went by say of verdicts and waivers: of each the last, with the number of the row."""

    def __init__(self) -> None:
        self.began: datetime | None = None
        self.verdicts: dict[Key, tuple[int, str | None]] = {}
        self.waivers: dict[Key, tuple[int, list[Exempt]]] = {}

    def heard(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows. One that cannot be understood was changed, and is named for that."""
        for row in rows:
            with suppress(ValueError, KeyError, TypeError, AttributeError):
                self._hear(row, datetime.fromisoformat(row.at), json.loads(row.facts))
            yield row

    def _hear(self, row: Row, at: datetime, facts: dict[str, Any]) -> None:
        self.began = self.began or at
        match row.cause:
            case Cause.VERDICT:
                for one in facts["changes"]:
                    self.verdicts[row.ticket, one["rule"]] = row.seq, one["after"]
            case Cause.WAIVER:
                for rule in facts["rules"]:
                    self._waiver((row.ticket, rule), row.seq, at, facts)
            case Cause.PRUNED:
                # Forgotten tickets have no rows any more that could agree with the record.
                gone = set(facts["tickets"])
                self.verdicts = {key: told for key, told in self.verdicts.items() if key[0] not in gone}
                self.waivers = {key: told for key, told in self.waivers.items() if key[0] not in gone}

    def _waiver(self, key: Key, seq: int, at: datetime, facts: dict[str, Any]) -> None:
        _, kept = self.waivers.get(key, (0, []))
        if facts["event"] == "ended":
            # As the table does it: what had lapsed, or ended, before this was not ended by it.
            kept = [e._replace(ended=at) if e.ended is None and e.until > at else e for e in kept]
        else:
            kept = [*kept, Exempt(facts["role"], datetime.fromisoformat(facts["until"]), None)]
        self.waivers[key] = seq, kept

    def disagreements(self, connection: Connection) -> Iterator[Flaw]:
        """What the tables say otherwise than the record."""
        yield from self._of_verdicts(connection)
        yield from self._of_waivers(connection)

    def _of_verdicts(self, connection: Connection) -> Iterator[Flaw]:
        columns = (FINDING.c.ticket, FINDING.c.rule_id, FINDING.c.verdict)
        for ticket, rule, verdict in connection.execute(select(*columns)):
            # One that the chain never told of is older than the chain: it agrees with itself.
            seq, told = self.verdicts.get((ticket, rule), (0, verdict))
            if told != verdict:
                yield Flaw(seq, f"says that {rule} is {told} for {ticket}; the journal says {verdict}")

    def _of_waivers(self, connection: Connection) -> Iterator[Flaw]:
        missing = {key: list(told) for key, (_, told) in self.waivers.items()}
        wrong: set[Key] = set()
        for row in connection.execute(select(WAIVER)).mappings():
            key = row["ticket"], row["rule_id"]
            one = Exempt(row["role"], row["until"], row["ended_at"])
            if one in missing.get(key, ()):
                missing[key].remove(one)
            elif self.began and row["recorded_at"] >= self.began:
                wrong.add(key)
        wrong |= {key for key, left in missing.items() if left}
        for ticket, rule in sorted(wrong):
            seq, _ = self.waivers.get((ticket, rule), (0, []))
            yield Flaw(seq, f"the journal's waivers of {rule} for {ticket} are not those on record")
