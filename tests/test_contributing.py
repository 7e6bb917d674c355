"""CONTRIBUTING.md names files that are there, and a target that writes everything generated."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PATH = re.compile(r"`([\w.-]+/[\w./<>-]*)`")


def test_every_path_on_the_page_is_there() -> None:
    named = set(PATH.findall(PAGE))
    globs = {path: re.sub(r"<\w+>", "*", path) for path in named}
    missing = [path for path, glob in globs.items() if not list(ROOT.glob(glob.rstrip("/")))]
    assert missing == []
    assert len(named) > 15


def test_one_target_writes_all_that_is_generated() -> None:
    (written,) = re.findall(r"^docs: (.*?) ##", MAKEFILE, re.MULTILINE)
    generators = re.findall(r"^([\w-]+-(?:doc|example)|catalogue): \$", MAKEFILE, re.MULTILINE)
    assert sorted(written.split()) == sorted(generators)
    assert len(generators) > 4
