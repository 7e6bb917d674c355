"""ARCHITECTURE.md shows every package there is, as it describes itself; the bot names its rooms."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.package_map import BEGIN, BELONGS, END, ROOT, packages, put_into, table

PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
TOLD = packages()


def test_the_map_is_what_the_packages_say() -> None:
    assert put_into(PAGE) == PAGE, "make docs"


def test_the_map_names_every_package() -> None:
    shown = PAGE.partition(BEGIN)[2].partition(END)[0]
    named = set(re.findall(r"^\| `([\w/]+)/` \|", shown, re.MULTILINE))
    folders = {
        file.parent.relative_to(ROOT).as_posix()
        for name in ("domain", "rules", "connectors", "bot", "sandbox")
        for file in (ROOT / name).rglob("*.py")
    }
    assert named == {folder for folder in folders if "migrations" not in folder}
    assert len(named) > 30


@pytest.mark.parametrize("package", sorted(TOLD))
def test_a_package_says_what_belongs_in_it_and_what_does_not(package: str) -> None:
    paragraphs = [" ".join(part.split()) for part in TOLD[package].split("\n\n")]
    (belongs,) = (part for part in paragraphs if part.startswith(BELONGS))
    assert " Not: " in belongs


def test_the_bot_names_its_rooms_from_the_top_down() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (layers,) = (one["layers"] for one in linter["contracts"] if one["id"] == "rooms")
    rooms = [set(layer.split(" | ")) for layer in layers if layer != "__main__"]
    listed = re.findall(r"^(\w+(?:, \w+)*) {2,}\S", TOLD["bot"], re.MULTILINE)
    order = [name for line in listed for name in line.split(", ")]
    assert set(order) == set.union(*rooms)
    level = {name: number for number, layer in enumerate(rooms) for name in layer}
    assert [level[name] for name in order] == sorted(level.values())


def test_a_row_takes_the_first_paragraph_and_what_belongs() -> None:
    told = {"bot/x": "What it is,\nin two lines.\n\nAnother thing.\n\nBelongs here: this. Not:\nthat."}
    assert table(told).splitlines()[2] == "| `bot/x/` | What it is, in two lines. | this. Not: that. |"
