"""Who of those that Slack knows belongs to this organisation: not who comes in through a shared channel, not a guest,
and nobody whose address was never confirmed. An e-mail address in a profile is only as good as whoever vouches for it.

User objects: https://docs.slack.dev/reference/objects/user-object
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.slack.client import Me
from domain.ports.interactions import Outsider

_ACCOUNT = re.compile(r"[UW][A-Z0-9]{6,}")


def is_account(ident: str) -> bool:
    """Whether an id is one of Slack's accounts, by its shape."""
    return bool(_ACCOUNT.fullmatch(ident))


def outsider(user: Mapping[str, Any], me: Me) -> Outsider | None:
    """Why a user object is not that of a full member of our own organisation; None when it is. `me` tells ours."""
    if user.get("is_stranger") or not _ours(user, me):
        return Outsider.ELSEWHERE
    if user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_invited_user"):
        return Outsider.GUEST
    # Slack leaves it out where there is nothing to tell; only what it says is not confirmed is not.
    return Outsider.UNCONFIRMED if user.get("is_email_confirmed") is False else None


def _ours(user: Mapping[str, Any], me: Me) -> bool:
    """In our workspace, or in our Enterprise organisation; whoever Slack does not place is in neither."""
    raw = user.get("enterprise_user")
    enterprise = raw.get("enterprise_id") if isinstance(raw, dict) else None
    return bool(me.team and user.get("team_id") == me.team) or bool(
        me.enterprise and enterprise == me.enterprise
    )
