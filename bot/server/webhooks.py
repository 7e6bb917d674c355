"""POST /hooks/<name>: where an outside system says that a ticket changed.

What is told is kept in the journal before the answer goes out, so that nothing that was accepted is lost; the
looking is done elsewhere. An address is open only for a system whose secret was set.

202 kept · 400 not understood · 401 wrong signature · 404 no such address · 413 too large · 429 too often · 503 not kept
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from flask import Flask, Response, request
from requests.structures import CaseInsensitiveDict
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from bot.journal import JournalError
from domain.ports.errors import AuthRefused, Garbled
from domain.ports.source import ChangeHint, Inbound

MOST_BYTES = 1024 * 1024
"""A larger request is not read. What it would have told is found by the next cycle."""
PER_SECOND, AT_ONCE = 20.0, 200
"""Requests taken per second from one system in the long run, and in one burst."""
SECRET_HEADER = "X-Hook-Secret"  # noqa: S105 - the name of a header
"""Where an `Inbound` finds a secret that stood in the address: /hooks/<name>/<secret> or ?secret=..."""

Admit = Callable[[str], bool]
"""Whether one more may come in now, of all that go by this name."""

_ODD = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What taking a body apart ends in that is not what it seemed."""

_STATUS = {
    "kept": 202,
    "repeated": 202,
    "ignored": 202,
    "garbled": 400,
    "refused": 401,
    "too large": 413,
    "too often": 429,
    "failed": 503,
}


class WebhookCounts:
    """Counts requests by system and outcome, until they are asked for."""

    def __init__(self) -> None:
        # Requests are counted in the threads of the port, and taken in that of the cycles.
        self._lock = threading.Lock()
        self._counts: dict[str, Counter[str]] = {}

    def add(self, name: str, outcome: str) -> None:
        """One more."""
        with self._lock:
            self._counts.setdefault(name, Counter())[outcome] += 1

    def take(self) -> Mapping[str, Mapping[str, int]]:
        """The counts since the last time this was asked, by system and outcome."""
        with self._lock:
            counts, self._counts = self._counts, {}
        return counts


class WebhookReceiver:
    """Takes requests in. `hear` keeps the hints of a system and gives how many are new; `wake` is called when there
    are any; `count` is told system and outcome of every request; `admit` says whether a system may come in now.
    """

    def __init__(
        self,
        inbounds: Mapping[str, Inbound],
        hear: Callable[[str, Sequence[ChangeHint]], int],
        wake: Callable[[], None],
        count: Callable[[str, str], None],
        admit: Admit,
    ) -> None:
        self._inbounds, self._hear, self._wake, self._count = inbounds, hear, wake, count
        self._admit = admit

    @property
    def expects(self) -> bool:
        """Whether anybody has an address here."""
        return bool(self._inbounds)

    def add_to(self, flask: Flask) -> None:
        """Open the addresses."""
        flask.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
        for rule in ("/hooks/<name>", "/hooks/<name>/<secret>"):
            flask.add_url_rule(rule, "hooks", self.receive, methods=["POST"])

    def receive(self, name: str, secret: str = "") -> Response:
        """Answer one request."""
        # Not counted: the name is whatever somebody typed, and each would be a figure of its own.
        if name not in self._inbounds:
            return Response(status=404)
        outcome = self._outcome(name, secret)
        self._count(name, outcome)
        return Response(
            status=_STATUS[outcome], headers={"Retry-After": "5"} if outcome == "too often" else {}
        )

    def _outcome(self, name: str, secret: str) -> str:
        refused, hints = self._understood(name, secret)
        # After the signature: else whoever cannot sign would keep out those who can.
        if not self._admit(name if refused in ("", "garbled") else unsigned(name)):
            return "too often"
        if refused:
            return refused
        try:
            new = self._hear(name, hints) if hints else 0
        # Not accepted, so that it is sent again; where it is not, the next cycle finds it (docs/jira-facts.md).
        except (SQLAlchemyError, JournalError):
            return "failed"
        if new:
            self._wake()
        return "kept" if new else "repeated" if hints else "ignored"

    def _understood(self, name: str, secret: str) -> tuple[str, Sequence[ChangeHint]]:
        """Why a request is not taken, empty when it is, and what it tells."""
        try:
            # The very bytes: a signature is of these, not of what a parser makes of them.
            hints = self._inbounds[name].hints(_headers(secret), request.get_data(cache=False))
            return ("" if all(map(_storable, hints)) else "garbled"), hints
        except RequestEntityTooLarge:
            return "too large", ()
        except AuthRefused:
            return "refused", ()
        # Signed, and yet of a shape that nobody thought of.
        except (Garbled, *_ODD):
            return "garbled", ()


def unsigned(name: str) -> str:
    """The name by which what comes to an address without a right signature is counted."""
    return f"{name} unsigned"


def _storable(hint: ChangeHint) -> bool:
    """Half an emoji can be stored nowhere, and a zero not on PostgreSQL."""
    return not any(char == "\0" or "\ud800" <= char <= "\udfff" for char in hint.id + hint.event)


def _headers(secret: str) -> Mapping[str, str]:
    """The request's headers, in any case, with the secret from the address among them."""
    headers = CaseInsensitiveDict(request.headers.items())
    # Jira Data Center signs nothing (docs/jira-facts.md): a secret in the address is all it can bring.
    if secret := secret or request.args.get("secret", ""):
        headers[SECRET_HEADER] = secret
    return headers
