"""How long what is closed is remembered."""

from __future__ import annotations

from pydantic import Field

from bot.policy.terms import Terms


class Retention(Terms):
    """When a closed ticket is forgotten; None for never."""

    retain_days: int | None = Field(
        None,
        ge=30,
        le=36500,
        description="Days after which a closed ticket is forgotten, with all personal data about it; the audit chain "
        "stays. Not set: nothing is forgotten.",
        examples=["730"],
    )
