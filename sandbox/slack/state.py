"""The memory of the Slack sandbox: users, channels and messages of one workspace, safe between threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

ALL_SCOPES = frozenset(
    {
        "chat:write",
        "im:write",
        "im:history",
        "channels:read",
        "channels:history",
        "groups:read",
        "groups:history",
        "users:read",
        "users:read.email",
        "commands",
    }
)
"""What the app of the sandbox may do unless a test takes something away."""


class Failure(Exception):
    """The API answers `ok: false` with this code; `extra` is added to the answer."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code, self.extra = code, extra


@dataclass(slots=True)
class User:
    """Somebody the workspace knows; `deleted` is Slack's word for a deactivated account. Of another workspace they have
    a `team` of their own, and are a `stranger` to the app where it shares no channel with them; a `guest` may be one of
    `one_channel`.
    """

    id: str
    name: str
    email: str = ""
    deleted: bool = False
    bot: bool = False
    timezone: str = "Europe/Brussels"
    # With a hyphen as Slack writes it, while Babel wants "nl_BE".
    locale: str = "nl-NL"
    # Empty: of this workspace.
    team: str = ""
    stranger: bool = False
    guest: bool = False
    one_channel: bool = False
    confirmed: bool = True


@dataclass(slots=True)
class Message:
    """A message as stored. `thread_ts` is that of the parent, empty for a message in the channel itself."""

    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str = ""
    subtype: str = ""
    edited: str = ""
    parse: str = ""

    @property
    def at(self) -> float:
        """Seconds since the epoch."""
        return float(self.ts)


@dataclass(slots=True)
class Channel:
    """A channel, or with `im` the direct conversation of the app with that user. `members` are user ids."""

    id: str
    name: str
    private: bool = False
    im: str = ""
    archived: bool = False
    members: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)

    def message(self, ts: str) -> Message | None:
        """The message with this ts, deleted ones left out."""
        return next((m for m in self.messages if m.ts == ts and m.subtype != "tombstone"), None)

    def thread(self, ts: str) -> list[Message]:
        """The parent, also when it is only a tombstone, and its replies, oldest first."""
        return [m for m in self.messages if ts in (m.ts, m.thread_ts)]

    def top(self) -> list[Message]:
        """What stands in the channel itself, oldest first."""
        return [m for m in self.messages if not m.thread_ts]

    @property
    def kind(self) -> str:
        """The prefix of the scopes that open it: im, groups or channels."""
        return "im" if self.im else "groups" if self.private else "channels"


@dataclass(slots=True)
class View:
    """A dialog that is open, or somebody's page, as it stands now."""

    id: str
    user: str
    content: dict[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Whisper:
    """An answer that only one person saw, in a channel."""

    user: str
    channel: str
    text: str
    blocks: list[dict[str, Any]]


def present() -> float:
    """The moment it is, in seconds since 1970."""
    return datetime.now(UTC).timestamp()


class Workspace:
    """One Slack workspace with one app in it. Hold `lock` for anything that reads and then writes."""

    def __init__(
        self, token: str, scopes: Iterable[str] = ALL_SCOPES, clock: Callable[[], float] = present
    ) -> None:
        self.token, self.scopes = token, set(scopes)
        self.team_id, self.team, self.bot_id = "T0SLUIS00", "Sandbox", "B0SLUIS00"
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: list[dict[str, Any]] = []
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.whispers: list[Whisper] = []
        self.triggers: dict[str, tuple[str, float]] = {}
        self.hooks: dict[str, tuple[str, str, float, int]] = {}
        self.app_token, self.base, self.locale = "xapp-sandbox", "", "nl_BE"
        self.lock = threading.RLock()
        self._clock, self._last, self._ids = clock, 0, 0
        self.bot = self.add_user("sluiswachter", bot=True)

    @property
    def now(self) -> float:
        """The clock of the workspace, in seconds."""
        return self._clock()

    def new_id(self, prefix: str) -> str:
        """An id nobody has yet."""
        with self.lock:
            return self._id(prefix)

    def _id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}0SLUIS{self._ids:04d}"

    def next_ts(self) -> str:
        """A new message id: seconds and microseconds, always later than the one before."""
        with self.lock:
            # A ts is also the id: two messages within a microsecond, or by a clock that stands still, need two.
            self._last = max(round(self._clock() * 1_000_000), self._last + 1)
            return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

    def add_user(self, name: str, email: str = "", *, bot: bool = False, deleted: bool = False) -> User:
        """A new member."""
        with self.lock:
            user = User(self._id("U"), name, email, deleted, bot)
            self.users[user.id] = user
            return user

    def add_channel(self, name: str, *, private: bool = False, bot_in: bool = True) -> Channel:
        """A new channel, with or without the app in it."""
        with self.lock:
            members = {self.bot.id} if bot_in else set()
            channel = Channel(self._id("C"), name, private, members=members)
            self.channels[channel.id] = channel
            return channel

    def add_usergroup(self, handle: str, users: Iterable[str] = ()) -> dict[str, Any]:
        """A new user group of these user ids."""
        with self.lock:
            members = list(users)
            group = {
                "id": self._id("S"),
                "handle": handle,
                "name": handle,
                "users": members,
                "date_delete": 0,
            }
            self.usergroups.append(group)
            return group

    def open_im(self, user: User) -> tuple[Channel, bool]:
        """The app's conversation with a user, and whether it was there already."""
        with self.lock:
            known = next((c for c in self.channels.values() if c.im == user.id), None)
            if known:
                return known, True
            channel = Channel(self._id("D"), user.name, im=user.id, members={self.bot.id, user.id})
            self.channels[channel.id] = channel
            return channel, False

    def seen_by_bot(self, ref: str) -> Channel:
        """A channel by id. A private one without the app in it looks as if it did not exist."""
        channel = self.channels.get(ref)
        if channel is None or (channel.private and self.bot.id not in channel.members):
            raise Failure("channel_not_found")
        return channel

    def require(self, scope: str) -> None:
        """Fail as Slack does when the app was not granted a scope."""
        if scope not in self.scopes:
            raise Failure("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))

    def post(self, channel: Channel, user: str, text: str, **rest: Any) -> Message:
        """Store a message at the end of a channel."""
        with self.lock:
            message = Message(self.next_ts(), user, text, **rest)
            channel.messages.append(message)
            return message
