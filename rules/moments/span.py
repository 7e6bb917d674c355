"""A moment as far as it is known: exactly, or between two of the bot's own looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Span:
    """Something happened after `after`, by `by` at the latest; both UTC, equal where the moment is known exactly."""

    after: datetime
    by: datetime

    @classmethod
    def at(cls, moment: datetime) -> Span:
        """What is known exactly."""
        return cls(moment, moment)

    @property
    def exact(self) -> datetime | None:
        """The moment, where it is known."""
        return self.by if self.after == self.by else None


def minute(moment: datetime) -> datetime:
    """What moments are compared by: people plan by the minute, and equal is in time."""
    return moment.replace(second=0, microsecond=0)
