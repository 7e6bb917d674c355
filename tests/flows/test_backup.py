"""A copy made while the bot serves, lost days, the copy put back: nothing stands outside twice, nothing is missing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from test_cli import sluis

from bot import bootstrap
from bot.cycle.cycle import cycle
from bot.settings.load import load_settings
from sandbox.town import Town


def outside(town: Town) -> dict[str, list[str]]:
    """All messages of ours there are, by place, as people read them."""
    said = {f"slack {n}": sorted(m.text for m in town.slack.messages(c)) for n, c in town.channels.items()}
    for name, channel in town.channels.items():
        for message in town.slack.messages(channel):
            said[f"slack {name} {message.ts}"] = sorted(
                m.text for m in town.slack.thread(channel, message.ts)
            )
    said |= {f"jira {key}": [str(c.id) for c in issue.comments] for key, issue in town.jira.issues.items()}
    return said | {"servicenow": town.servicenow.notes(town.payment)}


@pytest.mark.parametrize("cycles_before", [0, 1])
def test_a_copy_put_back_doubles_nothing(town: Town, tmp_path: Path, monkeypatch, cycles_before: int) -> None:
    env = town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    serving = bootstrap.build(load_settings())
    for _ in range(cycles_before):
        cycle(serving)
    copy = tmp_path / "copy.db"
    done = sluis("journal", "backup", str(copy), env=env)
    assert (done.returncode, done.stderr) == (0, "")
    again = sluis("journal", "backup", str(copy), env=env)
    assert (again.returncode, again.stderr) == (
        2,
        f"sluis: SLUIS_DATABASE_URL: {copy} exists; give a new name\n",
    )
    cycle(serving)
    town.put_in_order()
    town.roll_out()
    cycle(serving)
    busy = sluis("journal", "restore", str(copy), env=env)
    assert (busy.returncode, "in use by another process" in busy.stderr) == (2, True)
    serving.journal.close()
    before = outside(town)
    assert sum(map(len, before.values())) > 10

    done = sluis("journal", "restore", str(copy), env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert "put back; what stood there is now" in done.stdout
    back = bootstrap.build(load_settings())
    reports = [cycle(back) for _ in range(2)]
    assert [(report.exit_code, report.problems) for report in reports] == [(0, []), (0, [])]
    assert outside(town) == before
    assert reports[0].delivered["created"] == 0
    assert list(back.journal.audit_flaws({})) == []
    back.journal.close()


def test_without_the_word_that_it_was_put_back_a_card_would_be_doubled(
    town: Town, tmp_path, monkeypatch
) -> None:
    """What the test above protects against does happen."""
    env = town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    first = bootstrap.build(load_settings())
    cycle(first)
    first.journal.close()
    before = outside(town)
    monkeypatch.setenv("SLUIS_DATABASE_URL", f"sqlite:///{tmp_path / 'fresh.db'}")
    fresh = bootstrap.build(load_settings())
    cycle(fresh)
    fresh.journal.close()
    assert outside(town) != before


@pytest.mark.parametrize(
    ("arguments", "content", "told"),
    [
        (("restore", "copy.db"), None, "there is no copy copy.db"),
        (
            ("restore", "copy.db"),
            b"no database at all " * 99,
            "copy.db is no journal: file is not a database",
        ),
        (("restore", "copy.db"), b"", "copy.db is no journal: no such table: alembic_version"),
        (("backup", "nowhere/copy.db"), None, "there is no journal"),
    ],
)
def test_what_is_no_copy_is_refused(tmp_path: Path, arguments, content, told) -> None:
    if content is not None:
        (tmp_path / "copy.db").write_bytes(content)
    done = sluis("journal", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_copy_is_whole(tmp_path: Path, town: Town) -> None:
    app_url = town.env() | {"SLUIS_MODE": "act"}
    assert sluis("sync", env=app_url).returncode == 0
    assert sluis("journal", "backup", str(tmp_path / "copy.db"), env=app_url).returncode == 0
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    copy.close()
    moved = app_url | {"SLUIS_DATABASE_URL": f"sqlite:///{tmp_path / 'copy.db'}"}
    assert sluis("audit", "verify", env=moved).stdout == sluis("audit", "verify", env=app_url).stdout


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_postgresql_has_its_own_tools(command: str) -> None:
    env = {"SLUIS_DATABASE_URL": "postgresql://sluis@db.example.org/sluis"}
    done = sluis("journal", command, "copy", env=env)
    assert (done.returncode, "for PostgreSQL use pg_" in done.stderr) == (2, True)
