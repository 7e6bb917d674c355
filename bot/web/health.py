"""Health checks and metrics on a port of its own.

/healthz  200 while the clock ticks, the journal answers and a line to the message service lives; other vendors that
          are down do not make it fail
/readyz   200 once every source was read completely at least once
/metrics  for Prometheus
/slack/events  what people do in Slack, where it comes to us over HTTP
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from flask import Flask, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

Check = Callable[[], Mapping[str, bool]]
Receive = Callable[[Mapping[str, str], bytes], tuple[int, str, str]]

LARGEST = 1_000_000
"""Bytes of a request that are read; Slack's are far smaller."""


def app(alive: Check, ready: Check, registry: CollectorRegistry, receive: Receive | None = None) -> Flask:
    """The pages. `alive` and `ready` give named conditions; all must hold. `receive` answers the message service."""
    flask = Flask("sluis-health")
    flask.config["MAX_CONTENT_LENGTH"] = LARGEST

    def answer(conditions: Mapping[str, bool]) -> tuple[Response, int]:
        return jsonify(conditions), 200 if all(conditions.values()) else 503

    flask.add_url_rule("/healthz", "healthz", lambda: answer(alive()))
    flask.add_url_rule("/readyz", "readyz", lambda: answer(ready()))
    flask.add_url_rule(
        "/metrics", "metrics", lambda: Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    )
    if receive:
        taken = receive

        def events() -> Response:
            status, kind, body = taken(dict(request.headers), request.get_data())
            return Response(body, status, content_type=kind)

        flask.add_url_rule("/slack/events", "events", events, methods=["POST"])
    return flask


class HealthServer:
    """Serves the pages from a thread until closed."""

    def __init__(self, flask: Flask, host: str, port: int) -> None:
        self._server: BaseWSGIServer | MultiSocketServer = create_server(
            flask, host=host, port=port, threads=4, max_request_body_size=4 * 1024 * 1024
        )
        self._thread = threading.Thread(target=self._server.run, name="health", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.effective_port)

    def close(self) -> None:
        """Stop answering."""
        self._server.close()
        self._thread.join(timeout=2)
