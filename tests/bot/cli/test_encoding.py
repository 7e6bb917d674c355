"""Characters that the output cannot show: stand-ins that can be read, and machine formats that stay valid."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable

import pytest

from bot.cli.encoding import make_readable, shows_unicode

Written = Callable[[str, str], str]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    def write(encoding: str, text: str) -> str:
        held = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(held, encoding=encoding))
        make_readable()
        sys.stdout.write(text)
        sys.stdout.flush()
        return held.getvalue().decode(encoding)

    return write


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("ascii", "C × I … “ja” ‘nee’ – — · → ≥ • ▌", "C x I ... \"ja\" 'nee' - - - -> >= * |"),
        ("ascii", "⛔ ⏳ ✅ ℹ️ ✓ ✗", "[stop] [to do] [ok] [i] + x"),
        ("ascii", "beëindigd, één", "beeindigd, een"),
        ("ascii", "漢 🚦 \ud83d", "? ? ?"),
        ("cp1252", "“ja” × … één ✓ → 🚦", "“ja” × … één + -> ?"),
        ("utf-8", "“ja” × ✓ 🚦", "“ja” × ✓ 🚦"),
        ("utf-8", "half an emoji: \ud83d", "half an emoji: ?"),
    ],
)
def test_what_is_shown(written: Written, encoding: str, text: str, shown: str) -> None:
    assert written(encoding, text) == shown


@pytest.mark.parametrize(("encoding", "plain"), [("ascii", True), ("cp1252", True), ("utf-8", False)])
def test_machines_are_given_ascii_where_not_all_can_be_shown(
    written: Written, encoding: str, plain: bool
) -> None:
    written(encoding, "")
    said = json.dumps({"told": "“één” → ✓"}, ensure_ascii=not shows_unicode())
    assert said.isascii() is plain
    assert json.loads(written(encoding, said)) == {"told": "“één” → ✓"}
