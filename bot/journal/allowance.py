"""A person's word that so much may be written, and the bot's own that it stopped for want of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.journal.store import Store, insert
from bot.journal.tables import META

_WORD, _HALTED = "allowance", "halted"


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many messages may be written by the next cycle that needs it, until a moment (UTC); said by whom."""

    messages: int
    by: str
    until: datetime


class Allowances(Store):
    """Kept beside what else is there once."""

    def allow(self, word: Allowance) -> None:
        """Keep a person's word; a later one takes its place."""
        said = {"messages": word.messages, "by": word.by, "until": word.until.isoformat()}
        self._put(_WORD, json.dumps(said))

    def allowance(self, now: datetime) -> Allowance | None:
        """Take the word that was given, if it still counts: it is used up by this."""
        with self.write() as connection:
            taken = connection.execute(delete(META).where(META.c.name == _WORD).returning(META.c.value))
            value = taken.scalar_one_or_none()
        if value is None:
            return None
        said = json.loads(value)
        word = Allowance(said["messages"], said["by"], datetime.fromisoformat(said["until"]))
        return word if now < word.until else None

    def halt(self, reason: str) -> None:
        """Note why nothing is written until a cycle finds it may be; empty when it may."""
        self._put(_HALTED, reason)

    def halted(self) -> str:
        """Why the last cycle wrote nothing; empty when it might."""
        with self.read() as connection:
            query = select(META.c.value).where(META.c.name == _HALTED)
            return str(connection.execute(query).scalar_one_or_none() or "")

    def _put(self, name: str, value: str) -> None:
        with self.write() as connection:
            new = insert(connection, META).values(name=name, value=value)
            same = new.on_conflict_do_update(index_elements=["name"], set_={"value": new.excluded.value})
            connection.execute(same)
