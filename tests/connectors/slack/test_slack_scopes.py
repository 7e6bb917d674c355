"""The least scopes: each one in the manifest is asked for by a method that the connector calls, and none is lacking."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from slack_helpers import SPECS

from connectors.slack.doctor import SCOPES

CONNECTOR = Path(__file__).parents[3] / "connectors" / "slack"
CALL = re.compile(r'\.(?:read|write|pages)\(\s*"([a-zA-Z.]+)"')

NOT_ASKED_FOR = {
    "mpim:read": "there are no group conversations",
    "mpim:write": "there are no group conversations",
    "mpim:history": "there are no group conversations",
    "im:read": "a direct conversation is looked at nowhere",
    "channels:manage": "only direct conversations are opened",
    "groups:write": "only direct conversations are opened",
}
"""What the same methods would need for more than is done with them, and why it is not done."""

pytestmark = pytest.mark.skipif(not SPECS.exists(), reason="no descriptions of the API on this machine")


def manifest() -> dict[str, dict[str, dict[str, list[str]]]]:
    read: dict[str, dict[str, dict[str, list[str]]]] = yaml.safe_load(
        (CONNECTOR / "manifest.yaml").read_text()
    )
    return read


def called() -> dict[str, set[str]]:
    """The scopes of a bot by which each method that the connector calls may be called: any one, by kind of channel."""
    code = "\n".join(path.read_text() for path in CONNECTOR.glob("*.py"))
    return {method: scopes(method) for method in CALL.findall(code)}


def scopes(method: str) -> set[str]:
    newer = SPECS / "methods" / f"{method}.json"
    if newer.exists():
        return {scope["name"] for scope in json.loads(newer.read_text())["scopes"].get("bot", ())}
    path = json.loads((SPECS / "slack-web-api.json").read_text())["paths"][f"/{method}"]
    named = {s for one in (path.get("post") or path["get"])["security"] for s in one["slackAuth"]} - {"none"}
    return {s.removesuffix(":bot") for s in named if not s.endswith(":user")}


def test_every_call_is_seen_by_this_test() -> None:
    assert called().keys() == {
        *("auth.test", "apps.connections.open", "users.lookupByEmail", "users.info", "conversations.open"),
        *(
            "conversations.info",
            "conversations.history",
            "conversations.replies",
            "views.open",
            "views.update",
        ),
        *("views.publish", "chat.postMessage", "chat.postEphemeral", "chat.update", "chat.delete"),
    }


def test_each_scope_is_needed_by_a_call_and_each_call_has_its_scopes() -> None:
    asked = set(manifest()["oauth_config"]["scopes"]["bot"])
    needed = set().union(*called().values())
    assert needed - NOT_ASKED_FOR.keys() == asked - {"commands"}
    assert needed >= NOT_ASKED_FOR.keys(), "a reason for what nothing asks for"
    assert all(may & asked for may in called().values() if may)


def test_the_scope_of_commands_goes_with_the_command() -> None:
    assert "commands" in manifest()["oauth_config"]["scopes"]["bot"]
    assert manifest()["features"]["slash_commands"]


def test_the_doctor_and_the_readme_name_the_same_scopes() -> None:
    asked = manifest()["oauth_config"]["scopes"]["bot"]
    assert set(SCOPES) == set(asked) and len(asked) == len(SCOPES)
    table = (CONNECTOR / "README.md").read_text().partition("| scope |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z.]+(?::[a-z.]+)?)`", table)) == {*asked, "connections:write"}
