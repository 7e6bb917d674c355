"""HTTP answers and failures into the application's errors, as a table."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from connectors.shared.errors import clean, status_error, translate
from domain.ports.errors import (
    Ambiguous,
    AuthRefused,
    Forbidden,
    Garbled,
    NotFound,
    RateLimited,
    Refused,
    SourceError,
    Unreachable,
)

REFUSED_LINE = requests.ConnectionError(
    MaxRetryError(None, "/x?jql=secret", NewConnectionError(None, "refused"))  # type: ignore[arg-type]
)
DROPPED = requests.ConnectionError(ProtocolError("dropped"))


@pytest.mark.parametrize(
    ("status", "reading", "writing"),
    [
        (400, SourceError, Refused),
        (401, AuthRefused, AuthRefused),
        (403, Forbidden, Forbidden),
        (404, NotFound, NotFound),
        (409, SourceError, Refused),
        (410, NotFound, NotFound),
        (413, SourceError, Refused),
        (415, SourceError, SourceError),
        (422, SourceError, Refused),
        (429, RateLimited, RateLimited),
        (500, Unreachable, Ambiguous),
        (502, Unreachable, Ambiguous),
        (503, Unreachable, Ambiguous),
        (504, Unreachable, Ambiguous),
    ],
)
def test_status(status, reading, writing):
    assert type(status_error("x", status, writing=False)) is reading
    assert type(status_error("x", status, writing=True)) is writing


@pytest.mark.parametrize(
    ("error", "reading", "writing"),
    [
        (requests.ConnectTimeout(), Unreachable, Unreachable),
        (requests.ReadTimeout(), Unreachable, Ambiguous),
        (requests.exceptions.ProxyError(), Unreachable, Unreachable),
        (REFUSED_LINE, Unreachable, Unreachable),
        (DROPPED, Unreachable, Ambiguous),
        (requests.exceptions.ChunkedEncodingError(), Unreachable, Ambiguous),
        (requests.exceptions.SSLError(), Unreachable, Ambiguous),
        (requests.exceptions.InvalidURL("https://x/?token=1"), Unreachable, Unreachable),
        (json.JSONDecodeError("x", "doc", 0), Garbled, Ambiguous),
        (requests.JSONDecodeError("x", "doc", 0), Garbled, Ambiguous),
        (Forbidden("x", "kept as it is"), Forbidden, Forbidden),
    ],
)
def test_failures(error, reading, writing):
    seen = [translate("x", error, writing=False), translate("x", error, writing=True)]
    assert [type(e) for e in seen] == [reading, writing]
    assert not any("secret" in str(e) or "token" in str(e) for e in seen)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("90", 90), ("0.5", 0.5), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), (None, 60), ("soon", 60)],
)
def test_when_to_come_back(header, seconds):
    error = status_error("x", 429, writing=False, retry_after=header)
    assert isinstance(error, RateLimited)
    assert abs(error.until - datetime.now(UTC) - timedelta(seconds=seconds)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("mail dirk@example.org now", "mail … now"),
        ("see HTTPS://x.example/a?token=1 for more", "see … for more"),
        ("two\nlines", "two lines"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_messages_are_short_and_without_addresses(said, shown):
    assert clean(said) == shown
    assert str(status_error("x", 400, said, writing=False)) == f"answered 400: {shown}"
