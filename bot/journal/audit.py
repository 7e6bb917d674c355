"""The audit trail: appended to, in the transaction of the fact it records, and never changed.

    append(connection, Entry(Cause.INTERACTION, "jira:10001", {"did": "snoozed"}, {"by": {"id": .., "name": ..}}), now)

How it is hashed, and why personal data stand beside it: `domain.hash_chain`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update

from bot.journal.audit_causes import Cause
from bot.journal.audit_reconciliation import Record
from bot.journal.schema import AUDIT, AUDIT_HEAD, AUDIT_PERSONAL, storable
from bot.journal.transactions import Store
from domain.hash_chain import (
    AMENDING,
    Flaw,
    Head,
    Row,
    Sealed,
    amended,
    canonical,
    content,
    flaws,
    link,
    seal,
)

SNAPSHOT, PERSONAL = "snapshot", "personal"


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact to put on record.

    ticket    "source:id", or "" where it is about none
    facts     what happened, JSON-able, without anything personal: it can never be taken back
    personal  who, and in which words; a person as {"id": ..., "name": ...}, so that it can be found and erased
    snapshot  what the ticket looked like, where this is a judgement of it
    """

    cause: Cause
    ticket: str
    facts: Mapping[str, Any]
    personal: Mapping[str, Any] = field(default_factory=dict)
    snapshot: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The rows about some tickets, with what proves their place: the row before the first, the hash of the content
    of every row from there on, and the head. `beside` is what stands beside these rows.
    """

    follows: Head
    rows: tuple[Row, ...]
    links: tuple[str, ...]
    head: Head
    beside: tuple[Sealed, ...]


def append(connection: Connection, entry: Entry, at: datetime) -> int:
    """Add a row in the transaction of the caller, as the last thing in it; gives its number.

    The head is locked until the end of the transaction, so that several processes append one after the other.
    """
    head = connection.execute(select(AUDIT_HEAD).with_for_update()).mappings().one()
    seq = int(head["seq"]) + 1
    before, snapshot = _last_about(connection, entry.ticket)
    # Else the row repeats the seal of the last verdict that changed: docs/decisions/020.
    if entry.snapshot is not None:
        snapshot = put_beside(connection, seq, SNAPSHOT, entry.snapshot)
    personal = put_beside(connection, seq, PERSONAL, entry.personal) if entry.personal else ""
    # Made storable before it is hashed: what a store would replace would no longer fit its hash.
    moment, facts = at.astimezone(UTC), canonical(storable(dict(entry.facts)))
    ticket = storable(entry.ticket)
    row = Row(
        seq,
        moment.isoformat(),
        entry.cause.value,
        ticket,
        before,
        facts,
        snapshot,
        personal,
        head["hash"],
        "",
    )
    done = row._replace(hash=link(row.previous, content(row)))
    connection.execute(AUDIT.insert().values(done._asdict() | {"at": moment}))
    connection.execute(update(AUDIT_HEAD).values(seq=seq, hash=done.hash))
    return seq


def put_beside(connection: Connection, seq: int, part: str, value: Any) -> str:
    """Keep personal data beside a row, under a new salt; gives their seal."""
    # A salt for each text: else whoever knows the rest of it could find a name by trying all employees.
    one = Sealed(seq, part, secrets.token_hex(16), canonical(storable(value)))
    connection.execute(AUDIT_PERSONAL.insert().values(one._asdict()))
    return seal(one.salt, one.body)


def _last_about(connection: Connection, ticket: str) -> tuple[int, str]:
    """Number and snapshot of the last row about a ticket."""
    query = select(AUDIT.c.seq, AUDIT.c.snapshot).where(AUDIT.c.ticket == ticket)
    last = connection.execute(query.order_by(AUDIT.c.seq.desc()).limit(1)).first() if ticket else None
    return (last.seq, last.snapshot) if last else (0, "")


class Audit(Store):
    """Reading the trail, and examining it."""

    def record(self, entry: Entry, at: datetime) -> int:
        """Add a row about something that the journal keeps nowhere else."""
        with self.write() as connection:
            return append(connection, entry, at)

    def audit_head(self) -> Head:
        """Where the chain ends: what an organisation notes elsewhere."""
        with self.read() as connection:
            return _head(connection)

    def audit_excerpt(self, tickets: Collection[str]) -> Excerpt | None:
        """All that proves the rows about some tickets ("source:id"); None when there are none."""
        with self._still() as connection:
            about = (AUDIT.c.ticket.in_(tickets), AUDIT.c.ticket != "")
            first = connection.execute(select(func.min(AUDIT.c.seq)).where(*about)).scalar_one()
            if first is None:
                return None
            rows, links = [], []
            for row in _rows(connection, AUDIT.c.seq >= first):
                # Of foreign rows the hash of their content alone: it proves the chain and tells nothing of them.
                links.append(content(row))
                if row.ticket in tickets or row.cause in AMENDING:
                    rows.append(row)
            own = {row.seq for row in rows if row.ticket in tickets}
            # Of the rows that amend others only those that amend one of these: the rest is about other tickets.
            kept = (row for row in rows if row.seq in own or own & amended(row))
            beside = tuple(one for one in _beside(connection) if one.seq in own)
            return Excerpt(
                Head(first - 1, rows[0].previous), tuple(kept), tuple(links), _head(connection), beside
            )

    def audit_up_to(self, after: int, seq: int) -> tuple[Row, tuple[str, ...]]:
        """One row, and the hashes of the content of all rows from the one after `after` up to it."""
        with self._still() as connection:
            rows = list(_rows(connection, AUDIT.c.seq > after, AUDIT.c.seq <= seq))
        return rows[-1], tuple(map(content, rows))

    def audit_flaws(
        self, anchors: Mapping[int, str], tick: Callable[[int], None] = lambda _: None
    ) -> Iterator[Flaw]:
        """All that is wrong with the chain, as it stands at this moment. `tick` hears how many rows were seen."""
        with self._still() as connection:
            record = Record()
            rows = record.heard(_ticking(_rows(connection), tick))
            yield from flaws(rows, record.seen(_beside(connection)), _head(connection), anchors)
            yield from record.disagreements(connection)

    def audit_amendments(self) -> tuple[Row, ...]:
        """The rows that tell what became of personal data: erased, or forgotten as kept no longer."""
        with self.read() as connection:
            return tuple(_rows(connection, AUDIT.c.cause.in_(AMENDING)))

    @contextmanager
    def _still(self) -> Iterator[Connection]:
        """A reading transaction in which the chain does not grow while it is read."""
        engine = self._reader
        # PostgreSQL shows each query what was committed meanwhile; SQLite's reader sees one state anyway.
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.begin() as connection:
            yield connection

    def audit_length(self) -> int:
        """How many rows there are."""
        with self.read() as connection:
            return int(connection.execute(select(func.count()).select_from(AUDIT)).scalar_one())


def _ticking(rows: Iterator[Row], tick: Callable[[int], None]) -> Iterator[Row]:
    for row in rows:
        tick(row.seq)
        yield row


def _head(connection: Connection) -> Head:
    """One that was taken away counts as that of an empty chain: then the rows do not end where it says."""
    found = connection.execute(select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.hash)).first()
    return Head(found.seq, found.hash) if found else Head(0, "")


def _rows(connection: Connection, *conditions: ColumnElement[bool]) -> Iterator[Row]:
    query = select(AUDIT).where(*conditions).order_by(AUDIT.c.seq)
    # As a stream: a chain grows for as long as its bot runs.
    for row in connection.execution_options(yield_per=1000).execute(query).mappings():
        yield Row(**{**row, "at": row["at"].isoformat()})


def _beside(connection: Connection) -> Iterator[Sealed]:
    query = select(AUDIT_PERSONAL).order_by(AUDIT_PERSONAL.c.seq, AUDIT_PERSONAL.c.part)
    chunks = connection.execution_options(yield_per=1000).execute(query)
    return (Sealed(**row) for row in chunks.mappings())
