"""The lifecycle every source's workflow is mapped onto, and the verdicts a rule can give."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Lifecycle state of a ticket, after ServiceNow's change model; `CANCELED` stands outside the order."""

    DRAFT = "draft"
    ASSESS = "assess"
    AUTHORIZE = "authorize"
    SCHEDULED = "scheduled"
    IMPLEMENT = "implement"
    REVIEW = "review"
    CLOSED = "closed"
    CANCELED = "canceled"

    def reached(self, gate: State) -> bool:
        """True when a ticket in this state stands at or past `gate`. A canceled ticket reaches no gate."""
        return self is not State.CANCELED and _ORDER[self] >= _ORDER[gate]

    @property
    def over(self) -> bool:
        """True when nobody works on the ticket any more."""
        return self in (State.CLOSED, State.CANCELED)


# As texts, states would be compared by their letters.
_ORDER = {state: place for place, state in enumerate(State)}


class Verdict(StrEnum):
    """What a rule says of a ticket. `UNKNOWN` is never `MET`: what cannot be seen proves nothing. `LATE` is neither met
    nor open: what had to be there before the rollout came after it began, and that cannot be made good.
    """

    MET = "met"
    PENDING = "pending"
    MISSING = "missing"
    VIOLATED = "violated"
    LATE = "late"
    WAIVED = "waived"
    UNKNOWN = "unknown"

    @property
    def open(self) -> bool:
        """True when somebody of the team still has something to settle."""
        return self in (Verdict.PENDING, Verdict.MISSING, Verdict.VIOLATED)


WORST_FIRST = (
    Verdict.VIOLATED,
    Verdict.MISSING,
    Verdict.PENDING,
    Verdict.LATE,
    Verdict.UNKNOWN,
    Verdict.WAIVED,
    Verdict.MET,
)
"""Which of several verdicts people should hear of first."""


class Severity(StrEnum):
    """How heavy a rule weighs: `REQUIRED` by the norm, or `ADVICE` from its explanatory part."""

    REQUIRED = "required"
    ADVICE = "advice"
