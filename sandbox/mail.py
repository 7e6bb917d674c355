"""A mail server on loopback that keeps what it is given, and can be told to refuse, to drop the line, or to ask for a
password. Made from RFC 5321.
"""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

DROP = 0
"""Instead of a code: hang up without an answer."""


@dataclass(slots=True)
class Letter:
    """What was handed in: the envelope's recipient, and the message."""

    recipient: str
    message: EmailMessage


@dataclass(slots=True)
class MailSandbox:
    """Letters kept. `answers` gives, by command (MAIL, RCPT, DATA, END), the codes of its next answers; END is the one
    after the message itself, and what is dropped there was kept. With `login` ("user:password") nobody else gets in.
    `watch` hears of each letter before it is kept (False) and after that, before the answer leaves (True); when it
    raises ConnectionAbortedError the line drops.
    """

    letters: list[Letter] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)
    login: str = ""
    # A server's words may hold addresses: tests look that none gets into a log.
    said: str = "about you@example.org"
    watch: Callable[[bool], None] = lambda _: None
    _server: _Server | None = None

    def start(self) -> int:
        """Listen; gives the port."""
        self._server = _Server(("127.0.0.1", 0), _Talk)
        self._server.sandbox = self
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """Listen no more."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def code(self, command: str, usual: int) -> int:
        """The code to answer a command with."""
        return self.answers[command].pop(0) if self.answers.get(command) else usual


class _Server(socketserver.ThreadingTCPServer):
    # A conversation that a test left hanging must not keep the process alive.
    daemon_threads = True
    allow_reuse_address = True
    sandbox: MailSandbox


class _Talk(socketserver.StreamRequestHandler):
    """One conversation."""

    def handle(self) -> None:
        sandbox = cast(_Server, self.server).sandbox
        inside, recipient = not sandbox.login, ""
        self._say("220 sandbox")
        while line := self.rfile.readline().decode("ascii", "replace").strip():
            command = line[:4].upper()
            if command == "QUIT":
                self._say("221 bye")
                return
            if command == "EHLO":
                # A hyphen says that more lines follow (RFC 5321, section 4.2.1).
                self._say("250-sandbox" if sandbox.login else "250 sandbox")
                if sandbox.login:
                    self._say("250 AUTH PLAIN")
            elif command == "AUTH":
                given = base64.b64decode(line.split()[-1]).decode().strip("\0").replace("\0", ":")
                inside = given == sandbox.login
                self._say("235 welcome" if inside else f"535 {sandbox.said}")
            elif command in ("MAIL", "RCPT") and inside:
                recipient = line.partition("<")[2].partition(">")[0] if command == "RCPT" else ""
                if not self._answer(command, 250):
                    return
            elif command == "DATA" and inside:
                if not self._take(sandbox, recipient):
                    return
            else:
                self._say("250 ok" if inside else "530 log in first")

    def _take(self, sandbox: MailSandbox, recipient: str) -> bool:
        code = sandbox.code("DATA", 354)
        if code == DROP:
            return False
        self._say(f"{code} then")
        if code != 354:
            return True
        raw = b""
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False  # hung up in the middle: nothing was handed in
            # A line that begins with a dot is sent with two (RFC 5321, section 4.5.2).
            raw += line[1:] if line.startswith(b"..") else line
        code = sandbox.code("END", 250)
        try:
            sandbox.watch(False)
            # Dropped after the message: it was taken, and the sender does not know.
            if code in (250, DROP):
                message = message_from_bytes(raw, policy=default)
                sandbox.letters.append(Letter(recipient, message))
            sandbox.watch(True)
        except ConnectionAbortedError:
            return False
        if code == DROP:
            return False
        self._say(f"{code} {sandbox.said}")
        return True

    def _answer(self, command: str, usual: int) -> bool:
        sandbox = cast(_Server, self.server).sandbox
        code = sandbox.code(command, usual)
        if code == DROP:
            return False
        self._say(f"{code} {sandbox.said}")
        return True

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode("ascii") + b"\r\n")
