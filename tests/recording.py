"""Cassettes: exchanges kept in `cassettes/<connector>/`, replayed with no server.

    with recorded("jira/one_ticket", sandbox_app) as url:
        ...a client built on `url`...

With SLUIS_RECORD=1 the app is served and the cassette written anew; otherwise the cassette answers, and a
request that is not in it fails. Only the headers named here are kept, e-mail addresses are replaced, and the
server's address becomes `https://<connector>.example`, so that nothing private or accidental is stored.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vcr
from flask import Flask

from sandbox.server import Server

CASSETTES = Path(__file__).parents[1] / "cassettes"
MATCH_ON = ("method", "scheme", "host", "path", "query", "body")

_REQUEST_HEADERS = frozenset({"accept", "content-type"})
_RESPONSE_HEADERS = frozenset(
    {"content-type", "retry-after", "x-seraph-loginreason", "x-total-count", "link"}
)
_LOOPBACK = re.compile(r"http://127\.0\.0\.1(:|%3A)\d+")
_EMAIL = re.compile(r"[A-Za-z0-9._+-]+(@|%40)[A-Za-z0-9-]+\.[A-Za-z0-9.-]+")


def recording() -> bool:
    """Whether cassettes are being written in this session."""
    return os.environ.get("SLUIS_RECORD") == "1"


@contextmanager
def recorded(name: str, app: Callable[[], Flask]) -> Iterator[str]:
    """Base URL for a client, and the cassette `name` ("connector/what") around whatever it asks."""
    connector = name.split("/", maxsplit=1)[0]
    path = CASSETTES / f"{name}.yaml"
    tape = _recorder(connector).use_cassette(str(path), record_mode="all" if recording() else "none")
    if not recording():
        with tape as cassette:
            yield f"https://{connector}.example"
        assert cassette.all_played, f"{name}: not everything on the cassette was asked for"
        return
    path.unlink(missing_ok=True)
    with Server(app()) as server, tape:
        yield server.url


def _recorder(connector: str) -> vcr.VCR:
    def scrub(text: str) -> str:
        return _EMAIL.sub(r"someone\1example.org", _LOOPBACK.sub(f"https://{connector}.example", text))

    def request(asked: Any) -> Any:
        asked.uri = scrub(asked.uri)
        asked.headers = {k: v for k, v in asked.headers.items() if k.lower() in _REQUEST_HEADERS}
        if asked.body:
            asked.body = scrub(asked.body.decode()).encode()
        return asked

    def response(answer: dict[str, Any]) -> dict[str, Any]:
        headers = answer["headers"].items()
        kept = {k: [scrub(one) for one in v] for k, v in headers if k.lower() in _RESPONSE_HEADERS}
        body = scrub(answer["body"]["string"].decode()).encode()
        return answer | {"headers": kept, "body": {"string": body}}

    return vcr.VCR(
        match_on=MATCH_ON,
        before_record_request=request,
        before_record_response=response,
        decode_compressed_response=True,
    )
