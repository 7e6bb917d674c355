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
from domain.lifecycle import State, Verdict
from domain.people import Group, RoleMembers
from domain.pseudonym import Persona
from tests.released import FOLDER, MOMENT, dumped, kept, loaded, made

RELEASED = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0010", "0011", "0012", "0013")
"""Revisions that journals of released versions have."""


LIVED = FOLDER.with_name("lived")
"""Journals of two weeks: see `tests/lived.py`."""
RENAMED = {
    "slot": "outbox",
    "deed": "interaction",
    "pause": "snooze",
    "asked": "action_request",
    "sent": "sent_once",
    "hint": "change_hint",
    "bundle": "release_change",
    "group_look": "group_observation",
    "audit_beside": "audit_personal",
}
"""What tables were called until 0012."""


def rows(url: str) -> dict[str, int]:
    """How many rows each table has, by what it is called now."""
    engine = connect(url)
    tables = sa.MetaData()
    with engine.begin() as connection:
        tables.reflect(connection)
        count = sa.select(sa.func.count())
        found = {
            RENAMED.get(t.name, t.name): connection.execute(count.select_from(t)).scalar_one()
            for t in tables.sorted_tables
        }
    engine.dispose()
    return found


def contents(url: str) -> dict[str, list[str]]:
    """Every row of every table."""
    engine = connect(url)
    tables = sa.MetaData()
    with engine.begin() as connection:
        tables.reflect(connection)
        found = {
            t.name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(t)))
            for t in tables.sorted_tables
        }
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
    assert (ticket.first_seen, ticket.not_found_at) == (MOMENT, None)
    assert journal.previous("jira", "1") == {"ICR-09": Verdict.MISSING}
    assert journal.since("jira", "1") == {"ICR-09": MOMENT}
    assert (journal.mark("jira"), journal.last_success("jira")) == (MOMENT, MOMENT)
    (slot,) = journal.rows_of("jira:1")
    assert (slot.kind, slot.remote_id, slot.applied_hash) == ("comment", "501", "h1")
    assert journal.due_rows(LATER) == (), "what stands outside is not posted anew"
    assert journal.last_run() is not None
    assert list(journal.audit_flaws({})) == []
    trail = journal.audit_length()
    journal.store(TICKET, [finding("ICR-1", Verdict.MET)], {}, NOW, [COMMENT])
    assert [due.ticket for due in journal.due_rows(NOW)] == ["jira:10001"]
    assert [flaw.seq for flaw in journal.audit_flaws({})] == []
    assert journal.audit_head().seq == trail + 1
    journal.close()


@pytest.mark.long
@pytest.mark.parametrize("revision", RELEASED)
def test_a_journal_of_every_released_version_is_brought_up_to_date(blank_url: str, revision: str) -> None:
    kind = "sqlite" if blank_url.startswith("sqlite") else "postgresql"
    loaded(blank_url, kept(revision, kind))
    before = rows(blank_url)
    assert all(before.values()), "a row in every table"
    used(blank_url)
    after = rows(blank_url)
    own = ("ticket", "finding", "outbox", "meta", "audit", "audit_personal")
    assert after == dict.fromkeys(after, 0) | before | {name: before.get(name, 0) + 1 for name in own} | {
        "audit_head": 1
    }
    alembic(blank_url, command.check)


def trail(url: str, beside: str) -> list[list[tuple[object, ...]]]:
    """The rows of the audit trail, what stands beside them and the head, as the database gives them."""
    engine = connect(url)
    orders = {"audit": "seq", beside: "seq, part", "audit_head": "seq"}
    with engine.begin() as connection:
        found = [
            [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY {order}")]
            for table, order in orders.items()
        ]
    engine.dispose()
    return found


@pytest.mark.long
@pytest.mark.parametrize(("revision", "folder"), [*((r, FOLDER) for r in RELEASED[7:-1]), ("0012", LIVED)])
def test_not_a_byte_of_the_audit_trail_is_changed(blank_url: str, revision: str, folder: Path) -> None:
    loaded(blank_url, kept(revision, "sqlite" if blank_url.startswith("sqlite") else "postgresql", folder))
    before = trail(blank_url, "audit_beside")
    journal = open_journal(blank_url)
    flaws = list(journal.audit_flaws({}))
    journal.close()
    assert (flaws, len(before[0]) >= 3) == ([], True)
    assert trail(blank_url, "audit_personal") == before


@pytest.mark.long
@pytest.mark.parametrize("kept_from", [("0012", FOLDER), ("0012", LIVED)], ids=["released", "lived"])
def test_the_way_back_gives_what_was_there(blank_url: str, kept_from: tuple[str, Path]) -> None:
    revision, folder = kept_from
    loaded(blank_url, kept(revision, "sqlite" if blank_url.startswith("sqlite") else "postgresql", folder))
    before = contents(blank_url)
    alembic(blank_url, lambda c: command.upgrade(c, "0013"))
    alembic(blank_url, lambda c: command.downgrade(c, revision))
    assert contents(blank_url) == before


@pytest.mark.long
@pytest.mark.parametrize("revision", RELEASED)
def test_what_people_did_before_still_counts(blank_url: str, revision: str) -> None:
    """What came with which revision: members 0004, words from outside 0006, deeds 0007, the trail 0010, receipts
    0011, who was asked 0012.
    """
    loaded(blank_url, kept(revision, "sqlite" if blank_url.startswith("sqlite") else "postgresql"))
    journal = open_journal(blank_url)
    cab = RoleMembers(groups=(Group("cab", "CAB"),))
    seen = {
        "members": [one.person.name for one in journal.watched("jira", cab)["cab"].memberships],
        "deeds": [(one["person"], one["outcome"]) for one in journal.interactions_of("jira:1")],
        "pauses": [(one.person, one.kind.value) for one in journal.snoozes_of("jira:1")],
        "trail": journal.audit_length(),
    }
    karim = Persona(frozenset({"acc-9"}), frozenset({"Karim Aziz"}))
    places = {place.table for place in journal.told_of(karim)}
    journal.close()
    deeds = revision >= "0007"
    assert seen == {
        "members": ["Karim Aziz"] if revision >= "0004" else [],
        "deeds": [("Karim Aziz", "seen")] if deeds else [],
        "pauses": [("Karim Aziz", "seen")] if deeds else [],
        "trail": 3 if revision >= "0010" else 0,
    }
    since = {"ticket": "0001", "waiver": "0002", "membership": "0004", "deed": "0007", "pause": "0007",
             "audit_beside": "0010", "receipt": "0011", "asked": "0012"}  # fmt: skip
    assert places == {name for name, first in since.items() if first <= revision}


def test_a_waiver_recorded_before_still_counts(blank_url: str) -> None:
    kind = "sqlite" if blank_url.startswith("sqlite") else "postgresql"
    loaded(blank_url, kept("0002", kind))
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
    assert {path.name.removesuffix(".gz") for path in FOLDER.iterdir()} == wanted
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
    assert dumped(url) == kept(revision, "sqlite")


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
