"""Texts of some length that must not move stand whole in `tests/golden`; SLUIS_GOLDEN=1 writes them anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"
WRITE = bool(os.environ.get("SLUIS_GOLDEN"))


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compares a text with the file that holds it."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if WRITE:
            file.write_text(text, encoding="utf-8")
        assert file.read_text(encoding="utf-8") == text, f"{name}: read it, then run with SLUIS_GOLDEN=1"

    return compare
