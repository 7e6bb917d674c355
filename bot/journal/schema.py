"""The tables of the journal, one schema for SQLite and PostgreSQL. What they mean is told in `bot.journal`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

# Names of our own, the same on both databases, so that a revision can name what it changes.
METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. SQLite would drop the zone without a word, so a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("the journal takes no moment without a time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from anywhere. PostgreSQL takes no NUL and neither store takes half a surrogate pair."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class Json(TypeDecorator[Any]):
    """A JSON document; JSONB on PostgreSQL. Texts in it are made storable."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return storable(value)


def storable(value: Any) -> Any:
    """The same value with what no store can hold (NUL, lone surrogates) shown as replacement characters."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Words, nullable=False, **options)


def _moment(name: str, *, needed: bool = False) -> Column[datetime]:
    return Column(name, Utc, nullable=not needed)


META = Table("meta", METADATA, _text("name", primary_key=True), _text("value"))

CURSOR = Table(
    "cursor",
    METADATA,
    _text("source", primary_key=True),
    _moment("at"),
    _moment("success_at"),
)

COVERAGE = Table(
    "coverage",
    METADATA,
    _text("source", primary_key=True),
    _text("scope", primary_key=True),
    _moment("since", needed=True),
)

TICKET = Table(
    "ticket",
    METADATA,
    _text("ticket", primary_key=True),
    _text("source"),
    _text("key"),
    _text("url"),
    _text("version_seen"),
    _moment("updated", needed=True),
    _text("state"),
    _text("team"),
    _moment("planned_start"),
    _text("summary"),
    Column("snapshot", Json, nullable=False),
    _text("snapshot_hash"),
    _moment("first_seen", needed=True),
    _text("first_state"),
    _moment("checked_at", needed=True),
    _moment("not_found_at"),
    _moment("hidden_at"),
    _moment("settle_by"),
    _moment("recheck_at"),
    Column("notify_any_hour", Boolean),
    Index(None, "source", "key"),
)

CLOSED_UNSEEN = Table(
    "closed_unseen",
    METADATA,
    _text("ticket", primary_key=True),
    _moment("closed_at", needed=True),
    _moment("found_at", needed=True),
)

FINDING = Table(
    "finding",
    METADATA,
    _text("ticket", primary_key=True),
    _text("rule_id", primary_key=True),
    _text("verdict"),
    _moment("since", needed=True),
    _text("digest"),
    _moment("deadline"),
    Column("who", Json),
    Column("moment", Json),
    ForeignKeyConstraint(["ticket"], ["ticket.ticket"], ondelete="CASCADE"),
)

RELEASE_CHANGE = Table(
    "release_change",
    METADATA,
    _text("ticket", primary_key=True),
    _text("child_key", primary_key=True),
    ForeignKeyConstraint(["ticket"], ["ticket.ticket"], ondelete="CASCADE"),
)

LOOK = Table(
    "look",
    METADATA,
    _text("ticket", primary_key=True),
    _moment("first", needed=True),
    _moment("began", needed=True),
    _moment("looked_at", needed=True),
    _text("digest"),
    Column("seen", Json, nullable=False),
    Column("changes", Json, nullable=False),
    ForeignKeyConstraint(["ticket"], ["ticket.ticket"], ondelete="CASCADE"),
)

GROUP_OBSERVATION = Table(
    "group_observation",
    METADATA,
    _text("source", primary_key=True),
    _text("group_id", primary_key=True),
    _moment("looked_at", needed=True),
)

MEMBERSHIP = Table(
    "membership",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("source"),
    _text("group_id"),
    _text("person_id"),
    _text("name"),
    _moment("since"),
    Column("stated_by_source", Boolean, nullable=False),
    _moment("seen", needed=True),
    _moment("until"),
    Index(None, "source", "group_id"),
)

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("target"),
    _text("ticket"),
    _text("kind"),
    _text("channel_or_ticket"),
    _text("thread_kind"),
    Column("once", Boolean, nullable=False),
    _text("reason"),
    Column("recipients", Json, nullable=False),
    Column("roles", Json, nullable=False),
    _text("desired_hash"),
    Column("desired_body", Json, nullable=False),
    Column("desired_rev", Integer, nullable=False),
    Column("applied_hash", Words),
    Column("applied_rev", Integer),
    Column("remote_id", Words),
    _text("at_container"),
    _text("at_thread"),
    _text("write_state"),
    Column("attempts", Integer, nullable=False),
    _moment("next_attempt_at"),
    _text("last_error"),
    _moment("first_attempt_at"),
    Column("lease_token", Integer, nullable=False),
    Column("lease_owner", Words),
    _moment("lease_until"),
    _moment("created_at", needed=True),
    _moment("applied_at"),
    Column("closed", Boolean, nullable=False),
    _moment("replaces"),
    _text("blocked_reason"),
    _moment("failing_since"),
    _moment("doubt_until"),
    UniqueConstraint("target", "ticket", "kind"),
    Index(None, "ticket"),
)

RECEIPT = Table(
    "receipt",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("ticket"),
    _text("kind"),
    _text("account"),
    _text("person"),
    _moment("at", needed=True),
    UniqueConstraint("ticket", "kind"),
)

SENT_ONCE = Table(
    "sent_once",
    METADATA,
    _text("once_key", primary_key=True),
    Column("day", Date, primary_key=True),
    _moment("at", needed=True),
)

ACTION_REQUEST = Table(
    "action_request",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("ticket"),
    _text("line"),
    _text("audience"),
    Column("step", Integer),
    _moment("at", needed=True),
    _moment("settled_at"),
    Index(None, "ticket"),
)

RUN = Table(
    "run",
    METADATA,
    Column("id", Integer, primary_key=True),
    _moment("started", needed=True),
    _moment("ended"),
    _text("mode"),
    Column("report", Json),
    Column("exit_code", Integer),
)

WAIVER = Table(
    "waiver",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("ticket"),
    _text("rule_id"),
    _text("reason"),
    _text("by_id"),
    _text("by_name"),
    _text("role"),
    _moment("recorded_at", needed=True),
    _moment("until", needed=True),
    _moment("ended_at"),
    _text("ended_by"),
    Index(None, "ticket"),
)

CHANGE_HINT = Table(
    "change_hint",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("ticket"),
    _text("event"),
    Column("deleted", Boolean, nullable=False),
    _moment("received_at", needed=True),
    _moment("done_at"),
    UniqueConstraint("ticket", "event"),
    Index(None, "done_at"),
)

INTERACTION = Table(
    "interaction",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("key"),
    _text("kind"),
    _text("user"),
    _text("action"),
    _text("state"),
    Column("payload", Json, nullable=False),
    Column("answer", Json),
    _moment("received_at", needed=True),
    _moment("decided_at"),
    _moment("done_at"),
    _text("ticket"),
    _text("account"),
    _text("person"),
    _text("outcome"),
    Column("attempts", Integer, nullable=False),
    _moment("next_attempt_at"),
    Column("lease_owner", Words),
    _moment("lease_until"),
    UniqueConstraint("key"),
    Index(None, "state"),
    Index(None, "ticket"),
)

SNOOZE = Table(
    "snooze",
    METADATA,
    Column("id", Integer, primary_key=True),
    _text("ticket"),
    _text("account"),
    _text("person"),
    _text("kind"),
    _text("conversation"),
    _moment("at", needed=True),
    _moment("until", needed=True),
    Index(None, "ticket"),
)


AUDIT = Table(
    "audit",
    METADATA,
    # Counted by the chain itself: a number that a database skips would look like a row that was taken away.
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _moment("at", needed=True),
    _text("cause"),
    _text("ticket"),
    Column("before", Integer, nullable=False),
    # Text, not JSON: JSONB would order the keys anew, and the row's hash is of these very bytes.
    _text("facts"),
    _text("snapshot"),
    _text("personal"),
    _text("previous"),
    _text("hash"),
    Index(None, "ticket"),
)

AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    # One row: "seq" is where the chain ends, and no key that anybody counts up.
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _text("hash"),
)

AUDIT_PERSONAL = Table(
    "audit_personal",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _text("part", primary_key=True),
    _text("salt"),
    _text("body"),
)
