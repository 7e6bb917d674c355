"""Service hours that a class of availability asks for, as a table in a pack says it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.sentence import Quote
from rules.check_api import OfNamedAssets

HOURS = ("5x10", "24x7")
"""Known service hours, shortest first; each covers those before it."""


class HoursTable(OfNamedAssets):
    """Service hours asked from a class upwards, until the next entry takes over."""

    hours: dict[Annotated[int, Field(ge=1, le=5)], Literal["5x10", "24x7"]] = Field(min_length=1)

    def at(self, level: int) -> str:
        """Hours asked at a class; empty below the table."""
        start = self.starts_at(level)
        return "" if start is None else self.hours[start]

    def starts_at(self, level: int) -> int | None:
        """The class of the entry that a class falls under."""
        return max((n for n in self.hours if n <= level), default=None)


def covers(declared: str, asked: str) -> bool:
    """True when declared hours are at least those asked."""
    return HOURS.index(declared) >= HOURS.index(asked) if asked else True


def told(hours: str) -> Quote:
    """Hours as people write them: 24×7."""
    return Quote(hours.replace("x", "×"))


def longest(asked: set[str]) -> str:
    """The hours that cover all that are asked; empty when none are."""
    return max(filter(None, asked), key=HOURS.index, default="")
