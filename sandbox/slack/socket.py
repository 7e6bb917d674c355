"""Socket Mode of the Slack sandbox: WebSocket lines to the app, and each payload to one of them.

Reference: https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Delivered:
    """How the app took a payload: whether it acknowledged it, after how many seconds, and with what."""

    acknowledged: bool
    seconds: float
    payload: dict[str, Any] = field(default_factory=dict)


class Sockets:
    """The lines. They need the library `websockets`, which only whoever uses Socket Mode here has to install."""

    def __init__(self) -> None:
        self.lines: list[Any] = []
        self._lock = threading.Lock()
        self._server: Any = None
        self._turn, self._ids = itertools.count(), itertools.count(1)
        self._waiting: dict[str, tuple[threading.Event, dict[str, Any]]] = {}
        self._leaving: set[int] = set()
        self.opened = 0

    def url(self) -> str:
        """Where a new line is opened; the server starts when first asked for."""
        from websockets.sync.server import serve  # noqa: PLC0415  an optional dependency

        with self._lock:
            if self._server is None:
                self._server = serve(self._line, "127.0.0.1", 0, compression=None, close_timeout=0.1)
                threading.Thread(
                    target=self._server.serve_forever, name="sandbox-sockets", daemon=True
                ).start()
            port = self._server.socket.getsockname()[1]
        return f"ws://127.0.0.1:{port}/link/?ticket={next(self._ids)}"

    def _line(self, line: Any) -> None:
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415

        line.send(json.dumps({"type": "hello", "num_connections": len(self.lines) + 1}))
        with self._lock:
            self.lines.append(line)
            self.opened += 1
        try:
            with suppress(ConnectionClosed):
                for message in line:
                    self._answered(json.loads(message))
        finally:
            with self._lock:
                self.lines.remove(line)
                self._leaving.discard(id(line))

    def _answered(self, answer: dict[str, Any]) -> None:
        if waiting := self._waiting.get(str(answer.get("envelope_id"))):
            waiting[1].update(answer.get("payload") or {})
            waiting[0].set()

    def send(self, kind: str, payload: dict[str, Any], attempt: int = 0, patience: float = 3.0) -> Delivered:
        """Give a payload to one of the lines, in turn, and wait as long as Slack does for an acknowledgement."""
        with self._lock:
            # A line that is being renewed still stands, and gets nothing more.
            lines = [line for line in self.lines if id(line) not in self._leaving]
        started = time.monotonic()
        if not lines:
            return Delivered(False, 0.0)
        envelope = f"envelope-{next(self._ids)}"
        told: tuple[threading.Event, dict[str, Any]] = (threading.Event(), {})
        self._waiting[envelope] = told
        body = {"envelope_id": envelope, "type": kind, "accepts_response_payload": True, "payload": payload}
        body |= {"retry_attempt": attempt, "retry_reason": "timeout"} if attempt else {}
        # In turn: whoever keeps something in memory between two payloads is found out.
        lines[next(self._turn) % len(lines)].send(json.dumps(body))
        heard = told[0].wait(patience)
        return Delivered(heard, time.monotonic() - started, told[1])

    def refresh(self) -> None:
        """Tell the oldest line that it is to be renewed; nothing is given to it any more."""
        with self._lock:
            line = self.lines[0]
            self._leaving.add(id(line))
        line.send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    def die(self) -> None:
        """Vanish without a goodbye: sockets go, and nobody listens on the port any more."""
        with self._lock:
            server, self._server = self._server, None
            lines = list(self.lines)
        for line in lines:
            with suppress(OSError):
                # Below the protocol: a WebSocket that closes properly says goodbye, and a dead server does not.
                line.socket.shutdown(socket.SHUT_RDWR)
        if server is not None:
            server.shutdown()
