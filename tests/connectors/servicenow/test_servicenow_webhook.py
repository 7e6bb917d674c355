"""Hints of the business rule: signed, fresh, about a watched ticket, not of our own doing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from pydantic import ValidationError
from servicenow_helpers import Instance, Tools, settings_for

from connectors.servicenow import build
from connectors.servicenow.webhook import LONGEST, ServiceNowInbound
from domain.ports.errors import AuthRefused, Garbled, SourceError
from domain.ports.source import ChangeHint
from sandbox.servicenow.app import INTEGRATION_USER

SECRET = "a-secret-of-the-tests-only"
NOW = 1_772_438_400.0
CHANGE = "0123456789abcdef0123456789abcdef"
TOLD = {
    "sent": NOW * 1000,
    "event": f"{CHANGE}:7",
    "table": "change_request",
    "sys_id": CHANGE,
    "by": "dirk.peeters",
}


def inbound(**settings: Any) -> ServiceNowInbound:
    loaded = settings_for("https://snow.example", **({"webhook_secret": SECRET} | settings))
    return ServiceNowInbound(loaded, clock=lambda: NOW)


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """What generateMac gives for a key that the script has base64-encoded."""
    return {
        "X-Sluis-Signature": base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    }


def body(**more: Any) -> bytes:
    return json.dumps(TOLD | more).encode()


@pytest.mark.parametrize(
    ("more", "hints"),
    [
        ({}, [ChangeHint(f"change_request:{CHANGE}", f"{CHANGE}:7")]),
        ({"event": None}, [ChangeHint(f"change_request:{CHANGE}")]),
        ({"table": "rm_release"}, [ChangeHint(f"rm_release:{CHANGE}", f"{CHANGE}:7")]),
        ({"table": "incident"}, []),
        ({"by": INTEGRATION_USER.upper()}, []),
        ({"sent": (NOW - 299) * 1000}, [ChangeHint(f"change_request:{CHANGE}", f"{CHANGE}:7")]),
    ],
    ids=["a change", "no event", "a release", "not watched", "our own note", "five minutes"],
)
def test_what_a_signed_body_tells(more: dict[str, Any], hints: list[ChangeHint]) -> None:
    told = body(**more)
    assert list(inbound().hints(signed(told), told)) == hints


def test_the_hinted_ticket_is_found_by_its_id(instance: Instance, tools: Tools) -> None:
    told = body(sys_id=instance.change)
    (hint,) = inbound().hints(signed(told), told)
    ref = tools.source.find(hint.id)
    assert ref is not None and (ref.id, ref.key) == (hint.id, instance.number)
    for unknown in (f"change_request:{CHANGE}", f"incident:{instance.change}", "change_request:x"):
        assert tools.source.find(unknown) is None


def test_the_header_may_be_written_in_any_case() -> None:
    told = body()
    (name, value), *_ = signed(told).items()
    assert inbound().hints({name.lower(): value}, told) == inbound().hints({name.upper(): value}, told)


@pytest.mark.parametrize(
    ("headers", "told", "error"),
    [
        ({}, body(), AuthRefused),
        ({"X-Sluis-Signature": ""}, body(), AuthRefused),
        ({"X-Sluis-Signature": "ünsinn"}, body(), AuthRefused),
        (signed(body(), "another-secret-of-the-tests"), body(), AuthRefused),
        (signed(body()), body(sys_id="f" * 32), AuthRefused),
        (signed(body(sent=(NOW - 301) * 1000)), body(sent=(NOW - 301) * 1000), AuthRefused),
        (signed(body(sent=(NOW + 301) * 1000)), body(sent=(NOW + 301) * 1000), AuthRefused),
        (signed(b""), b"", Garbled),
        (signed(b"\xff{"), b"\xff{", Garbled),
        (signed(b"[1]"), b"[1]", Garbled),
        (signed(body(sys_id="../sys_user")), body(sys_id="../sys_user"), Garbled),
        (signed(body(sent=float("nan"))), body(sent=float("nan")), AuthRefused),
        (signed(b"[" * 5000), b"[" * 5000, Garbled),
        (signed(body(sent="now")), body(sent="now"), Garbled),
        (signed(body(sent=None)), body(sent=None), Garbled),
        (signed(body(by="x" * LONGEST)), body(by="x" * LONGEST), Garbled),
    ],
    ids=[
        *(
            "unsigned",
            "empty",
            "not ascii",
            "other secret",
            "changed after signing",
            "played again",
            "future",
        ),
        *(
            "no body",
            "no text",
            "no object",
            "no sys_id",
            "no number",
            "deep",
            "sent is words",
            "no moment",
            "long",
        ),
    ],
)
def test_what_is_refused(headers: dict[str, str], told: bytes, error: type[SourceError]) -> None:
    with pytest.raises(error) as caught:
        inbound().hints(headers, told)
    assert SECRET not in str(caught.value)


def test_without_a_secret_nothing_is_listened_to() -> None:
    listening = build(settings_for("https://snow.example", webhook_secret=SECRET))
    deaf = build(settings_for("https://snow.example"))
    assert listening is not None and deaf is not None
    assert (listening.inbound is not None, deaf.inbound) == (True, None)
    with pytest.raises(AuthRefused):
        inbound(webhook_secret="").hints(signed(body(), ""), body())


def test_a_short_secret_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError, match="at least 24 characters"):
        inbound(webhook_secret="short")
