"""docs/packs.md: its examples load and hold, and its list of checks is that of the code."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.policy_tests.reader import cases_of
from bot.policy_tests.runner import run
from rules.checks import CHECKS
from rules.checks_reference import put_into
from rules.loading.loader import in_force
from rules.loading.overlay import load_all
from rules.words_reference import put_into as put_words_into

PAGE = Path(__file__).parents[2] / "docs" / "packs.md"
TEXT = PAGE.read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"```yaml\n# (\S+\.yaml)[^\n]*\n(.*?)```", TEXT, re.DOTALL))


@pytest.fixture
def packs(tmp_path: Path):
    for name, text in EXAMPLES.items():
        if name.startswith("packs/"):
            (tmp_path / Path(name).name).write_text(text, encoding="utf-8")
    return load_all(["vo-icr"], tmp_path)


def test_the_packs_of_the_page_load_and_tighten(packs):
    rules = {rule.id: rule for pack in in_force(packs, date(2026, 6, 1)) for rule in pack.rules}
    assert {"CITY-1", "CITY-2"} <= rules.keys()
    assert (rules["ICR-11"].gate.value, rules["ICR-11"].applies.from_class) == ("authorize", 2)
    assert rules["ICR-11"].section == "§1.1 + Board decision 2026/12"
    before = {rule.id: rule for pack in in_force(packs, date(2025, 6, 1)) for rule in pack.rules}
    assert (before["ICR-11"].gate.value, "CITY-2" in before) == ("implement", False)


def test_the_cases_of_the_page_hold():
    read = cases_of("shop.yaml", yaml.safe_load(EXAMPLES["cases/shop.yaml"]))
    assert len(read.cases) == 2
    assert [
        ran.differences for ran in (run(read.name, c, load_all(read.packs, None)) for c in read.cases)
    ] == [
        (),
        (),
    ]


def test_the_words_are_those_of_the_list():
    assert put_words_into(TEXT) == TEXT, "run: make docs"


def test_the_list_of_checks_is_that_of_the_code():
    assert put_into(TEXT) == TEXT, "run: make docs"
    assert re.findall(r"^### `(\w+)`$", TEXT, re.MULTILINE) == list(CHECKS)
