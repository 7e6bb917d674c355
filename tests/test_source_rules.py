"""What holds of the code itself: SQL only through SQLAlchemy, no way for a ticket to choose an address to fetch."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = [
    p for d in ("domain", "rules", "connectors", "bot", "sandbox") for p in sorted((ROOT / d).rglob("*.py"))
]
SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|DROP\s|ALTER\s+TABLE)\b"
)
RAW = {"execute", "exec_driver_sql", "executescript", "executemany", "text"}
FIXED = {
    "bot/journal/engine.py": "how a connection to SQLite begins",
    "bot/journal/backup.py": "a copy of SQLite's file, opened beside the store to see that it is whole",
    "bot/journal/privacy.py": "what is erased leaves SQLite's log too",
}
"""Fixed words, with no value of anybody's in them."""
FETCHING = {
    "requests",
    "urllib.request",
    "http.client",
    "httpx",
    "aiohttp",
    "smtplib",
    "webbrowser",
}
MAY_FETCH = re.compile(r"connectors/\w+/|bot/cli/(operate|demo)\.py|bot/server/|sandbox/")


@cache
def by_kind() -> dict[type[ast.AST], list[tuple[str, ast.AST]]]:
    found = defaultdict(list)
    for path in CODE:
        name = path.relative_to(ROOT).as_posix()
        if "/migrations/" not in name:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                found[type(node)].append((name, node))
    return found


def nodes(kind: type[ast.AST]) -> list[tuple[str, ast.AST]]:
    return by_kind()[kind]


def strings(node: ast.AST) -> Iterator[str]:
    yield from (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def test_no_sql_is_written_as_text() -> None:
    docs = {id(d) for _, n in nodes(ast.Expr) if isinstance(d := n.value, ast.Constant)}  # type: ignore[attr-defined]
    found = [
        (name, n.value)  # type: ignore[attr-defined]
        for name, n in nodes(ast.Constant)
        if isinstance(n.value, str)
        and id(n) not in docs
        and SQL.match(n.value)  # type: ignore[attr-defined]
        and name not in FIXED
    ]
    assert found == []


def test_statements_are_never_strings() -> None:
    found = {
        name
        for name, call in nodes(ast.Call)
        if isinstance(call.func, ast.Attribute)  # type: ignore[attr-defined]
        and call.func.attr in RAW  # type: ignore[attr-defined]
        and call.args  # type: ignore[attr-defined]
        and isinstance(call.args[0], ast.JoinedStr | ast.Constant | ast.IfExp | ast.BinOp)  # type: ignore[attr-defined]
        and any(word.isupper() for word in " ".join(strings(call.args[0])).split())  # type: ignore[attr-defined]
    }
    assert found == set(FIXED)


@pytest.mark.parametrize("module", sorted(FETCHING))
def test_only_connectors_and_the_web_part_can_reach_out(module: str) -> None:
    found = {
        name
        for name, n in (*nodes(ast.Import), *nodes(ast.ImportFrom))
        if (isinstance(n, ast.Import) and any(alias.name == module for alias in n.names))
        or (isinstance(n, ast.ImportFrom) and n.module == module)
    }
    assert {name for name in found if not MAY_FETCH.match(name)} == set()


def test_no_test_measures_time_nor_reads_the_clock_while_it_is_imported() -> None:
    """Speed is for `make bench`; the day of a test is that of `clock.START`, which its functions read."""
    found = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        module = ast.parse(path.read_text("utf-8"))
        called = {n.attr for n in ast.walk(module) if isinstance(n, ast.Attribute)}
        at_import = [n for n in module.body if isinstance(n, ast.Assign | ast.AnnAssign) and n.value]
        read = {
            n.func.attr
            for one in at_import
            if not isinstance(one.value, ast.Lambda)
            for n in ast.walk(one)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
        }
        if called & {"getrusage", "process_time", "perf_counter"} or read & {"now", "today", "utcnow"}:
            found.append(path.name)
    assert found == []
