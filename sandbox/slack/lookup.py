"""The reading methods of the Slack sandbox: conversations.*, users.* and usergroups.*.

Reference: https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from sandbox.slack.chat import Args, shown
from sandbox.slack.state import Channel, Failure, Message, User, Workspace


def flag(args: Args, name: str) -> bool:
    """A boolean argument, as JSON or as a form sends it."""
    return str(args.get(name, "")).lower() in ("1", "true")


def _number(args: Args, name: str, default: int, most: int) -> int:
    try:
        return max(1, min(int(args.get(name) or default), most))
    except ValueError:
        raise Failure("invalid_arguments") from None


def _page(items: Sequence[Any], args: Args, default: int = 100, most: int = 999) -> tuple[list[Any], str]:
    """A page of items and the cursor to the next, empty at the end."""
    start, size = _start(str(args.get("cursor") or "")), _number(args, "limit", default, most)
    rest = start + size
    following = base64.b64encode(f"next:{rest}".encode()).decode() if rest < len(items) else ""
    return list(items[start:rest]), following


def _start(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("next:")) if cursor else 0
    except (binascii.Error, ValueError):
        raise Failure("invalid_cursor") from None


def _within(messages: Sequence[Message], args: Args) -> list[Message]:
    """Messages between `oldest` and `latest`, both left out themselves unless `inclusive`."""
    try:
        oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or "inf")
    except ValueError:
        raise Failure("invalid_ts_oldest") from None
    if flag(args, "inclusive"):
        return [m for m in messages if oldest <= m.at <= latest]
    # Without the ends: who pages by the stamp last seen gets nothing twice.
    return [m for m in messages if oldest < m.at < latest]


def _readable(workspace: Workspace, args: Args) -> Channel:
    channel = workspace.seen_by_bot(str(args.get("channel", "")))
    workspace.require(f"{channel.kind}:history")
    if workspace.bot.id not in channel.members:
        raise Failure("not_in_channel")
    return channel


def history(workspace: Workspace, args: Args) -> dict[str, Any]:
    """conversations.history: newest first, without replies; a parent tells how many it has."""
    channel = _readable(workspace, args)
    found, cursor = _page(_within(channel.top(), args)[::-1], args)
    metadata = flag(args, "include_all_metadata")
    messages = [_parent(channel, shown(workspace, m, metadata)) for m in found]
    return {"messages": messages, "has_more": bool(cursor), "pin_count": 0} | _next(cursor)


def _parent(channel: Channel, body: dict[str, Any]) -> dict[str, Any]:
    replies = channel.thread(body["ts"])[1:]
    if not replies:
        return body
    users = sorted({r.user for r in replies})
    counts = {"reply_count": len(replies), "reply_users": users, "reply_users_count": len(users)}
    return body | {"thread_ts": body["ts"], "latest_reply": replies[-1].ts} | counts


def _next(cursor: str) -> dict[str, Any]:
    return {"response_metadata": {"next_cursor": cursor}} if cursor else {}


def replies(workspace: Workspace, args: Args) -> dict[str, Any]:
    """conversations.replies: the parent first, whatever `oldest` says, then the replies, oldest first."""
    channel = _readable(workspace, args)
    thread = channel.thread(str(args.get("ts", "")))
    if not thread:
        raise Failure("thread_not_found")
    found, cursor = _page(thread[:1] + _within(thread[1:], args), args, default=1000, most=1000)
    metadata = flag(args, "include_all_metadata")
    messages = [_parent(channel, shown(workspace, m, metadata)) for m in found]
    return {"messages": messages, "has_more": bool(cursor)} | _next(cursor)


def _described(workspace: Workspace, channel: Channel) -> dict[str, Any]:
    if channel.im:
        return {"id": channel.id, "is_im": True, "user": channel.im, "is_archived": channel.archived}
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_im": False,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": workspace.bot.id in channel.members,
    }


def info(workspace: Workspace, args: Args) -> dict[str, Any]:
    """conversations.info"""
    channel = workspace.seen_by_bot(str(args.get("channel", "")))
    workspace.require(f"{channel.kind}:read")
    return {"channel": _described(workspace, channel)}


def list_channels(workspace: Workspace, args: Args) -> dict[str, Any]:
    """conversations.list: public channels unless `types` says otherwise."""
    types = str(args.get("types") or "public_channel").split(",")
    kinds = [
        kind
        for kind, name in (("channels", "public_channel"), ("groups", "private_channel"))
        if name in types
    ]
    for kind in kinds:
        workspace.require(f"{kind}:read")
    member = workspace.bot.id
    found = [
        c for c in workspace.channels.values() if c.kind in kinds and (not c.private or member in c.members)
    ]
    if flag(args, "exclude_archived"):
        found = [c for c in found if not c.archived]
    page, cursor = _page([_described(workspace, c) for c in found], args)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def open_conversation(workspace: Workspace, args: Args) -> dict[str, Any]:
    """conversations.open, for one user."""
    ids = [u for u in str(args.get("users") or "").split(",") if u]
    if not ids:
        raise Failure("users_list_not_supplied")
    # A conversation of several is another kind, with a scope that the app does not have.
    if len(ids) > 1:
        raise Failure("missing_scope", needed="mpim:write", provided=",".join(sorted(workspace.scopes)))
    user = workspace.users.get(ids[0])
    if user is None:
        raise Failure("user_not_found")
    if user.deleted:
        raise Failure("user_disabled")
    if user.bot:
        raise Failure("cannot_dm_bot")
    channel, known = workspace.open_im(user)
    return {"channel": {"id": channel.id}} | ({"no_op": True, "already_open": True} if known else {})


def _profile(workspace: Workspace, user: User) -> dict[str, Any]:
    profile = {"real_name": user.name, "display_name": user.name}
    # Without the scope the address is just not there: no error tells why nobody is found.
    if user.email and "users:read.email" in workspace.scopes:
        profile["email"] = user.email
    team = user.team or workspace.team_id
    body = {"id": user.id, "team_id": team, "name": user.name.lower().replace(" ", ".")}
    flags = {
        "deleted": user.deleted,
        "is_bot": user.bot,
        "is_restricted": user.guest or user.one_channel,
        "is_ultra_restricted": user.one_channel,
        "is_email_confirmed": user.confirmed,
    }
    # Told of nobody else.
    flags |= {"is_stranger": True} if user.stranger else {}
    return body | flags | {"real_name": user.name, "tz": user.timezone, "profile": profile}


def lookup_by_email(workspace: Workspace, args: Args) -> dict[str, Any]:
    """users.lookupByEmail: capitals do not matter; a deactivated account is not found."""
    email = str(args.get("email") or "").strip().lower()
    user = next(
        (u for u in workspace.users.values() if email and u.email.lower() == email and not u.deleted), None
    )
    if user is None:
        raise Failure("users_not_found")
    return {"user": _profile(workspace, user)}


def user_info(workspace: Workspace, args: Args) -> dict[str, Any]:
    """users.info"""
    user = workspace.users.get(str(args.get("user", "")))
    if user is None:
        raise Failure("user_not_found")
    # Only when asked for, and by this method alone.
    locale = {"locale": user.locale} if flag(args, "include_locale") else {}
    return {"user": _profile(workspace, user) | locale}


def list_users(workspace: Workspace, args: Args) -> dict[str, Any]:
    """users.list"""
    page, cursor = _page([_profile(workspace, u) for u in workspace.users.values()], args)
    return {"members": page, "cache_ts": 0, "response_metadata": {"next_cursor": cursor}}


def list_usergroups(workspace: Workspace, args: Args) -> dict[str, Any]:
    """usergroups.list: members only on request, disabled groups only on request."""
    groups = [g for g in workspace.usergroups if not g["date_delete"] or flag(args, "include_disabled")]
    hidden = set() if flag(args, "include_users") else {"users"}
    return {"usergroups": [{k: v for k, v in g.items() if k not in hidden} for g in groups]}
