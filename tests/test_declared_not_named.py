"""What the core does for a rule or a system goes by what they declare: it names no rule, no check and no vendor."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from domain.asset import Asset
from domain.fields import FIELDS
from rules.checks import CHECKS
from rules.loading.loader import known_packs, load_packs

ROOT = Path(__file__).parents[1]
RULES = {rule.id for pack in load_packs(known_packs()) for rule in pack.rules}
PARAMETERS = {name for check in CHECKS.values() for name in check.params.model_fields}
WORDS = {*FIELDS, *Asset.__dataclass_fields__, *PARAMETERS, "recorded"}
"""Words of tickets, registers and parameters that are also the name of the check that looks at them; and what the audit
trail says was done with a waiver. That none of them is compared with a rule's check is a test of its own.
"""
NAMES = CHECKS.keys() - WORDS
SHOWN = {
    "bot/cli/": "examples of what to type, and the demo's own town",
    "bot/messages/replies.py": "the example in the help of the command",
}
"""Where the id of a rule may stand: what people read, not what decides."""
VENDORS = re.compile(r"jira|servicenow|slack|pysnow|\bsnow\b", re.IGNORECASE)
MAY_NAME = {
    "bot/cli/": "commands and their help",
    "bot/bootstrap.py": "where connectors are wired",
    "bot/messages/blockkit/": "builds for one vendor's format, and says whose limit was passed",
    "bot/logs.py": "the loggers of client libraries, which must be quiet before any connector is built",
    "bot/server/door.py": "the address that administrators have entered on the other side",
}
"""Where the name of a vendor may stand, and why."""


@cache
def strings(*folders: str) -> list[tuple[str, str]]:
    """Every text in the code that is no docstring and no word of a setting, with the file it stands in."""
    return list(_strings(*folders))


def _strings(*folders: str) -> Iterator[tuple[str, str]]:
    for path in (p for folder in folders for p in sorted((ROOT / folder).rglob("*.py"))):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(("rules/checks/", "bot/journal/migrations/")):
            continue
        tree = ast.parse(path.read_text("utf-8"))
        told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        told |= {id(part) for node in ast.walk(tree) if _is_setting(node) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
                yield name, node.value


def _is_setting(node: ast.AST) -> bool:
    """A field with words for an administrator: those tell which system a value is looked up in."""
    given = node.value if isinstance(node, ast.AnnAssign) else None
    return isinstance(given, ast.Call) and any(word.arg == "description" for word in given.keywords)


def outside(allowed: dict[str, str], *folders: str) -> list[tuple[str, str]]:
    return [(name, text) for name, text in strings(*folders) if not name.startswith(tuple(allowed))]


def test_no_code_knows_a_rule_by_its_id() -> None:
    known = re.compile(rf"\b({'|'.join(sorted(RULES))})\b")
    assert [(n, t) for n, t in outside(SHOWN, "bot", "rules", "domain") if known.search(t)] == []


def test_no_code_knows_a_check_by_its_name() -> None:
    assert [(n, t) for n, t in outside({}, "bot", "rules", "domain") if t in NAMES] == []


def test_no_code_compares_the_check_of_a_rule_with_a_name() -> None:
    texts = {
        (path.relative_to(ROOT).as_posix(), node.lineno)
        for folder in ("bot", "rules")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Compare) and _by_name([node.left, *node.comparators])
    }
    assert texts == set()


def _by_name(sides: list[ast.expr]) -> bool:
    check = any(isinstance(side, ast.Attribute) and side.attr == "check" for side in sides)
    return check and any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides)


def test_no_vendor_is_named_in_the_core() -> None:
    assert [(n, t) for n, t in outside(MAY_NAME, "bot") if VENDORS.search(t)] == []


@pytest.mark.parametrize("place", sorted({*SHOWN, *MAY_NAME}))
def test_every_exception_is_needed(place: str) -> None:
    known = re.compile(rf"{VENDORS.pattern}|\b({'|'.join(sorted(RULES))})\b", re.IGNORECASE)
    assert any(known.search(text) for name, text in strings("bot") if name.startswith(place))
