"""A person's word that so much may be written, and the bot's own that it stopped for want of it.

Who gave the word is told by the audit trail alone: the word itself holds only the number of its row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from bot.journal.audit import PERSONAL, Entry, append
from bot.journal.audit_causes import Cause
from bot.journal.schema import AUDIT_PERSONAL, META
from bot.journal.transactions import Store, insert

_WORD, _HALTED = "allowance", "halted"


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many messages may be written by the next cycle that needs it, until a moment (UTC).

    by    the name that was given; nobody checked it, and it may be empty
    user  the account of the operating system that gave it
    """

    messages: int
    by: str
    user: str
    until: datetime

    def __str__(self) -> str:
        """Who gave it, for a report: no more than is known."""
        machine = f"the account {self.user or '(not kept)'} of the machine"
        return f"{machine}, in the name of {self.by}" if self.by else machine


class Allowances(Store):
    """Kept beside what else is there once."""

    def allow(self, word: Allowance, now: datetime) -> None:
        """Keep a person's word, and put on record who gave it; a later one takes its place."""
        with self.write() as connection:
            row = _on_record(connection, word, now)
            said = {"messages": word.messages, "until": word.until.isoformat(), "row": row}
            _put(connection, _WORD, json.dumps(said))

    def allow_once(self, word: Allowance, now: datetime) -> None:
        """Put on record a word that the run of this very process uses."""
        with self.write() as connection:
            _on_record(connection, word, now)

    def allowance(self, now: datetime) -> Allowance | None:
        """Take the word that was given, if it still counts: it is used up by this."""
        with self.write() as connection:
            taken = connection.execute(delete(META).where(META.c.name == _WORD).returning(META.c.value))
            value = taken.scalar_one_or_none()
            said = json.loads(value) if value else {}
            if "row" not in said:  # also a word of before these were put on record
                return None
            who = _giver(connection, said["row"])
        until = datetime.fromisoformat(said["until"])
        word = Allowance(said["messages"], str(who.get("as", "")), str(who.get("user", "")), until)
        return word if now < until else None

    def allowance_used(self, messages: int, reason: str, now: datetime) -> None:
        """Put on record that so many messages are written upon a word, and why it took one."""
        with self.write() as connection:
            facts = {"event": "used", "messages": messages, "reason": reason}
            append(connection, Entry(Cause.ALLOWANCE, "", facts), now)

    def halt(self, reason: str) -> None:
        """Note why nothing is written until a cycle finds it may be; empty when it may."""
        with self.write() as connection:
            _put(connection, _HALTED, reason)

    def halted(self) -> str:
        """Why the last cycle wrote nothing; empty when it might."""
        with self.read() as connection:
            query = select(META.c.value).where(META.c.name == _HALTED)
            return str(connection.execute(query).scalar_one_or_none() or "")


def _on_record(connection: Connection, word: Allowance, now: datetime) -> int:
    facts = {"event": "given", "messages": word.messages, "until": word.until.isoformat()}
    return append(connection, Entry(Cause.ALLOWANCE, "", facts, {"as": word.by, "user": word.user}), now)


def _giver(connection: Connection, row: int) -> Mapping[str, Any]:
    """What is kept of who gave the word of a row; nothing when that was forgotten."""
    here = (AUDIT_PERSONAL.c.seq == row, AUDIT_PERSONAL.c.part == PERSONAL)
    body = connection.execute(select(AUDIT_PERSONAL.c.body).where(*here)).scalar_one_or_none()
    found: Mapping[str, Any] = json.loads(body) if body else {}
    return found


def _put(connection: Connection, name: str, value: str) -> None:
    new = insert(connection, META).values(name=name, value=value)
    same = new.on_conflict_do_update(index_elements=["name"], set_={"value": new.excluded.value})
    connection.execute(same)
