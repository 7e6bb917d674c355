"""The file of a journal is removed or replaced under the bot: nothing is written where nobody would read it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.journal import Journal, JournalError, JournalGone, open_journal
from bot.journal.schema import META


def remove(file: Path) -> None:
    for one in file.parent.glob("sluis.db*"):
        one.unlink()


def remove_the_file_alone(file: Path) -> None:
    file.unlink()


def rename(file: Path) -> None:
    file.rename(file.with_name("elsewhere.db"))


def put_a_copy_in_its_place(file: Path) -> None:
    copy = file.with_name("copy.db")
    shutil.copy(file, copy)
    copy.replace(file)


def put_another_folder_in_its_place(file: Path) -> None:
    # As a volume that is mounted over it does.
    file.parent.rename(file.parent.with_name("before"))
    file.parent.mkdir()


@pytest.mark.parametrize(
    "harm", [remove, remove_the_file_alone, rename, put_a_copy_in_its_place, put_another_folder_in_its_place]
)
def test_whoever_uses_it_is_told(sqlite_template: Path, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    file = tmp_path / "folder" / "sluis.db"
    file.parent.mkdir()
    shutil.copy(sqlite_template, file)
    journal = open_journal(f"sqlite:///{file}")
    assert journal.answers()
    harm(file)
    left = {one.name for one in file.parent.iterdir()}
    for use in (journal.settled_rows, journal.free_leases):
        with pytest.raises(JournalGone) as told:
            use()
        assert str(file) in str(told.value)
        assert "start again" in str(told.value)
    assert not journal.answers()
    assert {one.name for one in file.parent.iterdir()} <= {*left, "sluis.db.gone"}, (
        "no empty journal is made in its place"
    )
    journal.close()


def test_what_was_read_before_does_not_hide_it(sqlite_journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(JournalGone), sqlite_journal.read() as connection:
        connection.execute(select(META)).all()
        remove(tmp_path / "sluis.db")
        with sqlite_journal.read() as second:
            second.execute(select(META)).all()


def test_one_that_can_only_be_read_is_not_well(sqlite_journal: Journal, tmp_path: Path) -> None:
    assert sqlite_journal.answers()
    with sqlite_journal.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    # As a disk that was mounted anew, for reading alone.
    assert not sqlite_journal.answers()


def test_one_of_which_the_tables_are_gone_is_not_well(sqlite_journal: Journal) -> None:
    with sqlite_journal.write() as connection:
        connection.exec_driver_sql("DROP TABLE meta")
    assert not sqlite_journal.answers()


def test_it_opens_where_the_file_is_reached_over_a_link(sqlite_journal_url: str, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "sluis.db")
    journal = open_journal(f"sqlite:///{link}")
    assert journal.answers()
    journal.close()


def test_a_locked_one_is_trouble_and_not_the_end(sqlite_journal: Journal) -> None:
    with pytest.raises(JournalError) as told, sqlite_journal.write() as connection:
        connection.exec_driver_sql("SELECT * FROM no_such_table")
    assert not isinstance(told.value, JournalGone)
