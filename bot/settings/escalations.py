"""Settings of the ladders: who is asked when nobody settles something. Part of `bot.settings.load`."""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator

from bot.policy.escalation_ladder import EscalationPolicy, Ladders, rungs
from bot.policy.terms import Names

_LADDER = "Who is asked when nobody settles {what}: role:hours by comma, in {unit}; empty: nobody. "


class EscalationSettings(BaseModel):
    """To whom it goes up, by what is wrong."""

    escalate_forbidden: Names = Field(
        ("change_manager:5", "cab:15"),
        description=_LADDER.format(
            what="what the class does not allow", unit="working hours since it was seen"
        ),
    )
    escalate_missing: Names = Field(
        ("change_manager:10", "cab:30"),
        description=_LADDER.format(
            what="what should have been in order by now", unit="working hours since (a day has ten)"
        ),
    )
    escalate_deadline: Names = Field(
        ("team:-24", "change_manager:-8", "cab:0"),
        description=_LADDER.format(
            what="what has a term of its own, such as a patch", unit="hours of the clock"
        )
        + "Below zero: before the term ends.",
    )
    escalate_breach: Names = Field(
        ("dpo:-72", "team:-48", "change_manager:-24", "cab:-6"),
        description=_LADDER.format(
            what="a data breach", unit="hours of the clock, day and night, to the end of the term"
        ),
    )

    @field_validator("escalate_forbidden", "escalate_missing", "escalate_deadline", "escalate_breach")
    @classmethod
    def _rungs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # Only to refuse; the audit trail hashes the value as it is written (docs/decisions/024).
        rungs(value)
        return value

    @property
    def ladders(self) -> Ladders:
        """The same as they are climbed."""
        return Ladders(
            EscalationPolicy(rungs(self.escalate_forbidden)),
            EscalationPolicy(rungs(self.escalate_missing)),
            EscalationPolicy(rungs(self.escalate_deadline), clock=True),
            EscalationPolicy(rungs(self.escalate_breach), clock=True),
        )
