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
