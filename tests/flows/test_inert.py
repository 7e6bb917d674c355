"""Nothing from a ticket becomes more than text: the corpus of tests/nasty.yaml, in what three systems show of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_story import Sync, comments

from sandbox.town import Town

NASTY: list[str] = yaml.safe_load((Path(__file__).parents[1] / "nasty.yaml").read_text(encoding="utf-8"))
SHARES = [NASTY[start::4] for start in range(4)]
QUIET = {
    "doc",
    "panel",
    "paragraph",
    "text",
    "hardBreak",
    "bulletList",
    "orderedList",
    "listItem",
    "expand",
    "rule",
}
QUIET |= {"heading", "nestedExpand"}
OURS = re.compile(r"http://127\.0\.0\.1:\d+/")


@pytest.fixture(params=range(len(SHARES)), ids=lambda number: f"share {number}")
def said(request: pytest.FixtureRequest, town: Town, sync: Sync) -> str:
    """A share of the corpus, written into everything that the bot shows of a ticket; and one cycle."""
    text = " / ".join(["needle", *SHARES[request.param]])
    for key in (town.change, town.release):
        town.jira.set_field(key, "summary", text, "Tom Willems")
        town.jira.set_field(key, "Affected services", [text], "Tom Willems")
        town.jira.set_field(key, "Rollout strategy", text, "Tom Willems")
    town.servicenow.set(
        "change_request", town.payment, by="tom.willems", short_description=text, u_rollout_strategy=text
    )
    assert sync().problems == []
    return text


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(part)


def test_in_jira_no_node_is_more_than_text(town: Town, said: str) -> None:
    (comment,) = comments(town, town.change)
    nodes = [node for node in walk(comment.body) if "type" in node]
    marks = [mark for node in nodes for mark in node.get("marks", ())]
    links = {mark["attrs"]["href"] for mark in marks if mark["type"] == "link"}
    assert {n["type"] for n in nodes} - {m["type"] for m in marks} <= QUIET
    assert all(OURS.match(link) for link in links)
    assert "needle" in json.dumps(comment.body)


def test_in_servicenow_a_note_opens_no_markup(town: Town, said: str) -> None:
    (note,) = town.servicenow.notes(town.payment)
    assert not re.search(r"\[code\]", note, re.IGNORECASE)
    assert "needle" in note and not set("<>") & set(note)


def test_in_slack_nobody_is_called_and_nothing_linked(town: Town, said: str) -> None:
    messages = [m for place in town.channels.values() for m in town.slack.messages(place)]
    assert "needle" in "".join(message.text for message in messages)
    for message in messages:
        called = re.findall(r"<[!@#][^>]*>", message.text)
        assert called == [] and not re.search(r"<https?://evil", message.text)
        parts = list(walk(message.blocks))
        assert {p["type"] for p in parts if "type" in p} & {
            "user",
            "usergroup",
            "broadcast",
            "channel",
        } == set()
        links = {p["url"] for p in parts if p.get("type") == "link"}
        assert all(OURS.match(link) for link in links), links
        for part in parts:
            if part.get("type") == "mrkdwn":
                assert not re.search(r"<[!@#]|<https?://evil", part["text"])
