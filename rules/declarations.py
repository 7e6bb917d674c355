"""What was declared once, for the organisation or for a service, and whether it still counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.sentence import Quote, Say, say
from domain.waiver import Declaration

CURRENT_DAYS = 365
"""A declaration counts for a year after it was last reviewed."""


class Standing(StrEnum):
    """Whether something is declared, and reviewed recently enough."""

    CURRENT = "declared"
    STALE = "stale"
    ABSENT = "not declared"


@dataclass(frozen=True, slots=True)
class Declared:
    """The declaration that counts, if there is one, and what can be said of it."""

    standing: Standing
    declaration: Declaration | None = None

    @property
    def told(self) -> Say:
        """What was seen, in words."""
        one = self.declaration
        if one is None:
            return say("Nothing was declared.")
        what = {"reference": Quote(one.reference), "day": Quote(one.reviewed.isoformat())}
        if self.standing is Standing.STALE:
            return say("Declared in {reference}, but last reviewed on {day}: too long ago.", **what)
        return say("Declared in {reference}, reviewed on {day}.", **what)


def standing(
    declarations: Iterable[Declaration],
    rule: str,
    today: date,
    valid_days: int = CURRENT_DAYS,
    subject: str = "",
) -> Declared:
    """The latest declaration of a rule for a subject, or for the whole organisation, as it counts today."""
    wanted = {"", subject.casefold()}
    fitting = [d for d in declarations if d.rule == rule and d.subject.casefold() in wanted]
    # A review dated in the future has not taken place.
    latest = max((d for d in fitting if d.reviewed <= today), key=lambda d: d.reviewed, default=None)
    if latest is None:
        return Declared(Standing.ABSENT)
    current = today <= latest.reviewed + timedelta(days=valid_days)
    return Declared(Standing.CURRENT if current else Standing.STALE, latest)
