"""A check is a file: dropped into the folder it is found, and a pack may name it; nothing else is touched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rules import checks
from rules.checks import CHECKS, discover

ROOT = Path(__file__).parents[2]
CHECK = '''
"""Somebody is impacted, and it is told who."""

from domain.sentence import say
from rules.check_api import Params
from rules.field_looks import observe_filled
from rules.outcome import combine

PARAMS = Params


def check(facts, demand):
    return combine([observe_filled(facts, "impacted")], say("Fill in: {fields}.", fields="Impacted"), ())
'''
PACK = """\
id: mine
version: "1"
effective_from: 2026-01-01
document: {nl: Mijn, en: Mine}
cite: Mine v1
rules:
  - {id: MY-1, title: {nl: Doe dit, en: Do this}, applies: {any: true}, gate: assess, check: dropped_in}
"""
ASK = """\
from pathlib import Path
from rules.checks import CHECKS
from rules.loading.loader import load_packs
(pack,) = load_packs(["mine"], Path("."))
print(len(CHECKS), pack.rules[0].stages[0].check, CHECKS["dropped_in"].run.__module__)
"""


def test_a_check_dropped_into_a_copy_of_the_folder_can_be_named_by_a_pack(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "rules" / "checks" / "dropped_in.py").write_text(CHECK, encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(PACK, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]\n{ASK}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"{len(CHECKS) + 1} dropped_in rules.checks.dropped_in\n", done.stderr


def test_the_checks_are_those_of_the_folder_in_the_order_of_their_names() -> None:
    files = [file.stem for file in Path(checks.__file__).parent.glob("*.py") if file.stem != "__init__"]
    assert list(CHECKS) == sorted(files)


def test_modules_that_declare_no_check_are_all_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "their_checks"
    package.mkdir()
    for name, text in (
        ("__init__", ""),
        ("whole", CHECK),
        ("half", "PARAMS = None"),
        ("aside", "def check(): ..."),
    ):
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ImportError, match=r"^their_checks: no check in aside, half: a module here declares"):
        discover([str(package)], "their_checks")
