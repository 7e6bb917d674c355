"""On which line of a file something stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.loading.yaml_files import PolicyError, at_place, parse, placed

TEXT = """\
# about this file
id: mine
base: &base {gate: assess}
rules:
  - id: A
    with:
      fields: [one,
               two]
  - id: B
    applies: *base
  - <<: *base
    id: C
"""


@pytest.fixture
def raw(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(TEXT, encoding="utf-8")
    return parse(tmp_path / "mine.yaml")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 2),
        (("id",), 2),
        (("rules",), 4),
        (("rules", 0), 5),
        (("rules", 0, "with", "fields", 1), 8),
        (("rules", 0, "with", "feilds", 1), 6),
        (("rules", 1, "applies", "gate"), 3),
        (("rules", 2, "gate"), 3),
        (("rules", 2, "id"), 12),
        (("rules", 7, "id"), 4),
        (("rules", "id"), 4),
        (("cite",), 2),
    ],
)
def test_a_place_has_a_line(raw, path, line):
    assert placed("mine.yaml", raw, path) == f"mine.yaml: line {line}"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("title: régle".encode("latin-1"), "mine.yaml: is not UTF-8; save it as UTF-8"),
        ("title: rule".encode("utf-16"), "mine.yaml: is not UTF-8; save it as UTF-8"),
        ("title: rule".encode("utf-16-le"), "mine.yaml: is no text that YAML can read"),
        (rb'title: "half \ud83d"', "mine.yaml: line 1 found invalid Unicode character escape code"),
        (
            b"from: 2026-02-30",
            "mine.yaml: holds a date or number that cannot be; put it in quotes, or correct it",
        ),
        (
            b"id: " + b"1" * 9999,
            "mine.yaml: holds a date or number that cannot be; put it in quotes, or correct it",
        ),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, written: bytes, told: str) -> None:
    (tmp_path / "mine.yaml").write_bytes(written)
    with pytest.raises(PolicyError) as raised:
        parse(tmp_path / "mine.yaml")
    # PyYAML without its C half has other words for what is wrong at a line.
    assert raised.value.problems[0].startswith(told.partition(" found")[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_mark_at_the_start_is_no_part_of_a_file(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "mine.yaml").write_bytes("title: régle".encode(encoding))
    assert parse(tmp_path / "mine.yaml") == {"title": "régle"}


def test_what_was_put_together_knows_the_lines_of_its_parts(raw):
    assert placed("mine.yaml", {"rules": [raw["rules"][1]]}, ("rules", 0, "gate")) == "mine.yaml: line 9"
    assert placed("mine.yaml", {"a": 1}, ("a",)) == "mine.yaml"


def test_a_problem_that_names_its_place(raw):
    first = raw["rules"][0]
    assert at_place("mine.yaml", first, "with.fields.1: is unknown") == "mine.yaml: line 8"
    assert at_place("mine.yaml", first, "gate; is missing") == "mine.yaml: line 5"


def test_a_file_that_contains_itself_is_refused(tmp_path):
    (tmp_path / "mine.yaml").write_text("a: &a\n  b: *a\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"^mine\.yaml: line 1 found unconstructable recursive node$"):
        parse(tmp_path / "mine.yaml")
