"""The tests that the pages of facts name exist: prose that nobody runs would drift."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`(?P<file>(?:tests/)?[\w/]+\.py)?(?:::(?P<test>test_\w+))?`")


@pytest.mark.parametrize(("system", "least"), [("jira", 50), ("slack", 90)])
def test_every_test_on_the_page_of_facts_exists(system: str, least: int) -> None:
    here = ROOT / "tests/connectors" / system
    missing, seen = [], 0
    for row in (ROOT / f"docs/{system}-facts.md").read_text(encoding="utf-8").splitlines():
        file = ""
        for name in NAMED.finditer(row.rpartition("| `")[2].join(["`", ""])):
            file = name["file"] or file
            path = (ROOT if file.startswith("tests/") else here) / file
            seen += 1
            if not path.is_file() or (name["test"] and f"def {name['test']}(" not in path.read_text()):
                missing.append(name[0])
    assert not missing
    assert seen > least


def test_every_row_of_slacks_facts_names_a_test() -> None:
    page = (
        (ROOT / "docs/slack-facts.md").read_text(encoding="utf-8").partition("## Servers that others made")[0]
    )
    rows = [
        row for row in page.splitlines() if row.startswith("| ") and not row.startswith(("| fact |", "| # |"))
    ]
    assert [row for row in rows if not NAMED.search(row.rpartition("| `")[2].join(["`", ""]))] == []
    assert len(rows) > 50
