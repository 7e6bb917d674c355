"""What a ticket says stays text: nothing turns the writing round, and wiki markup finds nothing of its own in it."""

from __future__ import annotations

import pytest

from bot.messages.blockkit import mrkdwn
from bot.messages.formats import plain, wiki


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u200f", "\x1b", "\x07", "\x9b"])
def test_no_control_character_is_left(char: str) -> None:
    text = f"ab{char}cd"
    assert [wiki.escape(text), plain.inert(text), mrkdwn.escape(text)] == ["abcd"] * 3


@pytest.mark.parametrize(
    "text", [":)", ";)", ":D", "(y)", "(/)", "bq. x", "h1. x", "irc:x", "news:x", "&lt;"]
)
def test_wiki_finds_nothing_in_it(text: str) -> None:
    said = wiki.escape(text)
    assert "\u200b" in said and said.replace("\u200b", "") == text
