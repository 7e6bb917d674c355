"""What the doctor sees of Slack, and the remedies it names."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import connectors.slack
from connectors.slack.client import SlackClient
from connectors.slack.doctor import SCOPES, SlackExaminer
from connectors.slack.settings import SlackSettings
from domain.ports.connector import Diagnosis, Examiner, Health
from sandbox.server import Fault, How, Server
from sandbox.slack.app import SlackSandbox


def _examine(client: SlackClient, **settings: object) -> list[Diagnosis]:
    examiner: Examiner = SlackExaminer(client, SlackSettings(**settings))  # type: ignore[arg-type]
    return list(examiner.examine({}))


def test_all_is_well(sandbox: SlackSandbox, server: Server, client: SlackClient, channel: str) -> None:
    team = sandbox.add_channel("burgerzaken", private=True)
    seen = _examine(client, channel=channel, channels={"burgerzaken": team})
    assert [(d.health, d.about, d.detail) for d in seen] == [
        (Health.OK, "slack", "connected as sluiswachter in the workspace Sandbox"),
        (Health.OK, "slack scopes", "all granted"),
        (Health.OK, f"slack channel {channel} (SLACK_CHANNEL)", "posts in #wijzigingen"),
        (Health.OK, f"slack channel {team} (SLACK_CHANNELS__BURGERZAKEN)", "posts in #burgerzaken"),
    ]
    assert server.count(path="chat") == 0


@pytest.mark.parametrize(
    ("settings", "health", "detail"),
    [
        ({}, None, ""),
        ({"signing_secret": "s"}, Health.OK, "heard over HTTP, at /slack/events of `sluis serve`"),
        ({"app_token": "xapp-sandbox"}, Health.OK, "heard over Socket Mode"),
        ({"app_token": "xapp-wrong"}, Health.FAILED, "the token is not accepted (invalid_auth)"),
    ],
)
def test_whether_buttons_are_heard(
    server: Server, client: SlackClient, settings: dict[str, str], health: Health | None, detail: str
) -> None:
    if settings.get("app_token") == "xapp-sandbox":
        pytest.importorskip("websockets", reason="NOT TESTED OVER SOCKET MODE: install websockets")
    given = {"api_url": f"{server.url}/api/"} | settings
    found = [d for d in _examine(client, **given) if d.about == "slack buttons"]
    assert [(d.health, d.detail) for d in found] == ([(health, detail)] if health else [])
    assert all("SLACK_APP_TOKEN" in d.fix for d in found if d.health is Health.FAILED)


def test_wrong_token_ends_the_examination(server: Server) -> None:
    [only] = _examine(SlackClient("xoxb-wrong", f"{server.url}/api/"), channel="C0123456789")
    assert (only.health, only.detail) == (Health.FAILED, "the token is not accepted (invalid_auth)")
    assert "SLACK_BOT_TOKEN" in only.fix


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_missing_scope_is_named_with_what_is_lost(
    sandbox: SlackSandbox, client: SlackClient, scope: str
) -> None:
    sandbox.scopes.discard(scope)
    [missing] = [d for d in _examine(client) if d.about == f"slack scope {scope}"]
    assert missing.health is (Health.FAILED if scope == "chat:write" else Health.WARNING)
    assert SCOPES[scope] in missing.detail
    assert scope in missing.fix


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ((), []),
        (("files:read",), ["beyond what the app needs: files:read"]),
        (("users:write", "chat:write.public"), ["beyond what the app needs: chat:write.public, users:write"]),
    ],
)
def test_scopes_beyond_the_manifest_are_told(
    sandbox: SlackSandbox, client: SlackClient, more: tuple[str, ...], told: list[str]
) -> None:
    sandbox.scopes.update(more)
    found = [d for d in _examine(client) if d.about == "slack scopes" and d.health is Health.WARNING]
    assert [d.detail for d in found] == told
    assert all("take them out" in d.fix for d in found)


def test_the_manifest_asks_for_the_scopes_the_doctor_knows() -> None:
    manifest = yaml.safe_load((Path(connectors.slack.__file__).parent / "manifest.yaml").read_text())
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES.keys()


def _archived(sandbox: SlackSandbox) -> str:
    channel = sandbox.add_channel("oud")
    sandbox.archive(channel)
    return channel


@pytest.mark.parametrize(
    ("make", "detail", "fix"),
    [
        (_archived, "the channel is archived", "unarchive #oud"),
        (lambda s: s.add_channel("buiten", bot_in=False), "the app is not in the channel", "/invite"),
        (
            lambda s: "C0NOWHERE",
            "the channel is not there, or hidden from the app (channel_not_found)",
            "channel ID",
        ),
    ],
)
def test_channel_that_will_not_do(sandbox, client, make, detail, fix) -> None:
    seen = _examine(client, channel=make(sandbox))[-1]
    assert (seen.health, seen.detail) == (Health.FAILED, detail)
    assert fix in seen.fix


def test_no_channel_at_all(client: SlackClient) -> None:
    seen = _examine(client)[-1]
    assert (seen.health, seen.about) == (Health.WARNING, "slack channel")
    assert "SLACK_CHANNEL" in seen.fix


def test_answers_nobody_expects_do_not_stop_the_doctor(
    server: Server, client: SlackClient, channel: str
) -> None:
    server.fail(Fault(How.ANSWER, "auth", status=200, body='{"ok": true}'))
    server.fail(Fault(How.ANSWER, "info", status=502, body="<html>"))
    seen = _examine(client, channel=channel)
    assert [d.health for d in seen] == [Health.OK, Health.WARNING, Health.FAILED]
