"""Whether a signed body has the shape of something that Slack sends: looked at before the library takes it apart,
which believes every part to be what its name promises.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any
from urllib.parse import parse_qs

_LONGEST = 1000
"""Characters of a name or id; Slack's have at most 255."""

_OBJECTS = ("user", "team", "enterprise", "channel", "container", "view", "event", "message")
_NAMES = (
    *(
        "type",
        "id",
        "user_id",
        "team_id",
        "channel_id",
        "enterprise_id",
        "api_app_id",
        "event_id",
        "event_ts",
    ),
    *(
        "action_id",
        "action_ts",
        "block_id",
        "callback_id",
        "command",
        "trigger_id",
        "response_url",
        "hash",
        "tab",
    ),
    *("message_ts", "view_id", "url"),
)


def well_formed(kind: str, body: str) -> bool:
    """Whether a body of this content type can be one of Slack's; `body` is as it was received and signed."""
    try:
        told = _parsed(kind, body)
        return isinstance(told, dict) and _sound(told) and all(map(_storable, _strings(told)))
    # Numbers of thousands of digits are a ValueError; so is what is no JSON at all.
    except (ValueError, RecursionError):
        return False


def _parsed(kind: str, body: str) -> Any:
    if "json" in kind or body[:1] == "{":
        return json.loads(body)
    form = parse_qs(body, keep_blank_values=True)
    if "payload" in form:
        return json.loads(form["payload"][0])
    return {name: values[0] for name, values in form.items()}


def _sound(told: Mapping[str, Any]) -> bool:
    """The envelope, and what stands directly in it: each name a short text, each part an object."""
    actions = told.get("actions") or []
    if not isinstance(actions, list):
        return False
    # Some parts are in some payloads a mere id.
    parts = [*(told[name] for name in _OBJECTS if not isinstance(told.get(name), (str, NoneType))), *actions]
    return all(isinstance(part, dict) for part in parts) and all(map(_named, (told, *parts)))


def _named(part: Mapping[str, Any]) -> bool:
    values = (value for name in _NAMES if (value := part.get(name)) is not None)
    return all(isinstance(value, str) and len(value) <= _LONGEST for value in values)


def _strings(told: Any) -> Iterator[str]:
    waiting = [told]
    # Not by calling itself: what was parsed may be as deep as the stack.
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one


def _storable(text: str) -> bool:
    """Half an emoji can be stored nowhere, and a zero not on PostgreSQL."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)
