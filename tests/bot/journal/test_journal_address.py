"""The address of the journal: read, or refused in one line that shows nothing of a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.journal import JournalError, open_journal
from bot.journal.backup import back_up

PORT = (
    "the port in the database URL is no number from 1 to 65535; write postgresql://user@host:5432/database, and"
    " @ : / in a password as %40 %3A %2F"
)
FILE = "a file has no host, port or user; write three slashes and its path: sqlite:///sluis.db"
UNREAD = "the database URL cannot be read; write sqlite:///sluis.db or postgresql://..."
OPTIONS = "the database URL has options that cannot be used; see what follows its ?"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://u:s3cret@host:notaport/db", PORT),
        ("postgresql://u:s3cret@host:/db", PORT),
        ("postgresql://u:s3cret@host:0/db", PORT),
        ("postgresql://u:s3cret@host:-1/db", PORT),
        ("postgresql://u:s3cret@host:99999/db", PORT),
        ("postgresql://u:part@s3cret:part@host/db", PORT),
        ("postgresql://u:s3cret@[::1/db", PORT),
        ("postgresql://u:s3cret@host:1/db?port=s3cret", OPTIONS),
        ("sqlite://host:99/sluis.db", FILE),
        ("sqlite://host:notaport/sluis.db", PORT),
        ("sqlite://sluis.db", FILE),
        ("sqlite:///sluis.db?timeout=s3cret", OPTIONS),
        ("sqlite:///sluis.db?s3cret=1", OPTIONS),
        ("sluis.db", UNREAD),
        (" ", UNREAD),
        (
            "sqlite:///:99/sluis.db",
            "the folder {folder}/:99 does not exist; make it, or set another database URL",
        ),
        ("mysql://u:s3cret@host/db", "unknown kind of database 'mysql'; use sqlite:/// or postgresql://"),
    ],
)
def test_an_address_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(JournalError) as raised:
        open_journal(url)
    assert str(raised.value) == told.format(folder=tmp_path)


@pytest.mark.parametrize("url", ["postgresql://u:s3cret@host:notaport/db", "sluis.db"])
def test_nor_by_who_makes_a_copy(tmp_path: Path, url: str) -> None:
    with pytest.raises(JournalError) as raised:
        back_up(url, tmp_path / "copy.db")
    assert str(raised.value) in (PORT, UNREAD)
