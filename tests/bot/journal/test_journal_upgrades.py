"""Journals of every released version, with data in them, opened by this one; and what is newer than it knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from test_journal_ledger import COMMENT, LATER, NOW, TICKET, finding
from test_journal_schema import alembic

from bot.journal import JournalError, connect, open_journal
from bot.journal.migrate import alembic_config
from bot.model.lifecycle import State, Verdict
from tests.released import FOLDER, MOMENT, dumped, loaded, made

RELEASED = ("0001", "0002", "0003")
"""Revisions that journals of released versions have."""


def rows(url: str) -> dict[str, int]:
    """How many rows each table has."""
    engine = connect(url)
    tables = sa.MetaData()
    with engine.begin() as connection:
        tables.reflect(connection)
        count = sa.select(sa.func.count())
        found = {t.name: connection.execute(count.select_from(t)).scalar_one() for t in tables.sorted_tables}
    engine.dispose()
    return found


def used(url: str) -> None:
    """Everything that was known is known still, and the journal can be gone on with."""
    journal = open_journal(url)
    (ticket,) = journal.called("CHG-1")
    assert (ticket.state, ticket.first_state, ticket.summary) == (
        State.SCHEDULED,
        State.ASSESS,
        "Loon — “é” 🚦",
    )
    assert (ticket.first_seen, ticket.gone_at) == (MOMENT, None)
    assert journal.previous("jira", "1") == {"ICR-09": Verdict.MISSING}
    assert journal.since("jira", "1") == {"ICR-09": MOMENT}
    assert (journal.mark("jira"), journal.last_success("jira")) == (MOMENT, MOMENT)
    (slot,) = journal.slots_of("jira:1")
    assert (slot.kind, slot.remote_id, slot.applied_hash) == ("comment", "501", "h1")
    assert journal.due_slots(LATER) == (), "what stands outside is not posted anew"
    assert journal.last_run() is not None
    assert list(journal.audit_flaws({})) == []
    journal.store(TICKET, [finding("ICR-1", Verdict.MET)], {}, NOW, [COMMENT])
    assert [due.ticket for due in journal.due_slots(NOW)] == ["jira:10001"]
    assert [flaw.seq for flaw in journal.audit_flaws({})] == []
    assert journal.audit_head().seq == 1
    journal.close()


@pytest.mark.parametrize("revision", RELEASED)
def test_a_journal_of_every_released_version_is_brought_up_to_date(blank_url: str, revision: str) -> None:
    kind = "sqlite" if blank_url.startswith("sqlite") else "postgresql"
    loaded(blank_url, (FOLDER / f"{revision}.{kind}.sql").read_text(encoding="utf-8"))
    before = rows(blank_url)
    assert all(before.values()), "a row in every table"
    used(blank_url)
    after = rows(blank_url)
    own = {"ticket": 2, "finding": 2, "slot": 2, "meta": 2}
    assert {name: after[name] for name in before} == before | own
    alembic(blank_url, command.check)


def test_a_waiver_recorded_before_still_counts(blank_url: str) -> None:
    kind = "sqlite" if blank_url.startswith("sqlite") else "postgresql"
    loaded(blank_url, (FOLDER / f"0002.{kind}.sql").read_text(encoding="utf-8"))
    journal = open_journal(blank_url)
    (waiver,) = journal.waivers_of("jira:1")
    assert (waiver.by, waiver.rules, waiver.until) == ("Karim Aziz", ("ICR-09",), MOMENT)
    journal.close()


def test_the_journal_of_this_version_comes_through_a_dump(
    blank_url: str, make_postgres: Callable[[str], str], tmp_path: Path
) -> None:
    sqlite = blank_url.startswith("sqlite")
    other = f"sqlite:///{tmp_path / 'other.db'}" if sqlite else make_postgres("template0")
    made(blank_url, "head")
    loaded(other, dumped(blank_url))
    assert rows(other) == rows(blank_url)
    used(other)


def test_every_released_revision_has_its_dumps(tmp_path: Path) -> None:
    wanted = {f"{revision}.{kind}.sql" for revision in RELEASED for kind in ("sqlite", "postgresql")}
    assert {path.name for path in FOLDER.iterdir()} == wanted
    engine = connect(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.begin() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
        order = [script.revision for script in scripts.walk_revisions()][::-1]
    engine.dispose()
    assert tuple(order[: len(RELEASED)]) == RELEASED, "what was released is never changed"


@pytest.mark.parametrize("revision", RELEASED)
def test_the_schema_of_a_released_revision_was_not_changed_since(tmp_path: Path, revision: str) -> None:
    """Making it today gives what people have. (Dumps of PostgreSQL differ with the version of its tools.)"""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    made(url, revision)
    assert dumped(url) == (FOLDER / f"{revision}.sqlite.sql").read_text(encoding="utf-8")


def test_a_newer_journal_is_refused_before_anything_is_done(blank_url: str) -> None:
    made(blank_url, "head")
    engine = connect(blank_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(sa.text("DROP TABLE run"))
    before = rows(blank_url)
    with pytest.raises(
        JournalError, match=r"newer version \(schema 9999\); start that version, or use another"
    ):
        open_journal(blank_url)
    assert rows(blank_url) == before
    engine.dispose()
