"""Socket Mode lines to Slack: opened by us, so that nobody has to reach this machine.

The SDK reconnects by itself, but believes for a long time in a line that is dead (59 s after a killed server, by
default): `is_connected()` proves nothing. So the age of the last answered ping is watched here, and a line that
is too quiet is opened anew. https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

from __future__ import annotations

import http.client
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

LINES = 2
"""Lines of one process. Slack gives an interaction to one of them; while one is renewed the other listens. Slack allows
ten per app, over all processes."""

# Below the library's 5 s: a line counts as dead by pings alone (docs/slack-facts.md, row 5).
PING = 2.0
"""Seconds between pings."""

# Three pings: one answer that is late is no dead line.
QUIET = 6.0
"""Seconds without an answered ping after which a line counts as dead."""

LONGEST_WAIT = 30.0
"""Seconds between attempts to open a dead line, at most: Slack limits how often an app may ask for one."""

_DOWN = (SlackApiError, SlackClientError, OSError, http.client.HTTPException, ValueError)

log = logging.getLogger(__name__)


class Client(SocketModeClient):
    """The library's client, which hangs up at once. Its own waits until the old line says something, for up to three
    seconds, in which it does not listen to the new line either.
    """

    def connect(self) -> None:
        """Open a line, then hang up the one before."""
        if (old := self.current_session) is not None:
            vars(old)["close"] = lambda: _hang_up(old)
        super().connect()

    def disconnect(self) -> None:
        """Hang up."""
        if self.current_session is not None:
            _hang_up(self.current_session)


def _hang_up(session: Connection) -> None:
    """Wake whoever reads from the line before it is closed."""
    with suppress(OSError):
        if session.sock is not None:
            # Closing alone does not wake a thread that is reading.
            session.sock.shutdown(socket.SHUT_RDWR)
    session.disconnect()


class SocketConnection:
    """One line, which knows how long it has been quiet and what it is still working on."""

    def __init__(self, app: App, token: str, web: WebClient, logger: logging.Logger) -> None:
        self._app = app
        self.client = Client(token, logger=logger, web_client=web, ping_interval=PING)
        # Not Bolt's own handler: it does not tell when the last interaction in hand is done.
        self.client.socket_mode_request_listeners.append(self._handle)
        self._busy = 0
        self._idle = threading.Condition()
        self._since, self._known = 0.0, self.client.current_session
        self._wait, self._next = 1.0, 0.0

    def _handle(self, client: BaseSocketModeClient, req: SocketModeRequest) -> None:
        """Keep one interaction and acknowledge it."""
        with self._working():
            send_response(client, req, run_bolt_app(self._app, req), time.time())

    @contextmanager
    def _working(self) -> Iterator[None]:
        with self._idle:
            self._busy += 1
        try:
            yield
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def silence(self) -> float:
        """Seconds since the last answered ping, or since the line was opened; very many before that."""
        session = self.client.current_session
        heard = session.last_ping_pong_time if session is not None else None
        # By the wall clock, because the library stamps pings with it.
        return max(0.0, time.time() - (heard or self._since))

    def mend(self) -> None:
        """Open the line anew when it has been quiet for too long; less and less often while that fails."""
        session = self.client.current_session
        # The library reconnects by itself too; its new line is as young as one of ours.
        if session is not self._known and self.client.is_connected():
            self._known, self._since = session, time.time()
        if self.silence() < QUIET:
            self._wait = 1.0
            return
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._wait
        self._wait = min(self._wait * 2, LONGEST_WAIT)
        try:
            # By force: the library believes that the old line lives.
            self.client.connect_to_new_endpoint(force=True)
        except _DOWN as error:
            log.warning("no line to Slack: %s", type(error).__name__)

    def leave(self, seconds: float) -> None:
        """Hang up once what came in is acknowledged, or after so many seconds."""
        with self._idle:
            self._idle.wait_for(lambda: self._busy == 0, timeout=seconds)
        self.client.close()
