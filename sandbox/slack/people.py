"""What people do in the sandbox: press, choose, fill in, give a command, look at their Home; and how that reaches
the app: over one of its Socket Mode lines, else as a signed request to its URL.

Payloads: https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import requests

from sandbox.slack.chat import shown as shown_message
from sandbox.slack.socket import Delivered, Sockets
from sandbox.slack.state import Failure, Message, User, View, Workspace
from sandbox.slack.views import TRIGGER_SECONDS, checked, shown

HOOK_SECONDS, HOOK_USES = 1800.0, 5
SIGNING_SECRET = "sandbox-signing-secret"

Payload = dict[str, Any]


class People:
    """The hands of everybody in the workspace. `url` is where the app takes requests, when it does."""

    def __init__(self, workspace: Workspace, sockets: Sockets) -> None:
        self.workspace, self.sockets = workspace, sockets
        self.url, self.secret = "", SIGNING_SECRET
        self.last: tuple[str, Payload] = ("", {})

    def press(self, user: User, channel: str, message: Message, action: str, option: str = "") -> Delivered:
        """Press a button of a message, or choose the option of a menu whose label begins so."""
        payload = self._pressed(user, _find(message.blocks, action), option)
        payload |= {
            "container": {"type": "message", "message_ts": message.ts, "channel_id": channel},
            "channel": {"id": channel, "name": self.workspace.channels[channel].name},
            "message": shown_message(self.workspace, message),
            "response_url": self._hook(user, channel),
        }
        return self.deliver("interactive", payload)

    def press_in_view(self, user: User, view: View, action: str) -> Delivered:
        """Press a button of a dialog or of Home."""
        payload = self._pressed(user, _find(view.content["blocks"], action), "")
        # No response URL: a press in a dialog or on Home comes without one.
        payload |= {"container": {"type": "view", "view_id": view.id}, "view": shown(self.workspace, view)}
        return self.deliver("interactive", payload)

    def submit(self, user: User, view: View, **values: str) -> Delivered:
        """Send a dialog in, with what is filled in by the name of its fields; several choices with commas."""
        state = {"values": dict(_state(view.content["blocks"], values))}
        payload = {
            "type": "view_submission",
            "user": self._user(user),
            "view": shown(self.workspace, view) | {"state": state},
        }
        done = self.deliver("interactive", payload)
        action = done.payload.get("response_action")
        if done.acknowledged and action == "update":
            view.content, view.hash = checked(done.payload["view"], "modal"), self.workspace.next_ts()
        # A form that was not acknowledged stays open, and Slack tells the person that something went wrong.
        elif done.acknowledged and not action:
            self.workspace.views.pop(view.id, None)
        return done

    def command(self, user: User, channel: str, text: str, command: str = "/sluis") -> Delivered:
        """Give a slash command."""
        payload = {
            "command": command,
            "text": text,
            "user_id": user.id,
            "user_name": user.name,
            "channel_id": channel,
            "channel_name": self.workspace.channels[channel].name,
            "team_id": self.workspace.team_id,
            "response_url": self._hook(user, channel),
            "trigger_id": self._trigger(user),
        }
        return self.deliver("slash_commands", payload)

    def open_home(self, user: User) -> Delivered:
        """Look at the app's Home tab."""
        event = {
            "type": "app_home_opened",
            "user": user.id,
            "tab": "home",
            "event_ts": self.workspace.next_ts(),
        }
        return self.deliver(
            "events_api",
            {
                "type": "event_callback",
                "team_id": self.workspace.team_id,
                "event": event,
                "event_id": self.workspace.new_id("Ev"),
            },
        )

    def again(self, attempt: int = 1) -> Delivered:
        """Deliver the last payload once more, as Slack does when it heard no answer."""
        return self.deliver(*self.last, attempt)

    def deliver(self, kind: str, payload: Payload, attempt: int = 0) -> Delivered:
        """Bring a payload to the app."""
        self.last = kind, payload
        if self.url:
            return self._post(kind, payload, attempt)
        return self.sockets.send(kind, payload, attempt)

    def signed(self, body: bytes, stamp: str = "") -> dict[str, str]:
        """The headers that prove a request to come from Slack."""
        stamp = stamp or str(int(time.time()))
        base = b"v0:" + stamp.encode() + b":" + body
        # Over the stamp too: a request that somebody recorded cannot be sent again with a new one.
        digest = hmac.new(self.secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    def hooked(self, name: str, body: Mapping[str, Any]) -> None:
        """The app answers by a response URL. Raises Failure when it is used up or too old."""
        user, channel, until, uses = self.workspace.hooks.get(name, ("", "", 0.0, 0))
        if self.workspace.now > until:
            raise Failure("expired_url")
        if uses <= 0:
            raise Failure("used_url")
        # Counted also when what it carries is refused afterwards.
        self.workspace.hooks[name] = user, channel, until, uses - 1

    def _post(self, kind: str, payload: Payload, attempt: int) -> Delivered:
        if kind == "events_api":
            body, form = json.dumps(payload).encode(), "application/json"
        else:
            # Three forms of one thing: events as JSON, presses as JSON within a form, commands as a form.
            fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, form = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        headers = self.signed(body) | {"Content-Type": form}
        headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "timeout"} if attempt else {}
        started = time.monotonic()
        # Slack waits no longer than three seconds either.
        answer = requests.post(self.url, data=body, headers=headers, timeout=3)
        told = answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
        return Delivered(answer.status_code == 200, time.monotonic() - started, told)

    def _pressed(self, user: User, element: Payload, option: str) -> Payload:
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "action_ts": self.workspace.next_ts(),
        }
        if option:
            action["selected_option"] = next(
                o for o in element["options"] if o["text"]["text"].startswith(option)
            )
        action |= {name: element[name] for name in ("value", "url") if name in element}
        return {
            "type": "block_actions",
            "user": self._user(user),
            "team": {"id": self.workspace.team_id, "domain": "sandbox"},
            "trigger_id": self._trigger(user),
            "actions": [action],
        }

    def _user(self, user: User) -> Payload:
        team = user.team or self.workspace.team_id
        return {"id": user.id, "username": user.name, "name": user.name, "team_id": team}

    def _trigger(self, user: User) -> str:
        trigger = self.workspace.new_id("Tr")
        self.workspace.triggers[trigger] = user.id, self.workspace.now + TRIGGER_SECONDS
        return trigger

    def _hook(self, user: User, channel: str) -> str:
        name = self.workspace.new_id("R")
        self.workspace.hooks[name] = user.id, channel, self.workspace.now + HOOK_SECONDS, HOOK_USES
        return f"{self.workspace.base}/response/{name}"


def _find(blocks: list[Payload], action: str) -> Payload:
    for block in blocks:
        for element in (*(block.get("elements") or ()), block.get("accessory") or {}):
            if element.get("action_id") == action:
                return dict(element)
    raise LookupError(f"nothing to press is called {action}")


def _state(blocks: list[Payload], values: Mapping[str, str]) -> Iterator[tuple[str, Payload]]:
    for number, block in enumerate(b for b in blocks if b["type"] == "input"):
        element = block["element"]
        name, given = element["action_id"], values.get(element["action_id"], "")
        filled: Payload = {"type": element["type"]}
        if element["type"] == "datepicker":
            filled["selected_date"] = given or element.get("initial_date")
        elif element["type"] == "plain_text_input":
            filled["value"] = given or element.get("initial_value")
        else:
            chosen = [o for o in element["options"] if o["value"] in given.split(",")]
            many = element["type"] == "multi_static_select"
            first = (chosen or [element.get("initial_option")])[0]
            filled |= {"selected_options": chosen} if many else {"selected_option": first}
        yield block.get("block_id", f"b{number}"), {name: filled}
