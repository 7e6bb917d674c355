"""The contracts of who may import whom (pyproject.toml) can be broken: a forbidden import planted in a copy of the code
is refused by the contract that is there for it."""

from __future__ import annotations

import ast
import re
import shutil
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]
PACKAGES = ("domain", "rules", "connectors", "bot", "sandbox")
LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
CONTRACTS: dict[str, dict[str, Any]] = {one["id"]: one for one in LINTER["contracts"]}
BROKEN = re.compile(r"^(.+) BROKEN\b", re.MULTILINE)

PLANTED = (
    # contract, file that is changed or made, what is planted in it
    ("house", "domain/people.py", "import rules.windows"),
    ("house", "rules/windows.py", "import connectors.shared.throttle"),
    ("house", "rules/checks/filled.py", "import bot.report"),
    ("house", "connectors/mail/messages.py", "from rules import engine"),
    ("house", "connectors/shared/http.py", "from bot.messages.i18n import speaker"),
    ("rooms", "bot/policy/emergency.py", "from bot.journal import schema"),
    ("rooms", "bot/notify/routing.py", "import bot.cycle.cycle"),
    ("rooms", "bot/outbox/dispatcher.py", "def late() -> None:\n    import bot.intake.facts"),
    ("rooms", "bot/logs.py", "import bot.report"),
    ("rooms", "bot/a_room_of_no_layer/__init__.py", ""),
    ("rooms", "bot/a_module_of_no_layer.py", ""),
    ("circles", "domain/people.py", "import domain.facts"),
    ("pure", "bot/policy/emergency.py", "import sqlalchemy"),
    ("pure", "bot/messages/comment.py", "from slack_sdk import WebClient"),
    ("pure", "bot/notify/ticket_messages.py", "from bot.intake import facts"),
    ("pure", "bot/notify/ticket_messages.py", "from bot.notify.routing import route"),
    ("pure", "rules/windows.py", "import requests"),
    ("pure", "domain/credentials.py", "import pysnow"),
    ("checks", "rules/checks/filled.py", "from rules.checks import says_yes"),
    ("connectors", "connectors/mail/client.py", "import connectors.slack.client"),
    ("connectors", "connectors/jira/assets/api.py", "import connectors.servicenow.cmdb.columns"),
    ("connectors", "connectors/shared/http.py", "import connectors.jira.client"),
    ("connectors", "connectors/register/register.py", "from connectors.catalog import CONNECTORS"),
    ("connectors", "connectors/a_new_one/__init__.py", "import connectors.mail.client"),
    ("wiring", "bot/notify/channels.py", "from connectors.slack import recipients"),
    ("wiring", "bot/server/health.py", "import connectors.catalog"),
    ("vendors", "bot/audit/sections.py", "import jira"),
    ("vendors", "bot/interactions/worker.py", "import slack_bolt"),
    ("sandbox", "bot/cli/operate.py", "import sandbox.town"),
    ("sandbox", "connectors/jira/client.py", "import sandbox.jira.app"),
    ("stranger", "sandbox/jira/state.py", "import connectors.jira.values"),
    ("stranger", "sandbox/town.py", "from domain.people import Person"),
    ("verifier", "domain/hash_chain.py", "from domain import parsing"),
)


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the code to be spoilt, which is what the linter finds by the names of our packages."""
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            copy = tmp_path / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
        monkeypatch.delitem(sys.modules, package, raising=False)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def broken(told: pytest.CaptureFixture[str], *asked: str) -> set[str]:
    """Those of the contracts asked about, or of all, that the code in the present folder breaks."""
    failed = lint_imports(limit_to_contracts=asked, no_cache=True)
    out = told.readouterr().out
    names = set(BROKEN.findall(out))
    assert bool(failed) == bool(names), out
    return {key for key, one in CONTRACTS.items() if one["name"] in names}


def test_the_code_as_it_is_keeps_all(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert broken(capsys) == set()


@pytest.mark.long
@pytest.mark.parametrize(("contract", "file", "planted"), PLANTED, ids=[f"{c}-{f}" for c, f, _ in PLANTED])
def test_a_forbidden_import_is_refused(
    tree: Path, capsys: pytest.CaptureFixture[str], contract: str, file: str, planted: str
) -> None:
    path = tree / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as spoilt:
        spoilt.write(f"\n{planted}\n")
    assert broken(capsys, contract) == {contract}


def test_every_contract_has_an_import_that_breaks_it() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(CONTRACTS)


def test_what_calls_itself_pure_is_held_to_it() -> None:
    held = tuple(CONTRACTS["pure"]["source_modules"])
    pure = {
        module: any(f"{module}.".startswith(f"{source}.") for source in held)
        for module, told in docstrings()
        if re.search(r"\bpure\b", told, re.IGNORECASE)
    }
    assert [module for module, kept in pure.items() if not kept] == []
    assert len(pure) > 10


def docstrings() -> list[tuple[str, str]]:
    """Every module of ours with what it says of itself."""
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return [
        (
            ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"),
            ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "",
        )
        for file in files
    ]
