"""How much one run may write before somebody has to allow it, and for how long a write may be in doubt."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from bot.policy.terms import Terms


class WriteLimits(Terms):
    """What one run may write unasked: messages, and the share of the open tickets they are about; and what is waited
    for when it is not known whether something was written.
    """

    # Counted before the first write (docs/decisions/021): stopped half-way, a flood would have done its harm.
    max_writes: int = Field(
        200,
        ge=0,
        description="Most messages one run writes unasked; of more, nothing is written until somebody allows it.",
    )
    max_share: int = Field(
        50,
        ge=1,
        le=100,
        description="Percent of the open tickets about which one run writes unasked (up to 20 messages always).",
    )
    doubt_minutes: int = Field(
        15,
        ge=1,
        le=24 * 60,
        description="Minutes in which a write whose end is not known may still be carried out: longer than the slowest"
        " system. Only after that is the message written again.",
    )

    @property
    def doubt(self) -> timedelta:
        """For how long a write may be in doubt."""
        return timedelta(minutes=self.doubt_minutes)
