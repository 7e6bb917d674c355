"""E-mail as a place where the bot speaks: one letter, once. It cannot be read back, edited or removed."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from connectors.mail.client import SYSTEM, MailClient
from connectors.mail.recipients import MailRecipients
from domain.legible import legible
from domain.ports.errors import Unreachable
from domain.ports.messaging import Format, Marker, MessageChannel, Place

_SUBJECT = 200
"""Characters of a subject; RFC 5322 allows lines of 998, and people read the start."""


class MailMessages(MessageChannel):
    """Sends letters `{"subject": ..., "text": ...}`. A remote id is the letter's Message-ID, made from the slot: a
    letter that is sent again after a dropped line has the same one, so that it is known for a repetition.
    """

    name = SYSTEM
    # Neither `editable` nor `endless` is said: a letter that has left cannot be changed.
    format = Format.MAIL
    searchable = False

    def __init__(self, client: MailClient, letterbox: MailRecipients) -> None:
        self._client, self._letterbox = client, letterbox

    def create(self, place: Place, body: Any, marker: Marker) -> str:
        """Send the letter. Raises Unreachable for a person whose address was not looked up yet, Ambiguous when it may
        or may not have been taken.
        """
        recipient = self._letterbox.address(place.container)
        if recipient is None:
            # After a restart: addresses live in memory only, so the letter waits rather than being lost.
            raise Unreachable(SYSTEM, "the address is looked up when the ticket is read again")
        message = self._letter(body, marker, recipient)
        self._client.send(message, recipient)
        return str(message["Message-ID"])

    def _letter(self, body: Any, marker: Marker, recipient: str) -> EmailMessage:
        message, sender = EmailMessage(), self._client.sender
        message["Message-ID"] = f"<sluis.{marker.slot}@{sender.rpartition('@')[2]}>"
        message["Date"] = format_datetime(datetime.now(UTC))
        message["From"], message["To"] = sender, recipient
        message["Subject"] = _one_line(legible(body["subject"]))[:_SUBJECT]
        # RFC 3834: no out-of-office answers, please.
        message["Auto-Submitted"] = "auto-generated"
        # Exchange goes by a header of its own.
        message["X-Auto-Response-Suppress"] = "All"
        # Quoted-printable: a relay that takes seven bits only changes nothing, and lines stay within SMTP's 998.
        message.set_content(legible(body["text"]), charset="utf-8", cte="quoted-printable")
        return message


def _one_line(text: str) -> str:
    """Text of a ticket as a header: nothing in it begins another header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
