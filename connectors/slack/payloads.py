"""What people did, out of Slack's payloads: only what is needed to work on it.

Payloads: https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.ports.interactions import Interaction, InteractionKind

Body = Mapping[str, Any]


def press(body: Body) -> Interaction | None:
    """A button or menu. The same press has the same message, element, person and `action_ts`, however often it
    is delivered. None for what is no press of anybody.
    """
    action, user = _first(body.get("actions")), _text(_of(body, "user").get("id"))
    if not action or not user:
        return None
    container, view = _of(body, "container"), _of(body, "view")
    where = _text(container.get("message_ts")) or _text(view.get("id"))
    name, at = _text(action.get("action_id")), _text(action.get("action_ts"))
    return Interaction(
        id=f"press:{where}:{name}:{user}:{at}",
        deed=InteractionKind.PRESS,
        user=user,
        action=name,
        value=_answer(action),
        place=_text(container.get("channel_id")) or _text(_of(body, "channel").get("id")),
        view=_text(view.get("id")),
        reply=_text(body.get("response_url")),
        trigger=_text(body.get("trigger_id")),
    )


def command(body: Body) -> Interaction | None:
    """A slash command: its trigger is of this one use of it."""
    user, trigger = _text(body.get("user_id")), _text(body.get("trigger_id"))
    if not user or not trigger:
        return None
    return Interaction(
        id=f"command:{trigger}",
        deed=InteractionKind.COMMAND,
        user=user,
        action=_text(body.get("command")),
        value=_text(body.get("text")),
        place=_text(body.get("channel_id")),
        reply=_text(body.get("response_url")),
        trigger=trigger,
    )


def form(body: Body) -> Interaction | None:
    """A dialog that was sent in. Its hash changes whenever it shows something else."""
    view, user = _of(body, "view"), _text(_of(body, "user").get("id"))
    if not user or not view.get("id"):
        return None
    return Interaction(
        id=f"form:{view['id']}:{view.get('hash', '')}:{user}",
        deed=InteractionKind.FORM,
        user=user,
        action=_text(view.get("callback_id")),
        value=_text(view.get("private_metadata")),
        answers=_filled(_of(_of(view, "state"), "values")),
        view=_text(view.get("id")),
    )


def home(body: Body) -> Interaction | None:
    """Somebody looks at their page. Slack repeats an event under the same id when it heard no answer."""
    event = _of(body, "event")
    user = _text(event.get("user"))
    # Looking at the app's Messages tab raises the same event.
    if not user or event.get("tab", "home") != "home":
        return None
    once = _text(body.get("event_id")) or f"{user}:{event.get('event_ts', '')}"
    return Interaction(id=f"home:{once}", deed=InteractionKind.HOME, user=user)


def _filled(values: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by the name of the field; several choices with commas."""
    fields = [(n, f) for block in values.values() if isinstance(block, dict) for n, f in block.items()]
    return {name: _answer(field) for name, field in fields if isinstance(field, dict)}


def _answer(field: Mapping[str, Any]) -> str:
    if isinstance(field.get("selected_options"), list):
        return ",".join(_text(o.get("value")) for o in field["selected_options"] if isinstance(o, dict))
    # One state for every kind of field; each kind names its answer differently: see the page above.
    chosen = _of(field, "selected_option").get("value")
    return _text(chosen or field.get("selected_date") or field.get("value"))


def _of(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _first(value: Any) -> Mapping[str, Any]:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
