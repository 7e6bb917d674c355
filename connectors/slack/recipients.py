"""Where in Slack a team, role or person is reached. A person is found by e-mail address, and never guessed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from connectors.shared.settings import variable
from connectors.slack.client import SlackClient, record
from connectors.slack.members import outsider
from connectors.slack.settings import SlackSettings
from domain.people import Person
from domain.ports.errors import NotFound, SourceError

KEEP = 3600.0
"""Seconds an address stays known, found or not: people join, leave and change their address."""


class _Known(NamedTuple):
    """Where a person is written to, and what they read; None where that is not known."""

    conversation: str | None = None
    locale: str | None = None


_NOBODY = _Known()


class SlackRecipients:
    """Channels from the settings; direct conversations by users.lookupByEmail and conversations.open."""

    def __init__(
        self, client: SlackClient, settings: SlackSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client, self._settings, self._clock = client, settings, clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, _Known]] = {}

    def channel(self, name: str) -> str | None:
        """Channel id configured for a team or role."""
        return self._settings.channel_of(name)

    def setting(self, name: str = "") -> str:
        """The variable of a team's or role's channel, or of the default one."""
        return f"SLACK_CHANNELS__{variable(name)}" if name else "SLACK_CHANNEL"

    def default_channel(self) -> str | None:
        """The channel for everything that has no channel of its own."""
        return self._settings.channel

    def instead_of(self, container: str) -> str | None:
        """The default channel for what another channel does not take; None for a direct conversation."""
        # D is a direct conversation: what is for one person is not shown to a channel.
        return self._settings.channel if container[:1] in ("C", "G") else None

    def language(self, name: str) -> str | None:
        """The language set for a team or role."""
        return self._settings.language_of(name)

    def person(self, person: Person) -> str | None:
        """Conversation id for a direct message; None for somebody without an address or not in the workspace.
        Raises SourceError when Slack could not say.
        """
        return self._of(person).conversation

    def locale(self, person: Person) -> str | None:
        """What they read in Slack, like "nl-BE". Raises SourceError when Slack could not say."""
        return self._of(person).locale

    def _of(self, person: Person) -> _Known:
        # Slack finds addresses in any case; folded, one person is asked for once.
        email = person.email.strip().lower()
        if not email:
            return _NOBODY
        with self._lock:
            until, known = self._known.get(email, (float("-inf"), _NOBODY))
        if self._clock() < until:
            return known
        known = self._look_up(email)
        with self._lock:
            self._known[email] = self._clock() + KEEP, known
        return known

    def _look_up(self, email: str) -> _Known:
        try:
            user = record(self._client.read("users.lookupByEmail", email=email), "user")
            if user.get("deleted") or user.get("is_bot"):
                return _NOBODY
            # A guest, or whoever never confirmed the address, is none of the people that it is for.
            if outsider(user, self._client.me()):
                return _NOBODY
            # As a read: opening it twice gives the same conversation, and its id is what an edit needs.
            opened = record(self._client.read("conversations.open", users=user.get("id", "")), "channel")
        except NotFound:
            return _NOBODY
        return _Known(str(opened.get("id") or "") or None, self._locale(str(user.get("id", ""))))

    def _locale(self, user: str) -> str | None:
        """Told by users.info alone, and only when asked for. A language is no reason to keep a message back."""
        try:
            info = record(self._client.read("users.info", user=user, include_locale=True), "user")
        except SourceError:
            return None
        return str(info.get("locale") or "") or None
