"""`sluis demo --pages`: only an empty folder, or one that a demo made, is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cli.demo import MARK, claim, run


@pytest.mark.parametrize("name", ["sluis.db", "assets.csv", "env", "index.html", "notes.txt"])
def test_a_folder_of_somebody_keeps_everything(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text("mine")
    assert run(keep=False, language="en", pages=str(tmp_path)) == 2
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [(name, "mine")]
    told = (
        f"sluis demo: --pages {tmp_path} holds files that no demo left there: give an empty or a new folder"
    )
    assert capsys.readouterr() == ("", told + "\n")


def test_a_language_that_is_not_spoken_takes_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(keep=False, language="de", pages=str(tmp_path / "new")) == 2
    assert capsys.readouterr() == ("", "sluis demo: --language de is not spoken here: en or nl\n")
    assert not (tmp_path / "new").exists()


def test_its_own_folder_is_taken_again_and_emptied_of_what_it_made(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "new"
    assert claim(folder) == ""
    (folder / "sluis.db").write_text("of a demo")
    (folder / "jira-1.html").write_text("of a demo")
    named = (folder / MARK).read_text() + "jira-1.html\n../outside.html\n"
    (folder / MARK).write_text(named)
    (folder / "mine.html").write_text("mine")
    (folder.parent / "outside.html").write_text("mine")
    assert claim(folder) == ""
    assert {file.name for file in folder.iterdir()} == {MARK, "mine.html"}
    assert (folder.parent / "outside.html").is_file()


@pytest.mark.parametrize("name", ["env", "assets.csv"])
def test_what_a_demo_would_write_over_is_kept(tmp_path: Path, name: str) -> None:
    (tmp_path / MARK).write_text("jira-1.html\n")
    (tmp_path / name).write_text("mine")
    assert "holds files that no demo left there" in claim(tmp_path)
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert claim(tmp_path / "file") == f"--pages {tmp_path / 'file'} cannot be used: File exists"
