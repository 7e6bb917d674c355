"""Text for Slack: what loses its power, and where it is cut."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.blockkit.mrkdwn import clip, cut, escape, is_web, link


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1>", "&lt;@U1&gt;"),
        ("<https://example.org|klik>", "&lt;https://example.org|klik&gt;"),
        ("&lt;", "&amp;lt;"),
        ("R&D > \"O&O\" 'x'", "R&amp;D &gt; \"O&amp;O\" 'x'"),
        ("*bold* | é", "*bold* | é"),
    ],
)
def test_escape(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ("url", "label", "made"),
    [
        ("https://example.org/browse/CHG-1", "CHG-1", "<https://example.org/browse/CHG-1|CHG-1>"),
        ("https://example.org/?a=1&b=2", "R&D", "<https://example.org/?a=1&amp;b=2|R&amp;D>"),
        ("https://example.org/a|b c>d", "x", "<https://example.org/a%7Cb%20c&gt;d|x>"),
        ("https://example.org/", "one|two\nthree", "<https://example.org/|one¦two three>"),
        ("https://example.org/", "<!channel>", "<https://example.org/|&lt;!channel&gt;>"),
        ("https://example.org/", " ", "<https://example.org/>"),
        ("javascript:alert(1)", "click", "click"),
        ("mailto:someone@example.org", "mail", "mail"),
        ("https://", "nowhere", "nowhere"),
        ("https://[broken", "b", "b"),
        ("!channel", "x", "x"),
        ("", "x", "x"),
    ],
)
def test_link(url: str, label: str, made: str) -> None:
    assert link(url, label) == made


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("ab &amp; cd", 7, "ab…"),
        ("ab &amp; cd", 9, "ab &amp;…"),
        ("see <https://example.org|CHG-1> now", 20, "see…"),
        ("see <https://example.org|CHG-1> now", 33, "see <https://example.org|CHG-1>…"),
        ("\U0001f512\U0001f512\U0001f512", 2, "\U0001f512…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_clip(text: str, limit: int, clipped: str) -> None:
    assert clip(text, limit) == clipped


@given(st.lists(st.sampled_from(["&", "<", ">", "a", "|", "é", " "]), max_size=40), st.integers(0, 30))
def test_clip_never_cuts_an_entity_in_two(parts: list[str], limit: int) -> None:
    clipped = clip(escape("".join(parts)), limit)
    assert len(clipped) <= limit
    assert "&" not in re.sub(r"&(amp|lt|gt);", "", clipped)
    assert "<" not in clipped


@pytest.mark.parametrize(
    ("text", "limit", "made"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("ab", 1, "…"), ("a", 0, "")]
)
def test_cut(text: str, limit: int, made: str) -> None:
    assert cut(text, limit) == made


@pytest.mark.parametrize(
    ("url", "web"),
    [("https://a.example", True), ("http://127.0.0.1:1/x", True), ("//a.example", False), ("x", False)],
)
def test_is_web(url: str, web: bool) -> None:
    assert is_web(url) is web
