"""To whom the head of the audit trail is mailed every day, so that a trail that is written anew can be found out."""

from __future__ import annotations

from pydantic import Field, field_validator

from bot.policy.terms import Terms
from domain.mailbox import mailbox


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
        return mailbox(value) if value else value
