"""What the folder's documents promise, held against the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.servicenow import columns_reference
from connectors.servicenow.columns import CI_COLUMNS, COLUMNS
from connectors.servicenow.settings import ServiceNowSettings
from connectors.servicenow.webhook import SIGNATURE, _understood

FOLDER = Path(__file__).parents[3] / "connectors" / "servicenow"
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_columns_are_described_as_the_code_has_them() -> None:
    written = (FOLDER / "COLUMNS.md").read_text(encoding="utf-8")
    assert written == columns_reference.document(), "run: make docs"
    own = {c for c in (*COLUMNS.values(), *CI_COLUMNS.values()) if c.startswith("u_")}
    assert {c for c in own if f"| `{c}` |" not in written} == set()


@pytest.mark.parametrize("name", ServiceNowSettings.model_fields)
def test_every_setting_is_named(name: str) -> None:
    assert f"SERVICENOW_{name.upper()}" in README


def test_no_setting_is_named_that_is_not_there() -> None:
    named = {word.removesuffix("_FILE") for word in re.findall(r"SERVICENOW_[A-Z]+(?:_[A-Z]+)*", README)}
    assert named - {f"SERVICENOW_{name.upper()}" for name in ServiceNowSettings.model_fields} == set()


def test_the_script_sends_what_is_understood() -> None:
    (script,) = re.findall(r"```javascript\n(.*?)```", README, re.DOTALL)
    assert f"'{SIGNATURE}'" in script
    sent = set(re.findall(r"^        (\w+): ", script, re.MULTILINE))
    assert sent == set(_understood(b'{"sys_id": "0123456789abcdef0123456789abcdef", "sent": 1}'))


def test_every_test_named_for_a_fact_is_there() -> None:
    root = FOLDER.parents[1]
    page = (root / "docs" / "servicenow-facts.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/.]+)::(test_\w+)`", page)
    assert len(named) > 50
    for file, name in named:
        path = root / (file if "/" in file else f"tests/connectors/servicenow/test_servicenow_{file}.py")
        assert f"def {name}(" in path.read_text(encoding="utf-8"), f"{file}::{name}"
