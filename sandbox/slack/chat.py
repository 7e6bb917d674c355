"""The chat.* methods of the Slack sandbox. Reference: https://docs.slack.dev/reference/methods"""

from __future__ import annotations

import json
from typing import Any

from sandbox.slack.blocks import parse_blocks
from sandbox.slack.state import Channel, Failure, Message, Workspace

Args = dict[str, Any]

_CUT = 40_000  # a longer text is cut off when it is posted
_UPDATE_LIMIT = 4_000  # and refused when it replaces another


def shown(workspace: Workspace, message: Message, metadata: bool = False) -> dict[str, Any]:
    """A message as the API gives it; its metadata only when asked for."""
    body: dict[str, Any] = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    if message.user == workspace.bot.id:
        body |= {"bot_id": workspace.bot_id, "team": workspace.team_id}
    optional = {
        "subtype": message.subtype,
        "blocks": message.blocks,
        "thread_ts": message.thread_ts,
        "edited": message.edited and {"user": message.user, "ts": message.edited},
        "metadata": message.metadata if metadata else None,
    }
    return body | {name: value for name, value in optional.items() if value}


def post_message(workspace: Workspace, args: Args) -> dict[str, Any]:
    """chat.postMessage: the answer carries the stored message, so that a client sees what was kept."""
    channel = _target(workspace, str(args.get("channel", "")))
    if workspace.bot.id not in channel.members and "chat:write.public" not in workspace.scopes:
        raise Failure("not_in_channel")
    if channel.archived:
        raise Failure("is_archived")
    text, blocks = _content(args)
    message = workspace.post(
        channel,
        workspace.bot.id,
        # Cut without an error: the answer alone shows what was kept.
        text[:_CUT],
        blocks=blocks,
        metadata=_metadata(args),
        thread_ts=_parent(channel, args),
        parse=str(args.get("parse", "")),
    )
    return {"channel": channel.id, "ts": message.ts, "message": shown(workspace, message, metadata=True)}


def _target(workspace: Workspace, ref: str) -> Channel:
    """By id; a user's id means the direct conversation; a name works here too, as it does at Slack."""
    user = workspace.users.get(ref)
    if user:
        return workspace.open_im(user)[0]
    named = next(
        (c.id for c in workspace.channels.values() if c.name == ref.removeprefix("#") and not c.im), ref
    )
    return workspace.seen_by_bot(named)


def _content(args: Args) -> tuple[str, list[dict[str, Any]]]:
    blocks = parse_blocks(args["blocks"]) if args.get("blocks") else []
    text = str(args.get("text") or "")
    if not text.strip() and not blocks:
        raise Failure("no_text")
    return text, blocks


def _metadata(args: Args) -> dict[str, Any] | None:
    raw = args.get("metadata")
    if not raw:
        return None
    try:
        metadata = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        raise Failure("invalid_metadata_format") from None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Failure("invalid_metadata_format")
    payload = metadata.get("event_payload")
    # Flat values only: what is nested is refused here, so that nothing of ours comes to rest on it.
    if not isinstance(payload, dict) or any(isinstance(value, dict | list) for value in payload.values()):
        raise Failure("invalid_metadata_schema")
    return {"event_type": metadata["event_type"], "event_payload": payload}


def _parent(channel: Channel, args: Args) -> str:
    """The ts of the thread. A thread lives on under its tombstone; one that never was is refused."""
    ts = str(args.get("thread_ts") or "")
    if not ts:
        return ""
    thread = channel.thread(ts)
    if not thread:
        raise Failure("thread_not_found")
    # A reply to a reply lands in the same thread: there are no threads within threads.
    return thread[0].thread_ts or ts


def update(workspace: Workspace, args: Args) -> dict[str, Any]:
    """chat.update: own messages only; metadata stays when left out, blocks go when left out."""
    channel, message = _own(workspace, args, "cant_update_message")
    if channel.archived:
        raise Failure("is_inactive")
    text, blocks = _content(args)
    if len(text) > _UPDATE_LIMIT:
        raise Failure("msg_too_long")
    metadata = _metadata(args)
    with workspace.lock:
        # "client" unless said otherwise: an edit links names, a new message does not (docs/slack-facts.md, row 7).
        message.text, message.blocks, message.parse = text, blocks, str(args.get("parse", "client"))
        message.metadata = metadata or message.metadata
        # With blocks Slack shows no "(edited)".
        message.edited = "" if blocks else workspace.next_ts()
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": shown(workspace, message, True)}


def delete(workspace: Workspace, args: Args) -> dict[str, Any]:
    """chat.delete: a parent with replies leaves a tombstone."""
    channel, message = _own(workspace, args, "cant_delete_message")
    with workspace.lock:
        # The replies outlive what they answer, and a client must not take the tombstone for its message.
        if len(channel.thread(message.ts)) > 1:
            message.subtype, message.user, message.metadata = "tombstone", "USLACKBOT", None
            message.text, message.blocks = "This message was deleted.", []
        else:
            channel.messages.remove(message)
    return {"channel": channel.id, "ts": message.ts}


def _own(workspace: Workspace, args: Args, refusal: str) -> tuple[Channel, Message]:
    channel = workspace.seen_by_bot(str(args.get("channel", "")))
    message = channel.message(str(args.get("ts", "")))
    if message is None:
        raise Failure("message_not_found")
    if message.user != workspace.bot.id:
        raise Failure(refusal)
    return channel, message
