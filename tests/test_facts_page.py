"""The tests that docs/jira-facts.md names exist: prose that nobody runs would drift."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
HERE = ROOT / "tests/connectors/jira"
NAMED = re.compile(r"`(?P<file>(?:tests/)?[\w/]+\.py)?(?:::(?P<test>test_\w+))?`")


def test_every_test_on_the_page_of_facts_exists() -> None:
    missing, seen = [], 0
    for row in (ROOT / "docs/jira-facts.md").read_text(encoding="utf-8").splitlines():
        file = ""
        for name in NAMED.finditer(row.rpartition("| `")[2].join(["`", ""])):
            file = name["file"] or file
            path = (ROOT if file.startswith("tests/") else HERE) / file
            seen += 1
            if not path.is_file() or (name["test"] and f"def {name['test']}(" not in path.read_text()):
                missing.append(name[0])
    assert not missing
    assert seen > 50
