"""docs/proofs.md: its table is that of the cases, and every test it names is there."""

from __future__ import annotations

import re
from pathlib import Path

from bot.policy_tests.coverage import put_into

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "proofs.md").read_text(encoding="utf-8")


def test_the_table_of_cases_is_that_of_the_files():
    assert put_into(TEXT) == TEXT, "run: make docs"
    assert "| DAP-7 |" in TEXT


def test_every_test_that_is_named_is_there():
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    there = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) > 10
    assert named - there == set()
