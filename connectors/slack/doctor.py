"""Looks whether the Slack app can do its work, and says how to mend what it cannot. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.slack.client import SlackClient
from connectors.slack.response_checks import SYSTEM
from connectors.slack.settings import SlackSettings
from domain.people import Role
from domain.ports.connector import Diagnosis, Health
from domain.ports.errors import SourceError

SCOPES: Mapping[str, str] = {
    "chat:write": "post and edit messages",
    "channels:read": "look at the public channels it posts in",
    "groups:read": "look at the private channels it posts in",
    "channels:history": "find its own messages again in public channels after a dropped line",
    "groups:history": "find its own messages again in private channels after a dropped line",
    "im:history": "find its own direct messages again after a dropped line",
    "im:write": "write to people directly",
    "commands": "answer /sluis",
    "users:read": "know the people it writes to, and who presses a button",
    "users:read.email": "find people by their e-mail address",
}
"""What the app asks for, and what each is for."""

# Without any other scope less is done, or done less surely; without this one nothing is said at all.
_ESSENTIAL = frozenset({"chat:write"})


class SlackExaminer:
    """Token, scopes and channels."""

    def __init__(self, client: SlackClient, settings: SlackSettings) -> None:
        self._client, self._settings = client, settings

    def examine(self, roles: Mapping[Role, Sequence[str]]) -> Iterator[Diagnosis]:
        """One line per thing looked at; nothing after a token that is not accepted."""
        try:
            answer = self._client.read("auth.test")
        except SourceError as error:
            yield Diagnosis(Health.FAILED, SYSTEM, str(error), error.fix)
            return
        who, where = answer.data.get("user", "?"), answer.data.get("team", "?")
        yield Diagnosis(Health.OK, SYSTEM, f"connected as {who} in the workspace {where}")
        # Slack tells the scopes with every answer, so that nothing needs to be tried to find out.
        yield from _scopes(answer.headers.get("x-oauth-scopes"))
        yield from self._lines()
        yield from self._channels()

    def _lines(self) -> Iterator[Diagnosis]:
        """Whether buttons and commands are heard. A line that may be opened is not opened."""
        token = self._settings.app_token
        if token is None and self._settings.signing_secret:
            yield Diagnosis(Health.OK, "slack buttons", "heard over HTTP, at /slack/events of `sluis serve`")
        if token is None:
            return
        try:
            SlackClient(token.get_secret_value(), self._settings.api_url).read("apps.connections.open")
        except SourceError as error:
            fix = "make an app-level token with the scope connections:write and put it in SLACK_APP_TOKEN"
            yield Diagnosis(Health.FAILED, "slack buttons", str(error), fix)
            return
        yield Diagnosis(Health.OK, "slack buttons", "heard over Socket Mode")

    def _channels(self) -> Iterator[Diagnosis]:
        if not self._settings.channel:
            yield Diagnosis(
                Health.WARNING,
                "slack channel",
                "teams without a channel of their own hear nothing",
                "set SLACK_CHANNEL to the ID of a channel",
            )
        named = {"SLACK_CHANNEL": self._settings.channel or ""}
        named |= {
            f"SLACK_CHANNELS__{team.upper()}": channel for team, channel in self._settings.channels.items()
        }
        for variable, channel in named.items():
            if channel:
                yield self._channel(variable, channel)

    def _channel(self, variable: str, channel: str) -> Diagnosis:
        about = f"slack channel {channel} ({variable})"
        try:
            info = self._client.read("conversations.info", channel=channel).data.get("channel") or {}
        except SourceError as error:
            return Diagnosis(Health.FAILED, about, str(error), error.fix)
        return _state(about, variable, info)


def _state(about: str, variable: str, info: Mapping[str, Any]) -> Diagnosis:
    if info.get("is_archived"):
        fix = f"unarchive #{info.get('name')}, or put another channel in {variable}"
        return Diagnosis(Health.FAILED, about, "the channel is archived", fix)
    # The app asks for no scope to join by itself: somebody of the channel lets it in.
    if not info.get("is_member"):
        fix = f"in #{info.get('name')}: /invite @sluiswachter"
        return Diagnosis(Health.FAILED, about, "the app is not in the channel", fix)
    return Diagnosis(Health.OK, about, f"posts in #{info.get('name')}")


def _scopes(header: str | None) -> Iterator[Diagnosis]:
    if header is None:
        yield Diagnosis(Health.WARNING, "slack scopes", "Slack did not say which scopes the app has")
        return
    granted = {scope.strip() for scope in header.split(",")}
    missing = [scope for scope in SCOPES if scope not in granted]
    for scope in missing:
        health = Health.FAILED if scope in _ESSENTIAL else Health.WARNING
        fix = f"add {scope} under OAuth & Permissions > Bot Token Scopes and install the app again"
        yield Diagnosis(health, f"slack scope {scope}", f"missing: the app cannot {SCOPES[scope]}", fix)
    if not missing:
        yield Diagnosis(Health.OK, "slack scopes", "all granted")
    if more := sorted(granted - SCOPES.keys() - {""}):
        detail = f"beyond what the app needs: {', '.join(more)}"
        fix = "take them out under OAuth & Permissions > Bot Token Scopes and install the app again"
        yield Diagnosis(Health.WARNING, "slack scopes", detail, fix)
