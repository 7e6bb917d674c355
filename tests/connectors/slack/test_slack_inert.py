"""Text of a ticket, all the way to what people see: it pings nobody, links nowhere and styles nothing."""

from __future__ import annotations

import re

import pytest
from slack_helpers import MARKER

from bot.messages.blockkit.blocks import (
    actions,
    check_message,
    fields,
    header,
    rich_text,
    section,
    url_button,
    words,
)
from bot.messages.blockkit.mrkdwn import escape, link
from connectors.slack.messages import SlackMessages
from domain.ports.messaging import Place
from sandbox.slack.app import SlackSandbox

URL = "https://example.org/browse/CHG-1"

HOSTILE = [
    "<!channel>",
    "<!here|x>",
    "<@U1>",
    "<#C0SLUIS0002>",
    "<!subteam^S1>",
    "<https://evil.example|CHG-1>",
    "a|b>c",
    "&lt;!channel&gt;",
    "&amp;lt;!channel&amp;gt;",
    "<script>alert(1)</script>",
    "]]> <!date^0^{time}|x>",
    "\ue0000\ue001",
    "line\n<!everyone>",
    "see https://evil.example/x now",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_ticket_text_is_inert(sandbox: SlackSandbox, outlet: SlackMessages, channel: str, text: str) -> None:
    message = {
        "text": f"{escape(text)} {link(URL, text)}",
        "blocks": [
            header(text),
            section(f"{escape(text)} {link(URL, text)}"),
            fields([escape(text)]),
            rich_text([words(text)]),
            actions(url_button(text, URL, "open")),
        ],
    }
    check_message(message)
    outlet.create(Place(channel), message, MARKER)
    outlet.create(Place(channel), {"text": message["text"], "blocks": []}, MARKER)

    html = sandbox.app.test_client().get(f"/archives/{channel}").get_data(as_text=True)
    main = html.partition("<main>")[2]
    assert 'class="mention"' not in main
    assert set(re.findall(r'href="([^"]*)"', main)) == {URL}
    assert "<script" not in main


@pytest.mark.parametrize("text", ["*bold*", "_slanted_", "~gone~", "`code`", ":tada:"])
def test_literal_blocks_leave_styles_as_text(
    sandbox: SlackSandbox, outlet: SlackMessages, channel: str, text: str
) -> None:
    body = {"text": "t", "blocks": [header(text), rich_text([words(text)])]}
    outlet.create(Place(channel), body, MARKER)
    html = sandbox.app.test_client().get(f"/archives/{channel}").get_data(as_text=True)
    assert f"<h2>{text}</h2><p>{text}</p>" in html
