"""Serving a sandbox app on loopback, with a log of what was asked and faults on order."""

from __future__ import annotations

import io
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


class How(StrEnum):
    """What goes wrong with a request."""

    DROP_BEFORE = "drop_before"  # the line drops before the request is carried out
    DROP_AFTER = "drop_after"  # the request is carried out, then the line drops
    ANSWER = "answer"  # another answer is given instead, nothing is carried out
    ANSWER_AFTER = "answer_after"  # the request is carried out, then another answer is given
    TRUNCATE = "truncate"  # the body is cut off half-way
    DELAY = "delay"  # the answer comes late
    LATER = "later"  # the line drops, and the request is carried out when `Server.carry_out` says so


@dataclass(slots=True)
class Fault:
    """A fault for the next `times` requests that match method and path (a regular expression, searched)."""

    how: How
    path: str = ""
    method: str = ""
    times: int = 1
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    seconds: float = 0.0

    def matches(self, method: str, path: str) -> bool:
        """Whether the fault strikes this request."""
        return self.times > 0 and self.method in ("", method) and re.search(self.path, path) is not None


@dataclass(frozen=True, slots=True)
class Received:
    """One request as the server saw it."""

    method: str
    path: str
    query: str
    body: bytes
    headers: dict[str, str]


Watch = Callable[[Received, bool], None]
"""Sees each request before it is carried out (False) and after it, before the answer leaves (True). What it raises
is a dropped line.
"""


class CarriedOutLater(Exception):
    """Raised by a watch before a request: as `How.LATER`."""


class Server:
    """A sandbox app running on a free port of 127.0.0.1, in a thread of this process."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        self.faults: list[Fault] = []
        self.asked: list[Received] = []
        self.watch: Watch = lambda _, __: None
        self._lock = threading.Lock()
        self._late: list[WSGIEnvironment] = []
        self._app = app.wsgi_app
        # A real server and not the framework's test client: time-outs, dropped lines and half answers need a line.
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, self._serve, threaded=True, request_handler=_Quiet
        )
        # It looks every 20 ms whether to stop; the default of half a second would be paid by every test.
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name=f"sandbox-{app.name}", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """Base URL, without a trailing slash."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def fail(self, fault: Fault) -> None:
        """Order a fault."""
        with self._lock:
            self.faults.append(fault)

    def count(self, method: str = "", path: str = "") -> int:
        """How many requests matched, faulty ones included."""
        return sum(1 for a in self.asked if method in ("", a.method) and re.search(path, a.path))

    def writes(self) -> list[Received]:
        """Every request that could have changed something."""
        return [a for a in self.asked if a.method not in ("GET", "HEAD", "OPTIONS")]

    def carry_out(self) -> int:
        """Carry out the requests that were to be carried out later, by the clock of now; gives how many there were."""
        with self._lock:
            waiting, self._late = self._late, []
        for environ in waiting:
            _run(self._app, environ)
        return len(waiting)

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _serve(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        body = request.get_data(cache=True)
        environ["wsgi.input"] = io.BytesIO(body)  # read once from the line; the app reads it again from here
        asked = Received(
            request.method, request.path, request.query_string.decode(), body, dict(request.headers)
        )
        # Before the fault strikes: a test counts what was sent, also what was never carried out.
        self.asked.append(asked)
        try:
            self.watch(asked, False)
        except CarriedOutLater:
            return self._later(environ)
        fault = self._strike(request.method, request.path)
        if fault and fault.how is How.LATER:
            return self._later(environ)
        answer = _FAULTY[fault.how](fault, self._app, environ, start) if fault else self._app(environ, start)
        self.watch(asked, True)
        return answer

    def _later(self, environ: WSGIEnvironment) -> Iterable[bytes]:
        with self._lock:
            self._late.append(environ)
        return _hang_up(environ)

    def _strike(self, method: str, path: str) -> Fault | None:
        with self._lock:
            # In the order in which they were ordered, so that a test can say "first this, then that".
            for fault in self.faults:
                if fault.matches(method, path):
                    fault.times -= 1
                    return fault
        return None


class _Quiet(WSGIRequestHandler):
    # Lines are kept open between requests, as vendors do: only then can one be dropped that was in use.
    protocol_version = "HTTP/1.1"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` of an answer, by the clock that the sandboxes have."""
        # Connectors measure their clock by this header, so it must follow a clock that a test has set.
        return format_datetime(datetime.now(UTC), usegmt=True)

    def log_request(self, *_: Any) -> None:
        """Say nothing: the log is `Server.asked`."""

    def log_error(self, *_: Any) -> None:
        """A dropped line is on order, not an error."""


def _hang_up(environ: WSGIEnvironment) -> list[bytes]:
    line: socket.socket = environ["werkzeug.socket"]
    # Shut down and not only closed: the client must see the line drop now, not at its time-out.
    line.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError


def _run(app: WSGIApplication, environ: WSGIEnvironment) -> Response:
    # Buffered: the app has done all it does before the line drops or the answer is changed.
    return Response.from_app(app, environ, buffered=True)


def _drop_before(
    _: Fault, __: WSGIApplication, environ: WSGIEnvironment, ___: StartResponse
) -> Iterable[bytes]:
    return _hang_up(environ)


def _drop_after(
    _: Fault, app: WSGIApplication, environ: WSGIEnvironment, __: StartResponse
) -> Iterable[bytes]:
    _run(app, environ)
    return _hang_up(environ)


def _answer(
    fault: Fault, _: WSGIApplication, environ: WSGIEnvironment, start: StartResponse
) -> Iterable[bytes]:
    return Response(fault.body, fault.status, fault.headers)(environ, start)


def _answer_after(
    fault: Fault, app: WSGIApplication, environ: WSGIEnvironment, start: StartResponse
) -> Iterable[bytes]:
    _run(app, environ)
    return _answer(fault, app, environ, start)


def _truncate(
    _: Fault, app: WSGIApplication, environ: WSGIEnvironment, start: StartResponse
) -> Iterable[bytes]:
    answer = _run(app, environ)
    answer.set_data(answer.get_data()[: len(answer.get_data()) // 2])
    return answer(environ, start)


def _delay(
    fault: Fault, app: WSGIApplication, environ: WSGIEnvironment, start: StartResponse
) -> Iterable[bytes]:
    time.sleep(fault.seconds)
    return app(environ, start)


_FAULTY: dict[How, Callable[[Fault, WSGIApplication, WSGIEnvironment, StartResponse], Iterable[bytes]]] = {
    How.DROP_BEFORE: _drop_before,
    How.DROP_AFTER: _drop_after,
    How.ANSWER: _answer,
    How.ANSWER_AFTER: _answer_after,
    How.TRUNCATE: _truncate,
    How.DELAY: _delay,
}
