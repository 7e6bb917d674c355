"""What Slack's error codes mean to the application, and what an admin can do about each.

Codes: the error tables at https://docs.slack.dev/reference/methods
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from connectors.shared.errors import DEFAULT_WAIT
from domain.ports.errors import (
    Ambiguous,
    AuthRefused,
    Forbidden,
    Garbled,
    Gone,
    NotFound,
    RateLimited,
    Refused,
    SourceError,
    Unreachable,
)

SYSTEM = "slack"

WAIT_CODES = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
UNSURE_CODES = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
"""Slack broke down while at it: nothing is known about the outcome."""


class ErrorMeaning(NamedTuple):
    """Which error a code becomes, what it says in plain words, and the remedy."""

    error: type[SourceError]
    says: str
    fix: str = ""


_TOKEN = "put the current Bot User OAuth Token in SLACK_BOT_TOKEN (app page > Install App)"  # noqa: S105
_INVITE = "invite the app: /invite @sluiswachter in that channel"
_CHANNEL = "check the channel ID in the SLACK_CHANNEL settings; in a private channel, invite the app first"
_OPEN = "unarchive the channel, or name another in the SLACK_CHANNEL settings"
_POLICY = "let a workspace admin allow the app to post there, or name another channel"

CODES: Mapping[str, ErrorMeaning] = {
    "invalid_auth": ErrorMeaning(AuthRefused, "the token is not accepted", _TOKEN),
    "not_authed": ErrorMeaning(AuthRefused, "no token was given", _TOKEN),
    "token_revoked": ErrorMeaning(AuthRefused, "the token was revoked", _TOKEN),
    "token_expired": ErrorMeaning(AuthRefused, "the token has expired", _TOKEN),
    "account_inactive": ErrorMeaning(
        AuthRefused, "the app was removed from the workspace", "install the app again"
    ),
    "not_allowed_token_type": ErrorMeaning(AuthRefused, "this is another kind of token", _TOKEN),
    "team_access_not_granted": ErrorMeaning(
        AuthRefused, "the app is not approved for this workspace", _POLICY
    ),
    "access_denied": ErrorMeaning(Forbidden, "the workspace denies access", _POLICY),
    "ekm_access_denied": ErrorMeaning(Forbidden, "the workspace's key management denies access", _POLICY),
    "not_in_channel": ErrorMeaning(Forbidden, "the app is not in the channel", _INVITE),
    "channel_is_limited_access": ErrorMeaning(Forbidden, "the channel is closed to apps", _POLICY),
    "posting_to_channel_denied": ErrorMeaning(Forbidden, "the app may not post in the channel", _POLICY),
    "messages_tab_disabled": ErrorMeaning(
        Forbidden, "the app takes no direct messages", "turn on its Messages tab"
    ),
    "channel_not_found": ErrorMeaning(NotFound, "the channel is not there, or hidden from the app", _CHANNEL),
    "thread_not_found": ErrorMeaning(NotFound, "the message that starts the thread is not there any more"),
    "cannot_reply_to_message": ErrorMeaning(NotFound, "the message that starts the thread takes no replies"),
    "users_not_found": ErrorMeaning(NotFound, "nobody has this e-mail address there"),
    "user_not_found": ErrorMeaning(NotFound, "the person is not there"),
    "user_not_visible": ErrorMeaning(NotFound, "the person is hidden from the app"),
    "user_disabled": ErrorMeaning(NotFound, "the person's account is deactivated"),
    "cannot_dm_bot": ErrorMeaning(NotFound, "the account is a bot"),
    "message_not_found": ErrorMeaning(Gone, "the message is not there any more"),
    "cant_update_message": ErrorMeaning(Gone, "the message is not ours to edit"),
    "edit_window_closed": ErrorMeaning(Gone, "the workspace does not let messages this old be edited"),
    "expired_trigger_id": ErrorMeaning(Gone, "too much time went by to open a dialog"),
    "trigger_expired": ErrorMeaning(Gone, "too much time went by to open a dialog"),
    "exchanged_trigger_id": ErrorMeaning(Gone, "the dialog was opened already"),
    "trigger_exchanged": ErrorMeaning(Gone, "the dialog was opened already"),
    "invalid_trigger_id": ErrorMeaning(Gone, "a dialog cannot be opened for this"),
    "not_found": ErrorMeaning(Gone, "the dialog is closed"),
    "user_not_in_channel": ErrorMeaning(NotFound, "the person is not in the channel"),
    "view_too_large": ErrorMeaning(Refused, "the page or dialog is too large"),
    "not_enabled": ErrorMeaning(
        Forbidden, "the app has no Home", "turn on the Home tab, as in the app manifest"
    ),
    "cant_delete_message": ErrorMeaning(Refused, "the message may not be deleted"),
    "is_archived": ErrorMeaning(Refused, "the channel is archived", _OPEN),
    "is_inactive": ErrorMeaning(Refused, "the channel is archived", _OPEN),
    "no_text": ErrorMeaning(Refused, "the message is empty"),
    "msg_too_long": ErrorMeaning(Refused, "the message is too long"),
    "msg_blocks_too_long": ErrorMeaning(Refused, "the message is too long"),
    "invalid_blocks": ErrorMeaning(Refused, "the layout of the message is not accepted"),
    "invalid_blocks_format": ErrorMeaning(Refused, "the layout of the message is not accepted"),
    "metadata_too_large": ErrorMeaning(Refused, "the marker of the message is too large"),
}

CLOSED_PLACES = frozenset(
    {
        "is_archived", "is_inactive", "channel_not_found", "not_in_channel", "channel_is_limited_access",
        "posting_to_channel_denied",
    }
)  # fmt: skip
"""The channel takes nothing; another one may."""

_READ_ONLY = ErrorMeaning(Forbidden, "the workspace restricts who may post there", _POLICY)


def meaning(answer: Mapping[str, Any], *, writing: bool) -> SourceError:
    """The error for an answer with `ok: false`. An unknown code is still a definite no; for a read it is Garbled."""
    code = _code(answer.get("error"))
    if code in WAIT_CODES:
        return RateLimited(SYSTEM, "asked to slow down", datetime.now(UTC) + timedelta(seconds=DEFAULT_WAIT))
    if code in UNSURE_CODES:
        return unsure(f"broke down ({code})", writing=writing)
    if code == "missing_scope":
        return _missing_scope(answer)
    # There are several of these: read-only, thread-only, a locked thread.
    restricted = code.startswith("restricted_action")
    known = _READ_ONLY if restricted else CODES.get(code)
    if known:
        error = known.error(SYSTEM, f"{known.says} ({code})", known.fix)
        error.closed = restricted or code in CLOSED_PLACES
        return error
    # Slack adds codes; `ok: false` says that nothing was done, whatever the code.
    return (Refused if writing else Garbled)(SYSTEM, f"answered with an error ({code})")


def unsure(what: str, *, writing: bool) -> SourceError:
    """The error for an outcome that nobody knows: a write may have been done, a read simply failed."""
    return Ambiguous(SYSTEM, what) if writing else Unreachable(SYSTEM, what)


def _code(raw: object) -> str:
    """A code word, or "unreadable" for anything else, so that no page or text of Slack's ends up in a log."""
    return raw if isinstance(raw, str) and re.fullmatch(r"[A-Za-z0-9_]{1,60}", raw) else "unreadable"


def _missing_scope(answer: Mapping[str, Any]) -> Forbidden:
    needed = str(answer.get("needed") or "")
    # It becomes part of a sentence for people, so that only what looks like scopes gets in.
    scope = needed if re.fullmatch(r"[a-z:._,]{1,80}", needed) else "a scope"
    fix = f"add {scope} under OAuth & Permissions > Bot Token Scopes and install the app again"
    return Forbidden(SYSTEM, f"the app lacks the scope {scope} (missing_scope)", fix)
