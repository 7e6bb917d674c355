"""What documents name is there: settings, commands, files, modules, `make` targets."""

from __future__ import annotations

import re
from pkgutil import resolve_name

import pytest
from documents import CODE, FENCED, ROOT, TEXTS, prose
from typer.main import get_command

from bot.cli import app

# The changelog tells of what was, and may name what is gone.
PRESENT = [path for path in TEXTS if path != "CHANGELOG.md"]

SETTINGS = set(re.findall(r"^#([A-Z_]+)", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
OPEN_ENDED = {name.partition("__")[0] for name in SETTINGS if "__" in name} - {"ROLES"}
PREFIXES = "|".join(sorted({name.partition("_")[0] for name in SETTINGS}))
NO_SETTINGS = {"SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLUIS_GOLDEN", "SLUIS_RECORD"}
"""What Bolt would read, and what the tests do."""


def unknown_settings(text: str) -> set[str]:
    """Variables that begin like settings and are none; `SLACK_...` only hints at some."""
    named = re.findall(rf"\b(?:{PREFIXES})_[A-Z_]*[A-Z]\b(?!_\.\.\.)", text)
    full = {name.removesuffix("_FILE") for name in named if name not in SETTINGS} - SETTINGS - NO_SETTINGS
    return {name for name in full if name.partition("__")[0] not in OPEN_ENDED}


@pytest.mark.parametrize("path", PRESENT)
def test_every_setting_that_is_named_is_there(path: str) -> None:
    assert unknown_settings(TEXTS[path]) == set()


def test_a_setting_that_is_not_there_is_found() -> None:
    text = "`SLUIS_MODE` `JIRA_PAT_FILE` `SLACK_CHANNELS__<TEAM>` `MAIL_...` `SLUIS_MOOD` `ROLES__COB` `JIRA_FIELD__X`"
    assert unknown_settings(text) == {"SLUIS_MOOD", "ROLES__COB", "JIRA_FIELD__X"}


COMMANDS = set(getattr(get_command(app), "commands", {}))


def commands(text: str) -> set[str]:
    """The commands of `sluis` that the code of a document names; not those of `/sluis` in Slack."""
    code = "\n".join([*FENCED.findall(text), *CODE.findall(prose(text))])
    return set(re.findall(r"(?:[\s`]|bin/)sluis ([a-z-]+)", code))


def test_the_page_of_commands_names_each_one_there_is() -> None:
    assert commands(TEXTS["docs/commands.md"]) == COMMANDS


@pytest.mark.parametrize("path", PRESENT)
def test_every_command_that_is_named_is_there(path: str) -> None:
    assert commands(TEXTS[path]) - COMMANDS == set()


FOLDERS = "|".join(sorted(path.name for path in ROOT.glob("[!.]*") if path.is_dir()))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def is_there(code: str) -> bool:
    """Whether what a span of code names of the project is in it; what names nothing of it counts as there."""
    if found := re.match(r"make ([a-z-]+)", code):
        return found[1] in TARGETS
    if found := re.match(rf"python -m ((?:{FOLDERS})\.[\w.]+)", code):
        return (ROOT / found[1].replace(".", "/")).with_suffix(".py").is_file()
    if found := re.fullmatch(rf"((?:{FOLDERS})/[\w./@*-]+|test_\w+\.py)(?:::.*)?", code):
        return any(ROOT.glob(found[1] if "/" in found[1] else f"tests/**/{found[1]}"))
    if re.fullmatch(rf"(?:{FOLDERS})(?:\.\w+)+", code):
        return _resolves(code)
    return True


def _resolves(name: str) -> bool:
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


@pytest.mark.parametrize("path", PRESENT)
def test_every_file_module_and_target_that_is_named_is_there(path: str) -> None:
    named = [code.strip("`") for code in CODE.findall(prose(TEXTS[path]))]
    assert [code for code in named if not is_there(code)] == []


@pytest.mark.parametrize(
    ("code", "there"),
    [
        ("rules/packs/*.yaml", True),
        ("rules/packs/*.json", False),
        ("tests/test_documents.py::test_nothing", True),
        ("test_documents.py", True),
        ("test_document.py", False),
        ("rules.checks.CHECKS", True),
        ("rules.checks.CZECHS", False),
        ("rules.cheques", False),
        ("python -m tests.bench 100", True),
        ("python -m tests.bank", False),
        ("make test", True),
        ("make tests", False),
        ("approval/rejection", True),
    ],
)
def test_what_counts_as_there(code: str, there: bool) -> None:
    assert is_there(code) is there
