"""Whether the journal's waivers are those on record: each with its role, its times, its reason and who gave it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, select

from bot.journal.audit_causes import Cause
from bot.journal.schema import WAIVER
from domain.hash_chain import Flaw, Row

Key = tuple[str, str]
"""A ticket ("source:id") and a rule."""


class Exempt(NamedTuple):
    """A waiver of one rule: in which role it was given, when (UTC), until when, and when it was ended before that; with
    the rows that tell of its beginning and its end.
    """

    role: str
    recorded: datetime
    until: datetime
    ended: datetime | None
    began_by: int
    ended_by: int = 0

    @property
    def times(self) -> tuple[str, datetime, datetime, datetime | None]:
        """What the chain itself holds of it."""
        return self.role, self.recorded, self.until, self.ended


class WaiversGiven:
    """All waivers on record."""

    def __init__(self) -> None:
        self._told: dict[Key, tuple[int, list[Exempt]]] = {}
        self._words: dict[int, Mapping[str, Any]] = {}

    def hear(self, row: Row, at: datetime, facts: dict[str, Any]) -> bool:
        """Take in a row; who gave a waiver, and why, stands beside it."""
        if row.cause != Cause.WAIVER:
            return False
        for rule in facts["rules"]:
            _, kept = self._told.get((row.ticket, rule), (0, []))
            if facts["event"] == "ended":
                # As the table does it: what had lapsed, or ended, before this was not ended by it.
                runs = [e.ended is None and e.until > at for e in kept]
                kept = [
                    e._replace(ended=at, ended_by=row.seq) if on else e
                    for e, on in zip(kept, runs, strict=True)
                ]
            else:
                kept = [
                    *kept,
                    Exempt(facts["role"], at, datetime.fromisoformat(facts["until"]), None, row.seq),
                ]
            self._told[row.ticket, rule] = row.seq, kept
        return True

    def beside(self, seq: int, personal: Any) -> None:
        """Take in who and why."""
        if isinstance(personal, Mapping):
            self._words[seq] = personal

    def forget(self, tickets: Collection[str]) -> None:
        """Leave these out."""
        self._told = {key: told for key, told in self._told.items() if key[0] not in tickets}

    def disagreements(self, connection: Connection, began: datetime) -> Iterator[Flaw]:
        """Waivers that are not on record, or not so; and those on record that are not there."""
        missing = {key: list(told) for key, (_, told) in self._told.items()}
        wrong: set[Key] = set()
        for row in connection.execute(select(WAIVER).order_by(WAIVER.c.id)).mappings():
            key = row["ticket"], row["rule_id"]
            times = (row["role"], row["recorded_at"], row["until"], row["ended_at"])
            alike = [one for one in missing.get(key, ()) if one.times == times]
            same = next((one for one in alike if self._agrees(one, row)), None)
            if same:
                missing[key].remove(same)
            elif alike:
                missing[key].remove(alike[0])
                yield Flaw(alike[0].began_by, _OTHERWISE.format(rule=key[1], ticket=key[0]))
            elif row["recorded_at"] >= began:
                wrong.add(key)
        wrong |= {key for key, left in missing.items() if left}
        for ticket, rule in sorted(wrong):
            seq, _ = self._told.get((ticket, rule), (0, []))
            yield Flaw(seq, f"the journal's waivers of {rule} for {ticket} are not those on record")

    def _agrees(self, one: Exempt, row: RowMapping) -> bool:
        """Whether its words are those beside the record; where these were taken away, nothing can be compared."""
        words, end = self._words.get(one.began_by), self._words.get(one.ended_by, {})
        given = {"reason": row["reason"], "by": {"id": row["by_id"], "name": row["by_name"]}}
        if words is not None and {name: words.get(name) for name in given} != given:
            return False
        return not end or end.get("by", {}).get("name", "") == row["ended_by"]


_OTHERWISE = "the journal gives another reason or person for a waiver of {rule} for {ticket}"
