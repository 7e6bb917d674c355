"""Health checks and metrics, and the server under them and under the door (`bot.server.door`), each on a port of its
own: whoever knocks at the door reaches neither, and cannot keep them from answering.

/healthz  200 while the clock ticks, the journal answers and a line to the message service lives; other vendors that
          are down do not make it fail, but which of them is asked nothing now, because it does not answer or wants
          to be left alone, is told
/readyz   200 once every source was read completely at least once
/metrics  for Prometheus
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from domain.ports.connector import Line

_LOOK_UP = 0.1
"""Seconds after which the server looks whether it is to close."""

Check = Callable[[], Mapping[str, bool]]

PATIENCE = 10.0
"""Seconds for which a connection may be open without a whole request having come."""


def app(
    alive: Check,
    ready: Check,
    registry: CollectorRegistry,
    *,
    circuits: Mapping[str, Line] | None = None,
) -> Flask:
    """The pages. `alive` and `ready` give named conditions; all must hold. `circuits` are the lines to the systems."""
    flask = Flask("sluis-health")

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


class HealthServer:
    """Has its port from the first moment, and serves pages from a thread between `start` and `close`; cuts off who is
    slow with a request or says nothing at all. Raises OSError for a port that cannot be had, and ValueError for a host
    that stands for no address.
    """

    def __init__(self, flask: Flask, host: str, port: int, patience: float = PATIENCE) -> None:
        self._patience, self._seen = patience, dict[HTTPChannel, tuple[object, float]]()
        self._sockets: dict[int, Any] = {}
        # With a map of its own: by default all sockets of the process share one, and are closed together.
        try:
            self._server: BaseWSGIServer | MultiSocketServer = create_server(
                flask,
                map=self._sockets,
                host=host,
                port=port,
                threads=4,
                max_request_body_size=4 * 1024 * 1024,
            )
        except OSError:
            # Of the addresses of one name, those that were opened before the one that could not be.
            wasyncore.close_all(self._sockets)
            raise
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)

    def start(self) -> HealthServer:
        """Begin to answer, also whoever has come to the port since it is open."""
        self._thread.start()
        return self

    @property
    def port(self) -> int:
        """The port it listens on; the first where its host has several addresses."""
        if isinstance(self._server, MultiSocketServer):
            return int(self._server.effective_listen[0][1])
        return int(self._server.effective_port)

    def close(self) -> None:
        """Stop answering, once what was asked has its answer."""
        self._closing.set()
        if self._thread.ident is None:
            self._let_go()
        else:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        # The loop of waitress itself ends only when its sockets are closed under the thread that waits on them.
        while not self._closing.is_set():
            wasyncore.loop(timeout=_LOOK_UP, map=self._sockets, count=1)
            self._cut_off(time.monotonic())
        self._let_go()

    def _let_go(self) -> None:
        # First what is being answered, then the sockets that it is answered on.
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._sockets)

    def _cut_off(self, now: float) -> None:
        """Let go of every connection on which one request has been coming, or nothing has been said, for too long. The
        server's own time-out begins anew with every byte, of which a minute takes very few.
        """
        seen = {}
        for channel in [one for one in self._sockets.values() if isinstance(one, HTTPChannel)]:
            # What is being answered is ours to end.
            if channel.requests:
                continue
            state = channel.request or channel.last_activity
            before, since = self._seen.get(channel, (None, now))
            # The same half of a request by identity, the same silence by its moment.
            since = since if before is state or before == channel.last_activity else now
            seen[channel] = state, since
            if now - since > self._patience:
                channel.will_close = True
        self._seen = seen
