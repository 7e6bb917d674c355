"""What a ticket says stays text: nothing turns the writing round, and wiki markup finds nothing of its own in it."""

from __future__ import annotations

import pytest

from bot.messages.blockkit import blocks, mrkdwn
from bot.messages.formats import adf, plain, wiki
from connectors.servicenow.work_notes import inert
from domain.document import Document, Fold, Heading, Run


@pytest.mark.parametrize("char", ["\u202e", "\u2066", "\u200f", "\x1b", "\x07", "\x9b"])
def test_no_control_character_is_left(char: str) -> None:
    text = f"ab{char}cd"
    document = Document((Heading(text), Fold(text, ((Run(text),),))))
    (heading, fold) = adf.render(document)["content"]
    shown = [
        wiki.escape(text),
        plain.inert(text),
        mrkdwn.escape(text),
        heading["content"][0]["text"],
        fold["attrs"]["title"],
        blocks.words(text)["text"],
        blocks.web_link("https://jira.example", text)["text"],
        blocks.header(text)["text"]["text"],
        inert(text),
    ]
    assert shown == ["abcd"] * len(shown)


@pytest.mark.parametrize(
    "text", [":)", ";)", ":D", "(y)", "(/)", "(flag)", "(*r)", "bq. x", "h1. x", "irc:x", "news:x", "&lt;"]
)
def test_wiki_finds_nothing_in_it(text: str) -> None:
    said = wiki.escape(text)
    assert "\u200b" in said and said.replace("\u200b", "").replace("\\", "") == text
