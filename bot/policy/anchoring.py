"""To whom the head of the audit trail is mailed every day, so that a trail that is written anew can be found out."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address

from pydantic import Field, field_validator

from bot.policy.terms import Terms


class Anchoring(Terms):
    """Who keeps the head of the audit trail, out of reach of whoever administers the database."""

    anchor_mail: str = Field(
        "",
        description="Address to which the head of the audit trail is mailed once a day (needs MAIL_HOST).",
        examples=["archive@example.org"],
    )

    @field_validator("anchor_mail")
    @classmethod
    def _one_mailbox(cls, value: str) -> str:
        if not value:
            return value
        try:
            found = Address(addr_spec=value.strip())
        except (ValueError, IndexError, MessageError):
            found = None
        if found and found.username and found.domain and value.isascii():
            return value.strip()
        raise ValueError("must be one plain e-mail address, such as archive@example.org")
