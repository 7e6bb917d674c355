"""A Slack workspace on loopback: the Web API methods the connector uses, strict about what Slack is strict about,
and pages that show what people would see. Made from Slack's public documentation, not from Slack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, jsonify, request

from sandbox.slack import chat, lookup, views
from sandbox.slack.pages import add_pages
from sandbox.slack.people import People
from sandbox.slack.socket import Sockets
from sandbox.slack.state import ALL_SCOPES, Channel, Failure, Message, User, View, Whisper, Workspace, present

TOKEN = "xoxb-sandbox"

Method = Callable[[Workspace, dict[str, Any]], dict[str, Any]]


def _api_test(_: Workspace, args: dict[str, Any]) -> dict[str, Any]:
    return {"args": args} if args else {}


def _auth_test(workspace: Workspace, _: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": request.host_url,
        "team": workspace.team,
        "team_id": workspace.team_id,
        "user": workspace.bot.name,
        "user_id": workspace.bot.id,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


METHODS: dict[str, tuple[str, Method]] = {
    "api.test": ("", _api_test),
    "auth.test": ("", _auth_test),
    "chat.postMessage": ("chat:write", chat.post_message),
    "chat.update": ("chat:write", chat.update),
    "chat.delete": ("chat:write", chat.delete),
    "chat.postEphemeral": ("chat:write", views.post_ephemeral),
    "views.open": ("", views.open_view),
    "views.update": ("", views.update_view),
    "views.publish": ("", views.publish),
    "conversations.history": ("", lookup.history),
    "conversations.replies": ("", lookup.replies),
    "conversations.info": ("", lookup.info),
    "conversations.list": ("", lookup.list_channels),
    "conversations.open": ("im:write", lookup.open_conversation),
    "users.lookupByEmail": ("users:read.email", lookup.lookup_by_email),
    "users.info": ("users:read", lookup.user_info),
    "users.list": ("users:read", lookup.list_users),
    "usergroups.list": ("usergroups:read", lookup.list_usergroups),
}
"""Method name to the scope it always needs (others depend on the channel) and what it does."""


class SlackSandbox:
    """The workspace as tests and the demo see it. Serve `app` with `sandbox.server.Server`;
    the base URL of the API is then `<server.url>/api/`. All public calls are safe between threads.
    """

    def __init__(
        self,
        token: str = TOKEN,
        scopes: Iterable[str] = ALL_SCOPES,
        clock: Callable[[], float] = present,
    ) -> None:
        self.workspace = Workspace(token, scopes, clock)
        self.app = Flask("slack-sandbox", static_folder=None)
        self.sockets = Sockets()
        self.people = People(self.workspace, self.sockets)
        self.app.add_url_rule("/api/<method>", view_func=self._call, methods=["GET", "POST"])
        self.app.add_url_rule("/response/<name>", view_func=self._hook, methods=["POST"])
        add_pages(self.app, self.workspace)

    @property
    def token(self) -> str:
        """The bot token that is accepted."""
        return self.workspace.token

    @property
    def scopes(self) -> set[str]:
        """The scopes granted to the app; change the set to grant or withdraw."""
        return self.workspace.scopes

    def add_channel(self, name: str, private: bool = False, bot_in: bool = True) -> str:
        """A new channel; gives its id."""
        return self.workspace.add_channel(name, private=private, bot_in=bot_in).id

    def add_user(self, name: str, email: str = "", deleted: bool = False) -> User:
        """A new member of the workspace."""
        return self.workspace.add_user(name, email, deleted=deleted)

    def add_usergroup(self, handle: str, users: Iterable[str] = ()) -> str:
        """A new user group; gives its id."""
        return str(self.workspace.add_usergroup(handle, users)["id"])

    def archive(self, channel: str) -> None:
        """Archive a channel."""
        self.workspace.channels[channel].archived = True

    def kick(self, channel: str) -> None:
        """Take the app out of a channel."""
        self.workspace.channels[channel].members.discard(self.workspace.bot.id)

    def say(self, channel: str, user: str, text: str, **rest: Any) -> str:
        """A person says something; gives the ts. `rest` may hold metadata, blocks or thread_ts."""
        return self.workspace.post(self.workspace.channels[channel], user, text, **rest).ts

    def channels(self) -> list[Channel]:
        """Every conversation, direct ones included."""
        with self.workspace.lock:
            return list(self.workspace.channels.values())

    def messages(self, channel: str) -> list[Message]:
        """What stands in a channel itself, oldest first."""
        with self.workspace.lock:
            return self.workspace.channels[channel].top()

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The replies under a message, oldest first."""
        with self.workspace.lock:
            return self.workspace.channels[channel].thread(ts)[1:]

    def direct(self, user: User) -> list[Message]:
        """What the app told a person directly, oldest first."""
        with self.workspace.lock:
            return [m for c in self.workspace.channels.values() if c.im == user.id for m in c.messages]

    def whispers(self, user: User) -> list[Whisper]:
        """What only this person was shown, oldest first."""
        with self.workspace.lock:
            return [w for w in self.workspace.whispers if w.user == user.id]

    def dialog(self, user: User) -> View | None:
        """The dialog that this person has open."""
        with self.workspace.lock:
            return next((v for v in reversed(self.workspace.views.values()) if v.user == user.id), None)

    def close_dialog(self, view: View) -> None:
        """The person closes a dialog."""
        with self.workspace.lock:
            self.workspace.views.pop(view.id, None)

    def home(self, user: User) -> View | None:
        """What this person sees on the app's Home."""
        with self.workspace.lock:
            return self.workspace.homes.get(user.id)

    def _hook(self, name: str) -> tuple[str, int]:
        body = request.get_json(silent=True) or {}
        try:
            with self.workspace.lock:
                self.people.hooked(name, body)
                user, channel, *_ = self.workspace.hooks[name]
                views.whisper(self.workspace, user, channel, body)
        except Failure as failure:
            return failure.code, 404
        return "ok", 200

    def _call(self, method: str) -> Response:
        self.workspace.base = request.host_url.rstrip("/")
        try:
            body = {"ok": True} | self._carry_out(method)
        except Failure as failure:
            body = {"ok": False, "error": failure.code, **failure.extra}
        response = jsonify(body)
        # Slack tells the scopes with every answer; the doctor looks there.
        response.headers["x-oauth-scopes"] = ",".join(sorted(self.scopes))
        return response

    def _carry_out(self, method: str) -> dict[str, Any]:
        if method == "apps.connections.open":
            return self._open_line()
        if method not in METHODS:
            raise Failure("unknown_method", req_method=method)
        scope, function = METHODS[method]
        # The one method that takes no token.
        if method != "api.test":
            self._authorize()
        if scope:
            self.workspace.require(scope)
        with self.workspace.lock:
            return function(self.workspace, _arguments())

    def _open_line(self) -> dict[str, Any]:
        self._authorize(self.workspace.app_token)
        return {"url": self.sockets.url()}

    def _authorize(self, wanted: str = "") -> None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not token:
            raise Failure("not_authed")
        # A bot token where an app token belongs is told as such, not as a wrong one.
        if wanted and token == self.token:
            raise Failure("not_allowed_token_type")
        if token != (wanted or self.token):
            raise Failure("invalid_auth")


def _arguments() -> dict[str, Any]:
    """From the query, a form or JSON, whichever the request brings. The SDK says JSON also where it sends nothing."""
    if not request.is_json or not request.get_data():
        return dict(request.values)
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Failure("invalid_json")
    return body
