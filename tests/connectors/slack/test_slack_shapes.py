"""Signed bodies of odd shape: refused with a 400, whatever they do to those who take them apart."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.slack.client import SlackClient
from connectors.slack.interactions import SlackInteractions
from connectors.slack.settings import SlackSettings
from domain.ports.interactions import Interaction

SECRET = "a-signing-secret"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
PRESS: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U1", "team_id": "T1"},
    "team": {"id": "T1"},
    "trigger_id": "Tr1",
    "response_url": "https://hooks.slack.com/x",
    "container": {"message_ts": "1.2", "channel_id": "C1"},
    "actions": [{"type": "button", "action_id": "seen", "value": "jira:1|", "action_ts": "1.3"}],
}
EVENT = {
    "type": "event_callback",
    "team_id": "T1",
    "event_id": "Ev1",
    "event": {"type": "app_home_opened", "user": "U1", "tab": "home"},
}
COMMAND = {"command": "/sluis", "text": "mine", "user_id": "U1", "trigger_id": "Tr1", "team_id": "T1"}


class Desk:
    """The connector behind a signature, and what was kept."""

    def __init__(self) -> None:
        self.kept: list[Interaction] = []
        made = SlackSettings(bot_token="xoxb-1", signing_secret=SECRET)  # type: ignore[arg-type]
        self.desk = SlackInteractions(SlackClient("xoxb-1", "http://127.0.0.1:9/api/"), made)
        self.desk.open(self.kept.append)

    def post(self, kind: str, body: str | bytes) -> int:
        raw = body.encode() if isinstance(body, str) else body
        stamp = str(int(time.time()))
        digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
        headers = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={digest}",
            "Content-Type": kind,
        }
        return self.desk.receive(headers, raw)[0]


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


def payload(**changed: Any) -> str:
    return urlencode({"payload": json.dumps(PRESS | changed)})


def action(**changed: Any) -> str:
    return payload(actions=[PRESS["actions"][0] | changed])


@pytest.mark.parametrize(
    ("kind", "body"), [(FORM, payload()), (JSON, json.dumps(EVENT)), (FORM, urlencode(COMMAND))]
)
def test_what_slack_sends_is_kept(desk: Desk, kind: str, body: str) -> None:
    desk.kept.clear()
    assert (desk.post(kind, body), len(desk.kept)) == (200, 1)


DEEP = 30_000


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (JSON, "[" * DEEP),
        (JSON, '{"a":' * DEEP + "1" + "}" * DEEP),
        (FORM, urlencode({"payload": "[" * DEEP})),
        (JSON, '{"event_time": ' + "9" * 5000 + "}"),
        (JSON, "[]"),
        (JSON, "null"),
        (JSON, "{"),
        (JSON, b"\xff\xfe"),
        (FORM, urlencode({"payload": "[]"})),
        (FORM, urlencode({"payload": "7"})),
        (FORM, urlencode({"payload": "nonsense"})),
        (FORM, payload(type=["block_actions"])),
        (FORM, payload(type={"block_actions": 1})),
        (FORM, payload(user=["U1"])),
        (FORM, payload(user={"id": ["U1"]})),
        (FORM, payload(user={"id": 10**400})),
        (FORM, payload(user={"id": "U" * 100_000})),
        (FORM, payload(user={"id": "U1\0"})),
        (FORM, payload(team=[1])),
        (FORM, payload(team={"id": {}})),
        (FORM, payload(actions={"a": 1})),
        (FORM, payload(actions=[["x"]])),
        (FORM, payload(actions=["x"])),
        (FORM, payload(container=[])),
        (FORM, action(action_id=["seen"])),
        (FORM, action(action_id={})),
        (FORM, action(action_ts=1e300)),
        (FORM, action(value="\ud83d")),
        (JSON, json.dumps(EVENT | {"event": ["app_home_opened"]})),
        (JSON, json.dumps(EVENT | {"event": {"type": ["app_home_opened"]}})),
        (JSON, json.dumps(EVENT | {"event_id": ["Ev1"]})),
        (FORM, urlencode(COMMAND | {"text": "a\0"})),
    ],
)
def test_what_slack_never_sends_is_refused_and_leaves_no_traceback(
    desk: Desk, caplog: pytest.LogCaptureFixture, kind: str, body: str | bytes
) -> None:
    desk.kept.clear()
    with caplog.at_level(logging.DEBUG):
        assert (desk.post(kind, body), desk.kept) == (400, [])
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Signature": "v0=é", "X-Slack-Request-Timestamp": "1"},
        {"X-Slack-Signature": "", "X-Slack-Request-Timestamp": "99999999999999"},
    ],
)
def test_what_is_not_signed_is_not_read(desk: Desk, headers: dict[str, str]) -> None:
    assert not desk.desk.genuine(headers, b"{}")
    assert desk.desk.receive(headers, b"{}")[0] == 401
