"""Hints from a business rule of the instance: a ticket, its approvals or its items may have changed.

The rule signs the raw body with `GlideCertificateEncryption.generateMac` (HMAC-SHA256, base64); its script is in this
folder's README. The moment of signing stands in the signed body, so that a request that was listened to cannot be
played again later. The instance repeats nothing that was not delivered: a hint is early word, the listing is what
counts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from connectors.servicenow import encoded_query, mapping
from connectors.servicenow.client import NAME
from connectors.servicenow.settings import ServiceNowSettings
from domain.ports.errors import AuthRefused, Garbled
from domain.ports.source import ChangeHint

SIGNATURE = "X-Sluis-Signature"
TOLERANCE = 300.0
"""Seconds between the instance's clock and ours within which a signed body is taken for fresh."""

_LAST = 1e15
"""Milliseconds since 1970 that are no moment any more."""

LONGEST = 10_000
"""Bytes of a body; the rule sends some 200."""


class ServiceNowInbound:
    """An `Inbound`. `clock` gives the seconds since 1970 (UTC)."""

    name = NAME

    def __init__(self, settings: ServiceNowSettings, clock: Callable[[], float] = time.time) -> None:
        self._secret = settings.webhook_secret.get_secret_value().encode()
        self._own, self._tables, self._clock = settings.user.casefold(), settings.tables, clock

    def hints(self, headers: Mapping[str, str], body: bytes) -> Sequence[ChangeHint]:
        """The ticket that a signed body names; empty when it is not watched, or when the bot itself wrote last."""
        # The signature before anything is parsed: nobody else's JSON is read.
        self._verify(headers, body)
        told = _understood(body)
        # Written so that NaN, which is neither early nor late, is refused too.
        if not abs(self._clock() - told["sent"] / 1000) <= TOLERANCE:
            fix = "if this goes on, compare the clocks of the instance and of this machine"
            raise AuthRefused(NAME, "a hint was signed too long ago, or in the future", fix)
        own = bool(self._own) and told["by"].casefold() == self._own
        if own or told["table"] not in self._tables:
            return ()
        return (ChangeHint(mapping.ticket_id(told["table"], told["sys_id"]), told["event"]),)

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        shown = next((v for k, v in headers.items() if k.casefold() == SIGNATURE.casefold()), "").strip()
        right = base64.b64encode(hmac.new(self._secret, body, hashlib.sha256).digest())
        # Without a secret anybody could sign with the empty one.
        if not self._secret or not hmac.compare_digest(shown.encode(), right):
            fix = "the business rule and SERVICENOW_WEBHOOK_SECRET must hold the same secret"
            raise AuthRefused(NAME, "a hint is not signed, or signed with another secret", fix)


def _understood(body: bytes) -> dict[str, Any]:
    """The parts of a body that was signed. Raises Garbled when one is absent or not what it should be."""
    try:
        told = json.loads(body) if len(body) <= LONGEST else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not encoded_query.is_sys_id(str(told.get("sys_id", ""))):
        raise Garbled(NAME, "a hint names no ticket")
    # By exact type: True is an int in Python.
    # A whole number may be larger than any that can be divided.
    if type(told.get("sent")) not in (int, float) or abs(told["sent"]) >= _LAST:
        raise Garbled(NAME, "a hint does not say when it was sent")
    words = {part: str(told.get(part) or "") for part in ("sys_id", "table", "by", "event")}
    return words | {"sent": told["sent"]}
