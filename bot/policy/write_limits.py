"""How much one run may write before somebody has to allow it."""

from __future__ import annotations

from pydantic import Field

from bot.policy.terms import Terms


class WriteLimits(Terms):
    """What one run may write unasked: messages, and the share of the open tickets they are about."""

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
