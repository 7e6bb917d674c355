"""Our requests and the sandbox's answers against public descriptions of the Web API, where the machine has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml
from jsonschema import Draft4Validator
from jsonschema.validators import validator_for
from slack_helpers import BEFORE, MARKER, SPECS, body

from connectors.slack.client import SlackClient
from connectors.slack.doctor import SlackExaminer
from connectors.slack.messages import SlackMessages
from connectors.slack.recipients import SlackRecipients
from connectors.slack.settings import SlackSettings
from domain.people import Person
from domain.ports.messaging import Place
from sandbox.server import Received, Server
from sandbox.slack.app import METHODS, SlackSandbox
from sandbox.slack.blocks import parse_blocks
from sandbox.slack.state import Failure, View

CONNECTOR = Path(__file__).parents[3] / "connectors" / "slack"
NEWER = {"channel_actions_ts", "channel_actions_count", "edited"}
"""What the description of 2020 asks for and Slack dropped, or forbids and Slack sends."""

pytestmark = pytest.mark.skipif(not SPECS.exists(), reason="no descriptions of the API on this machine")


def _openapi() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SPECS / "slack-web-api.json").read_text())
    return found


def _operation(method: str) -> dict[str, Any]:
    path = _openapi()["paths"][f"/{method}"]
    return path.get("post") or path["get"]


def _known_arguments(method: str) -> dict[str, bool]:
    """Argument name to whether it is required, from both descriptions."""
    known = {p["name"]: bool(p.get("required")) for p in _operation(method)["parameters"]}
    newer = SPECS / "methods" / f"{method}.json"
    if newer.exists():
        known |= {n: bool(a["required"]) for n, a in json.loads(newer.read_text())["args"].items()}
    return {name: needed for name, needed in known.items() if name != "token"}


def _arguments(asked: Received) -> set[str]:
    if asked.headers["Content-Type"].startswith("application/json"):
        return set(json.loads(asked.body or b"{}"))
    return {name for name, _ in parse_qsl(asked.body.decode())}


def _everything(sandbox: SlackSandbox, client: SlackClient, channel: str) -> None:
    """Every call that the connector makes."""
    sandbox.add_user("Dirk Peeters", "dirk.peeters@example.org")
    outlet, settings = SlackMessages(client), SlackSettings(channel=channel)
    card = outlet.create(Place(channel), body("card"), MARKER)
    outlet.create(Place(channel, card), body("news"), MARKER)
    outlet.find(Place(channel), MARKER, BEFORE)
    outlet.find(Place(channel, card), MARKER, BEFORE)
    outlet.update(Place(channel), card, body("new"), MARKER)
    outlet.remove(Place(channel), card)
    SlackRecipients(client, settings).person(Person("u", "Dirk", email="dirk.peeters@example.org"))
    list(SlackExaminer(client, settings).examine({}))


def test_requests_name_only_documented_arguments(
    sandbox: SlackSandbox, server: Server, client: SlackClient, channel: str
) -> None:
    _everything(sandbox, client, channel)
    assert len({asked.path for asked in server.asked}) == 10
    for asked in server.asked:
        known = _known_arguments(asked.path.removeprefix("/api/"))
        used = _arguments(asked)
        assert used <= set(known), asked.path
        assert {name for name, needed in known.items() if needed} <= used, asked.path
        assert asked.headers["Authorization"].startswith("Bearer ")


CALLS = [
    ("chat.postMessage", ("channel", "text", "blocks")),
    ("chat.update", ("channel", "ts", "text")),
    ("auth.test", ()),
    ("conversations.history", ("channel",)),
    ("conversations.replies", ("channel", "ts")),
    ("conversations.info", ("channel",)),
    ("conversations.list", ()),
    ("conversations.open", ("users",)),
    ("users.lookupByEmail", ("email",)),
    ("users.info", ("user",)),
    ("users.list", ()),
    ("usergroups.list", ()),
    ("chat.delete", ("channel", "ts")),
    ("api.test", ()),
    ("chat.postEphemeral", ("channel", "user", "text", "blocks")),
    ("views.open", ("trigger_id", "view")),
    ("views.update", ("view_id", "view")),
    ("views.publish", ("user_id", "view")),
]

DIALOG = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [{"type": "divider"}]}
PAGE = {"type": "home", "blocks": [{"type": "divider"}]}


@pytest.mark.parametrize(("method", "names"), CALLS)
def test_sandbox_answers_as_described(
    sandbox: SlackSandbox, channel: str, method: str, names: tuple[str, ...]
) -> None:
    http, headers = sandbox.app.test_client(), {"Authorization": f"Bearer {sandbox.token}"}
    sandbox.scopes.add("usergroups:read")
    user = sandbox.add_user("Dirk Peeters", "dirk.peeters@example.org")
    values: dict[str, Any] = {"channel": channel, "users": user.id, "user": user.id, "email": user.email}
    sandbox.workspace.channels[channel].members.add(user.id)
    sandbox.workspace.triggers |= dict.fromkeys(("first", "second"), (user.id, sandbox.workspace.now + 3))
    opened = http.post("/api/views.open", json={"trigger_id": "first", "view": DIALOG}, headers=headers)
    values |= {"view_id": opened.get_json()["view"]["id"], "trigger_id": "second", "user_id": user.id}
    values |= body("hello") | {"view": PAGE if method == "views.publish" else DIALOG}
    values["ts"] = http.post("/api/chat.postMessage", json=values, headers=headers).get_json()["ts"]

    answer = http.post(f"/api/{method}", json={n: values[n] for n in names}, headers=headers).get_json()
    schema = _operation(method)["responses"]["200"]["schema"] | {"definitions": _openapi()["definitions"]}
    complaints = [e.message for e in Draft4Validator(schema).iter_errors(answer)]
    assert answer["ok"] is True
    assert [c for c in complaints if not any(f"'{name}'" in c for name in NEWER)] == []


def test_every_sandbox_method_exists_and_is_exercised() -> None:
    assert {method for method, _ in CALLS} == set(METHODS)
    assert {f"/{method}" for method in METHODS} <= set(_openapi()["paths"])


@pytest.mark.parametrize(
    "name", ["section_block", "header_block", "divider_block", "context_block", "rich_text_block", "actions"]
)
def test_sandbox_accepts_the_published_examples(name: str) -> None:
    examples = sorted((SPECS / "blocks-limits/spec/fixtures/valid/blocks").glob(f"{name}*.json"))
    assert examples
    for example in examples:
        block = json.loads(example.read_text())
        assert parse_blocks([block]) == [block]


def test_sandbox_holds_to_the_published_limits() -> None:
    limits = json.loads((SPECS / "blocks-limits/spec/limits.json").read_text())
    for kind, limit in (("section", limits["section"]), ("header", limits["header"])):
        text = {"type": "plain_text", "text": "\U0001f512" * limit["text"]["max_length"]}
        parse_blocks([{"type": kind, "text": text}])
        with pytest.raises(Failure, match="invalid_blocks"):
            parse_blocks([{"type": kind, "text": text | {"text": text["text"] + "x"}}])


def test_manifest_is_one_that_slack_takes() -> None:
    manifest = yaml.safe_load((CONNECTOR / "manifest.yaml").read_text())
    schema = json.loads((SPECS / "slack-app-manifest.schema.2.0.0.json").read_text())
    assert [e.message for e in validator_for(schema)(schema).iter_errors(manifest)] == []


def test_manifest_over_http_is_one_that_slack_takes() -> None:
    """With the lines changed that the README names."""
    manifest = yaml.safe_load((CONNECTOR / "manifest.yaml").read_text())
    url, settings = "https://your.address/slack/events", manifest["settings"]
    settings["socket_mode_enabled"] = False
    settings["interactivity"]["request_url"] = settings["event_subscriptions"]["request_url"] = url
    manifest["features"]["slash_commands"][0]["url"] = url
    schema = json.loads((SPECS / "slack-app-manifest.schema.2.0.0.json").read_text())
    assert [e.message for e in validator_for(schema)(schema).iter_errors(manifest)] == []


def test_manifest_has_buttons_command_and_home_and_no_more_events_than_that() -> None:
    manifest = yaml.safe_load((CONNECTOR / "manifest.yaml").read_text())
    settings, features = manifest["settings"], manifest["features"]
    assert settings["interactivity"]["is_enabled"]
    assert settings["socket_mode_enabled"]
    assert settings["event_subscriptions"]["bot_events"] == ["app_home_opened"]
    assert [c["command"] for c in features["slash_commands"]] == ["/sluis"]
    assert features["app_home"]["home_tab_enabled"]
    assert features["app_home"]["messages_tab_enabled"], "else nobody can be written to directly"


def test_manifest_is_that_of_an_app_of_ones_own_workspace() -> None:
    """Slack limits reading back to one request a minute for apps that are distributed outside its Marketplace."""
    manifest = yaml.safe_load((CONNECTOR / "manifest.yaml").read_text())
    assert manifest["settings"]["org_deploy_enabled"] is False
    assert manifest["oauth_config"].keys() == {"scopes"}, (
        "no redirect addresses: it is installed from its own page"
    )
    assert manifest["oauth_config"]["scopes"].keys() == {"bot"}


SAMPLES = {
    "BlockActionPayload": ("press", {"response_url", "channel", "container", "message", "actions", "user"}),
    "SlashCommandPayload": ("command", {"command", "text", "user_id", "channel_id", "response_url", "trigger_id"}),
    "ViewSubmissionPayload": ("submit", {"user", "view"}),
}  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_people_of_the_sandbox_send_has_the_published_shape(
    sandbox: SlackSandbox, channel: str, sample: str
) -> None:
    deed, needed = SAMPLES[sample]
    people, user = sandbox.people, sandbox.add_user("Dirk Peeters", "dirk.peeters@example.org")
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "x"},
        "action_id": "seen",
        "value": "v",
    }
    sandbox.say(channel, sandbox.workspace.bot.id, "card", blocks=[{"type": "actions", "elements": [button]}])
    (card,) = sandbox.messages(channel)
    if deed == "press":
        people.press(user, channel, card, "seen")
    elif deed == "command":
        people.command(user, channel, "mine")
    else:
        people.submit(user, View("V1", user.id, DIALOG, "1.0"))
    published = json.loads((SPECS / "samples" / f"{sample}.json").read_text())
    _, sent = people.last
    assert needed <= set(sent) <= set(published)
    for name in ("container", "user", "view"):
        if name in sent:
            assert set(sent[name]) - {"blocks", "type"} <= set(published[name])
