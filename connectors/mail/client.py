"""One conversation with the mail server for each message, and what its answers mean. Addresses and the server's own
words stay out of every error: they may name people.

Source: RFC 5321, sections 4.2.1 (4xx: try again later; 5xx: no) and 4.1.1.4 (from the end of DATA on the server may
have taken the message).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import TypeVar

from connectors.mail.settings import MailSettings
from connectors.shared import trust
from domain.ports.errors import Ambiguous, AuthRefused, NotFound, Postponed, Refused, SourceError, Unreachable

SYSTEM = "mail"
T = TypeVar("T")

TIMEOUT = 20
"""Seconds to connect, and for each answer."""

LATER = timedelta(minutes=10)
"""When a message that the server does not take now (greylisting, a full mailbox) is tried again."""

_SERVER = "check MAIL_HOST, MAIL_PORT and MAIL_SECURITY, and whether this machine may reach the server"
_ACCOUNT = "check MAIL_USER and MAIL_PASSWORD"


class MailClient:
    """Sends one message at a time, and keeps no line open."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self.sender = settings.from_address or ""

    def probe(self) -> None:
        """Connect, secure the line and log in; send nothing. Raises SourceError."""
        with self._session():
            return

    def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand one message to the server. Raises Ambiguous when it may or may not have been taken."""
        with self._session() as server:
            # Step by step and not `sendmail`: each refusal has another remedy, and only one is about the recipient.
            code = _ask(lambda: server.mail(self.sender)[0])
            if code != 250:
                raise _no(code, "does not take messages from MAIL_FROM_ADDRESS", Refused)
            code = _ask(lambda: server.rcpt(recipient)[0])
            # 251: the server forwards it (RFC 5321 §3.4).
            if code not in (250, 251):
                raise _no(code, "does not know the recipient, or does not deliver there", NotFound)
            _hand_in(server, message)

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        server = _ask(self._connect)
        try:
            self._log_in(server)
            yield server
        finally:
            try:
                server.quit()
            except (OSError, smtplib.SMTPException):
                # Said goodbye to nobody: what was taken is taken.
                server.close()

    def _connect(self) -> smtplib.SMTP:
        settings, context = self._settings, trust.context()
        host = str(settings.host)
        if settings.security == "smtps":
            return smtplib.SMTP_SSL(host, settings.port, timeout=TIMEOUT, context=context)
        # Without `starttls` only where an admin chose so: see MAIL_SECURITY.
        server = smtplib.SMTP(host, settings.port, timeout=TIMEOUT)
        if settings.security == "starttls":
            try:
                server.starttls(context=context)
            except (OSError, smtplib.SMTPException):
                server.close()
                raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        user, password = self._settings.user, self._settings.password
        _ask(server.ehlo_or_helo_if_needed)
        if user and password:
            _ask(lambda: server.login(user, password.get_secret_value()))


def _ask(call: Callable[[], T]) -> T:
    """Say something before the message itself: whatever goes wrong, nothing was sent."""
    try:
        return call()
    # Narrow ones first: these are all SMTPExceptions, and an SSLError is an OSError.
    except smtplib.SMTPAuthenticationError:
        raise AuthRefused(SYSTEM, "the account or password is not accepted", _ACCOUNT) from None
    except smtplib.SMTPNotSupportedError:
        raise Refused(SYSTEM, "the server does not offer what is asked of it (TLS, login)", _SERVER) from None
    except smtplib.SMTPResponseException as error:
        raise _no(error.smtp_code, "does not let us in", Refused) from None
    except ssl.SSLCertVerificationError:
        raise Unreachable(SYSTEM, trust.UNTRUSTED, trust.FIX) from None
    except ssl.SSLError:
        raise Unreachable(SYSTEM, "the TLS certificate or connection was not accepted", _SERVER) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(SYSTEM, f"cannot be reached ({type(error).__name__})", _SERVER) from None


def _hand_in(server: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        code, _ = server.data(message.as_bytes(policy=SMTP))
    except smtplib.SMTPDataError as error:
        # Raised when DATA itself is refused: the message never left.
        raise _no(error.smtp_code, "does not take a message now", Refused) from None
    except (OSError, smtplib.SMTPException) as error:
        what = f"the line dropped while the message was handed in ({type(error).__name__})"
        raise Ambiguous(SYSTEM, what) from None
    if code != 250:
        raise _no(code, "did not take the message", Refused)


def _no(code: int, what: str, kind: type[SourceError]) -> SourceError:
    """A definite no: for now (4xx), or for good. The server's own words may hold addresses."""
    said = f"the server {what} ({code})"
    if 400 <= code < 500:
        return Postponed(SYSTEM, said, "", datetime.now(UTC) + LATER)
    return kind(SYSTEM, said)
