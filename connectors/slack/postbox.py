"""Where in Slack a team, role or person is reached. A person is found by e-mail address, and never guessed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from bot.model.people import Person
from bot.ports import NotFound
from connectors.slack.client import SlackClient, record
from connectors.slack.settings import SlackSettings

KEEP = 3600.0
"""Seconds an address stays known, found or not: people join, leave and change their address."""


class SlackPostbox:
    """Channels from the settings; direct conversations by users.lookupByEmail and conversations.open."""

    def __init__(
        self, client: SlackClient, settings: SlackSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._settings, self._clock = client, settings, clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, str | None]] = {}

    def channel(self, name: str) -> str | None:
        """Channel id configured for a team or role."""
        return self._settings.channel_of(name)

    def default_channel(self) -> str | None:
        """The channel for everything that has no channel of its own."""
        return self._settings.channel

    def person(self, person: Person) -> str | None:
        """Conversation id for a direct message; None for somebody without an address or not in the workspace.
        Raises SourceError when Slack could not say.
        """
        email = person.email.strip().lower()
        if not email:
            return None
        with self._lock:
            until, conversation = self._known.get(email, (float("-inf"), None))
        if self._clock() < until:
            return conversation
        conversation = self._look_up(email)
        with self._lock:
            self._known[email] = self._clock() + KEEP, conversation
        return conversation

    def _look_up(self, email: str) -> str | None:
        try:
            user = record(self._client.read("users.lookupByEmail", email=email), "user")
            if user.get("deleted") or user.get("is_bot"):
                return None
            opened = record(self._client.read("conversations.open", users=user.get("id", "")), "channel")
        except NotFound:
            return None
        return str(opened.get("id") or "") or None
