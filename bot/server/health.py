"""Health checks and metrics on a port of its own.

/healthz  200 while the clock ticks, the journal answers and a line to the message service lives; other vendors that
          are down do not make it fail, but which of them is asked nothing now, because it does not answer or wants
          to be left alone, is told
/readyz   200 once every source was read completely at least once
/metrics  for Prometheus
/slack/events  what people do in Slack, where it comes to us over HTTP
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from waitress import wasyncore
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from bot.server.webhooks import Admit
from domain.ports.connector import Line

_LOOK_UP = 0.1
"""Seconds after which the server looks whether it is to close."""

Check = Callable[[], Mapping[str, bool]]
Receive = Callable[[Mapping[str, str], bytes], tuple[int, str, str]]

EVENTS = "/slack/events"
LARGEST = 1_000_000
"""Bytes of a request that are read; Slack's are far smaller."""


def app(
    alive: Check,
    ready: Check,
    registry: CollectorRegistry,
    *,
    circuits: Mapping[str, Line] | None = None,
) -> Flask:
    """The pages. `alive` and `ready` give named conditions; all must hold. `circuits` are the lines to the systems."""
    flask = Flask("sluis-health")
    flask.config["MAX_CONTENT_LENGTH"] = LARGEST

    def answer(conditions: Mapping[str, bool], **more: object) -> tuple[Response, int]:
        return jsonify({**conditions, **more}), 200 if all(conditions.values()) else 503

    def systems() -> dict[str, str]:
        return {name: "resting" if line.open else "in use" for name, line in (circuits or {}).items()}

    flask.add_url_rule("/healthz", "healthz", lambda: answer(alive(), systems=systems()))
    flask.add_url_rule("/readyz", "readyz", lambda: answer(ready()))
    flask.add_url_rule(
        "/metrics", "metrics", lambda: Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    )
    return flask


def add_events(flask: Flask, receive: Receive, admit: Admit) -> None:
    """Open the address of the message service: `receive` answers it, where `admit` says that it may come in now."""

    def events() -> Response:
        # Before the signature is looked at, because that costs too.
        if not admit(EVENTS):
            return Response(status=429, headers={"Retry-After": "5"})
        status, kind, body = receive(dict(request.headers), request.get_data())
        return Response(body, status, content_type=kind)

    flask.add_url_rule(EVENTS, "events", events, methods=["POST"])


class HealthServer:
    """Serves the pages from a thread until closed."""

    def __init__(self, flask: Flask, host: str, port: int) -> None:
        self._sockets: dict[int, Any] = {}
        # With a map of its own: by default all sockets of the process share one, and are closed together.
        self._server: BaseWSGIServer | MultiSocketServer = create_server(
            flask, map=self._sockets, host=host, port=port, threads=4, max_request_body_size=4 * 1024 * 1024
        )
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.effective_port)

    def close(self) -> None:
        """Stop answering, once what was asked has its answer."""
        self._closing.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        # The loop of waitress itself ends only when its sockets are closed under the thread that waits on them.
        while not self._closing.is_set():
            wasyncore.loop(timeout=_LOOK_UP, map=self._sockets, count=1)
        # First what is being answered, then the sockets that it is answered on.
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._sockets)
