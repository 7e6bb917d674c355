"""Dialogs, Home, and answers that only one person sees. Reference: https://docs.slack.dev/reference/methods"""

from __future__ import annotations

import json
from typing import Any

from sandbox.slack.blocks import parse_blocks
from sandbox.slack.chat import Args
from sandbox.slack.state import Failure, View, Whisper, Workspace

TRIGGER_SECONDS = 3.0
"""How long a press may open a dialog, once."""

_VIEW_BYTES = 250_000


def open_view(workspace: Workspace, args: Args) -> dict[str, Any]:
    """views.open: within three seconds of the press that gave the trigger, and once."""
    trigger = str(args.get("trigger_id") or "")
    if trigger not in workspace.triggers:
        raise Failure("invalid_trigger_id")
    user, until = workspace.triggers[trigger]
    if not user:
        raise Failure("exchanged_trigger_id")
    if workspace.now > until:
        raise Failure("expired_trigger_id")
    content = _content(args, "modal")
    workspace.triggers[trigger] = "", until
    view = View(workspace.new_id("V"), user, content, workspace.next_ts())
    workspace.views[view.id] = view
    return {"view": shown(workspace, view)}


def update_view(workspace: Workspace, args: Args) -> dict[str, Any]:
    """views.update: of a dialog that is still open."""
    view = workspace.views.get(str(args.get("view_id") or ""))
    if view is None:
        raise Failure("not_found")
    view.content, view.hash = _content(args, "modal"), workspace.next_ts()
    return {"view": shown(workspace, view)}


def publish(workspace: Workspace, args: Args) -> dict[str, Any]:
    """views.publish: somebody's Home."""
    user = workspace.users.get(str(args.get("user_id") or ""))
    if user is None:
        raise Failure("user_not_found")
    known = workspace.homes.get(user.id)
    home = View(
        known.id if known else workspace.new_id("V"), user.id, _content(args, "home"), workspace.next_ts()
    )
    workspace.homes[user.id] = home
    return {"view": shown(workspace, home)}


def post_ephemeral(workspace: Workspace, args: Args) -> dict[str, Any]:
    """chat.postEphemeral: the app and the person are both in the channel."""
    channel = workspace.seen_by_bot(str(args.get("channel", "")))
    user = str(args.get("user") or "")
    if workspace.bot.id not in channel.members:
        raise Failure("not_in_channel")
    # What only one person sees is shown in the channel itself: who is not there cannot see it.
    if user not in channel.members:
        raise Failure("user_not_in_channel")
    if channel.archived:
        raise Failure("is_archived")
    return {"message_ts": whisper(workspace, user, channel.id, args)}


def whisper(workspace: Workspace, user: str, channel: str, args: Args) -> str:
    """Show something to one person; gives the ts."""
    blocks = parse_blocks(args["blocks"]) if args.get("blocks") else []
    text = str(args.get("text") or "")
    if not text.strip() and not blocks:
        raise Failure("no_text")
    workspace.whispers.append(Whisper(user, channel, text, blocks))
    return workspace.next_ts()


def shown(workspace: Workspace, view: View) -> dict[str, Any]:
    """A view as the API and the payloads give it."""
    extra = {"id": view.id, "team_id": workspace.team_id, "hash": view.hash, "app_id": "A0SLUIS00"}
    return view.content | extra | {"bot_id": workspace.bot_id, "state": {"values": {}}}


def checked(raw: object, kind: str) -> dict[str, Any]:
    """A view as Slack would take it. Raises Failure."""
    try:
        view = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        raise Failure("invalid_arguments") from None
    if not isinstance(view, dict) or view.get("type") != kind:
        raise Failure("invalid_arguments")
    if len(json.dumps(view)) > _VIEW_BYTES:
        raise Failure("view_too_large")
    wrong = list(_complaints(view, kind))
    if wrong:
        raise Failure("invalid_arguments", response_metadata={"messages": wrong})
    parse_blocks(view.get("blocks"), view=True)
    return view


def _complaints(view: dict[str, Any], kind: str) -> list[str]:
    needed = ("title",) if kind == "modal" else ()
    shown = [name for name in ("title", "submit", "close") if name in view or name in needed]
    wrong = [f"{name}: a plain text of 1 to 24 characters" for name in shown if not _brief(view.get(name))]
    # A form that cannot be sent in is refused, although each of its blocks is right.
    if kind == "modal" and _asks(view) and "submit" not in view:
        wrong.append("submit: needed where something is to be filled in")
    if len(view.get("private_metadata") or "") > 3000 or len(view.get("callback_id") or "") > 255:
        wrong.append("private_metadata or callback_id: too long")
    return wrong


def _asks(view: dict[str, Any]) -> bool:
    return any(b.get("type") == "input" for b in view.get("blocks") or () if isinstance(b, dict))


def _brief(text: Any) -> bool:
    """Titles and buttons of a view: https://docs.slack.dev/reference/views/modal-views"""
    if not isinstance(text, dict) or text.get("type") != "plain_text":
        return False
    return 0 < len(str(text.get("text") or "")) <= 24


def _content(args: Args, kind: str) -> dict[str, Any]:
    return checked(args.get("view"), kind)
