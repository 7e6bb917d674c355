"""What the journal knows of one person: shown, or erased.

Erasing puts a pseudonym in the person's place wherever the journal keeps words, and in what stands beside the audit
chain; the chain then tells that this was done, so that it stays whole. What may be theirs and what may be somebody
else's is not touched but shown (`near`), and so is what stays (`kept`): what a message is known by outside, so that
nothing is posted twice (see `_KEYS`), and the chain itself.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, RowMapping, Table, delete, select, update

from bot.journal.audit import Entry, append, put_beside
from bot.journal.audit_causes import Cause
from bot.journal.outbox_row import GENERAL
from bot.journal.schema import (
    AUDIT,
    AUDIT_HEAD,
    AUDIT_PERSONAL,
    META,
    METADATA,
    OUTBOX,
    SENT_ONCE,
    TICKET,
    Json,
    Words,
)
from bot.journal.transactions import Store, digest
from domain.pseudonym import Persona, people_in

# The chain holds no names; what stands beside it is sealed, and so is hidden row by row under new salts.
_NOT_SEARCHED = (AUDIT, AUDIT_HEAD, AUDIT_PERSONAL, META)
_KEYS = frozenset(
    {
        *("source", "id", "ticket", "child_key", "rule_id", "key", "url", "once_key"),
        *("target", "kind", "thread_kind", "channel_or_ticket", "remote_id", "at_container", "at_thread"),
    }
)
"""Columns by which things are known again; the kind of a handover notification names its recipient's account."""
_NAMING = ((SENT_ONCE.c.once_key, ""), *((OUTBOX.c.ticket, f"{group}:") for group in GENERAL))
"""Of these, those that name who was reminded, by how they begin: what is reminded of once more is a new message."""
_STATED = {
    "outbox": "slot",
    "interaction": "deed",
    "snooze": "pause",
    "action_request": "asked",
    "sent_once": "sent",
    "change_hint": "hint",
    "release_change": "bundle",
    "group_observation": "group_look",
    "audit_personal": "audit_beside",
    "once_key": "what",
}
"""Tables and columns that exports and the audit trail call by their first names: rows there are never changed, and who
reads them reads one name.
"""
_PAIRS = (("by_id", "by_name"), ("account", "person"), ("user", "person"), ("person_id", "name"))
"""Columns that hold an account and its name, where a table has them."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is told of a person: table, row, column and path in it, and the text there."""

    table: str
    row: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Near:
    """Where something may be told of a person, and the words that may be theirs: somebody has to decide."""

    place: Place
    words: str


@dataclass(frozen=True, slots=True)
class Found:
    """What is told of a person, what may be, and what stays when they are erased: because something is known by it, or
    because it is on the chain.
    """

    places: tuple[Place, ...]
    near: tuple[Near, ...]
    kept: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done: the pseudonym, and how many rows of each table were changed; what is near, and what is kept."""

    pseudonym: str
    changed: Mapping[str, int]
    near: tuple[Near, ...] = ()
    kept: tuple[Place, ...] = ()


class Persons(Store):
    """One person's data."""

    def accounts(self, words: str) -> dict[str, frozenset[str]]:
        """Accounts of which the id or a name is `words`, with all names they have in the journal."""
        wanted = " ".join(words.split()).casefold()
        known: dict[str, set[str]] = {}
        with self.read() as connection:
            for account, name in _people(connection):
                known.setdefault(account, set()).add(name)
        return {
            account: frozenset(filter(None, names))
            for account, names in known.items()
            if account and wanted in {account.casefold(), *(" ".join(n.split()).casefold() for n in names)}
        }

    def told_of(self, person: Persona) -> tuple[Place, ...]:
        """All that is kept of a person."""
        with self.read() as connection:
            return tuple(_places(connection, _known_better(connection, person)))

    def found_of(self, person: Persona) -> Found:
        """The same, with what may be theirs, and with what of it is not erased."""
        with self.read() as connection:
            known = _known_better(connection, person)
            places = tuple(_places(connection, known))
            return Found(places, tuple(_near(connection, known)), tuple(_kept(connection, known)))

    def erase(self, person: Persona, at: datetime) -> Erased:
        """Put a pseudonym in the person's place everywhere, for good: nothing tells whose it is."""
        pseudonym = f"person-{secrets.token_hex(4)}"
        changed: dict[str, int] = {}
        with self.write() as connection:
            known = _known_better(connection, person)
            # Before anything is hidden: what stands beside a name is near only while the name is there.
            near, kept = tuple(_near(connection, known)), tuple(_kept(connection, known))
            for table in _searched():
                changed[_stated(table.name)] = _hide(connection, table, known, pseudonym)
            parts = _hide_beside(connection, known, pseudonym)
            changed[_stated(AUDIT_PERSONAL.name)] = len(parts)
            done = {name: number for name, number in changed.items() if number}
            facts = {"pseudonym": pseudonym, "parts": parts, "changed": done}
            append(connection, Entry(Cause.ERASED, "", facts), at)
        self._clean_log()
        return Erased(pseudonym, done, near, kept)

    def _clean_log(self) -> None:
        """SQLite's log holds old pages until it is cut off, which it is when nobody reads them any more."""
        if self.engine.dialect.name == "sqlite":
            with closing(self.engine.raw_connection()) as connection:  # not in a transaction
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _stated(name: str) -> str:
    return _STATED.get(name, name)


def _searched() -> list[Table]:
    """In the order in which they have always been told: by name, those that go with tickets last."""
    tables = [table for table in METADATA.sorted_tables if table not in _NOT_SEARCHED]
    return sorted(tables, key=lambda table: (bool(table.foreign_keys), _stated(table.name)))


def _columns(table: Table) -> list[Column[Any]]:
    return [c for c in table.c if isinstance(c.type, Words | Json) and c.name not in _KEYS]


def _told(table: Table, row: RowMapping) -> dict[str, Any]:
    """What a row says, by column."""
    naming = [c for c, begins in _NAMING if c.table is table and row[c.name].startswith(begins)]
    return {column.name: row[column.name] for column in (*_columns(table), *naming)}


def _rows(connection: Connection, table: Table) -> Iterator[RowMapping]:
    naming = (column for column, _ in _NAMING if column.table is table)
    wanted = dict.fromkeys([*table.primary_key.columns, *_columns(table), *naming])
    yield from connection.execute(select(*wanted)).mappings()


def _name_of(table: Table, row: RowMapping) -> str:
    return ":".join(str(row[column.name]) for column in table.primary_key.columns)


def _people(connection: Connection) -> Iterator[tuple[str, str]]:
    for table in _searched():
        columns = _columns(table)
        pairs = [pair for pair in _PAIRS if {*pair} <= {column.name for column in columns}]
        documents = [column.name for column in columns if isinstance(column.type, Json)]
        for row in _rows(connection, table):
            yield from ((row[account], row[name]) for account, name in pairs)
            for name in documents:
                yield from people_in(row[name])
    for _, body in _beside(connection):
        yield from people_in(body)


def _known_better(connection: Connection, person: Persona) -> Persona:
    """The person, with the other people the journal knows, and telephone numbers that stand beside their name."""
    people = set(_people(connection))
    others = {name for account, name in people if account not in person.ids and name}
    known = replace(person, others=person.others | others)
    # A number that is shown to be theirs in one text is theirs in all.
    numbers = frozenset().union(*(known.numbers_in(value) for _, value in _said(connection)))
    return replace(known, numbers=known.numbers | numbers)


def _said(connection: Connection) -> Iterator[tuple[Place, Any]]:
    """All that the journal says, each with where it stands."""
    for table in _searched():
        for row in _rows(connection, table):
            for name, value in _told(table, row).items():
                yield Place(_stated(table.name), _name_of(table, row), _stated(name), ""), value
    for row, body in _beside(connection):
        yield Place(_stated(AUDIT_PERSONAL.name), str(row["seq"]), row["part"], ""), body


def _places(connection: Connection, person: Persona) -> Iterator[Place]:
    for place, value in _said(connection):
        for path, text in person.places(value):
            yield replace(place, where=f"{place.where}{path}", text=text)


def _near(connection: Connection, person: Persona) -> Iterator[Near]:
    for place, value in _said(connection):
        for path, text, words in person.near(value):
            yield Near(replace(place, where=f"{place.where}{path}", text=text), words)


def _kept(connection: Connection, person: Persona) -> Iterator[Place]:
    for table in _searched():
        naming = [column for column, _ in _NAMING]
        keys = [c for c in table.c if isinstance(c.type, Words) and c.name in _KEYS and c not in naming]
        for row in connection.execute(select(*table.primary_key.columns, *keys)).mappings():
            for column in keys:
                for _, text in person.keys_in(row[column.name]):
                    yield Place(_stated(table.name), _name_of(table, row), _stated(column.name), text)
    for row in connection.execute(select(AUDIT.c.seq, AUDIT.c.facts)).mappings():
        for path, text in person.keys_in(json.loads(row["facts"])):
            yield Place(AUDIT.name, str(row["seq"]), f"facts{path}", text)


def _beside(connection: Connection) -> Iterator[tuple[RowMapping, Any]]:
    for row in connection.execute(select(AUDIT_PERSONAL).order_by(AUDIT_PERSONAL.c.seq)).mappings():
        yield row, json.loads(row["body"])


def _hide(connection: Connection, table: Table, person: Persona, pseudonym: str) -> int:
    count = 0
    # All of them first: a table is not changed under the query that reads it.
    for row in list(_rows(connection, table)):
        kept = _told(table, row)
        hidden = {name: person.hidden(value, pseudonym) for name, value in kept.items()}
        fresh: dict[str, Any] = {name: value for name, value in hidden.items() if value != kept[name]}
        if not fresh:
            continue
        if table is TICKET and "snapshot" in fresh:
            fresh["snapshot_hash"] = digest(fresh["snapshot"])
        same = [column == row[column.name] for column in table.primary_key.columns]
        connection.execute(update(table).where(*same).values(fresh))
        count += 1
    return count


def _hide_beside(connection: Connection, person: Persona, pseudonym: str) -> dict[str, str]:
    """The new seals. With the old salts gone, nobody can try names against the old seals."""
    parts: dict[str, str] = {}
    for row, body in list(_beside(connection)):
        hidden = person.hidden(body, pseudonym)
        if hidden != body:
            seq, part = row["seq"], row["part"]
            old = (AUDIT_PERSONAL.c.seq == seq, AUDIT_PERSONAL.c.part == part)
            connection.execute(delete(AUDIT_PERSONAL).where(*old))
            parts[f"{seq}/{part}"] = put_beside(connection, seq, part, hidden)
    return parts
