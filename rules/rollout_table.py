"""Which rollout strategies a class allows, as a table in a pack says it."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field, field_validator

from domain.asset import Because
from domain.fields import FIELDS
from rules.check_api import Params
from rules.loading.names import unknown

STRATEGIES = tuple(FIELDS["rollout_strategy"].choices)
"""All strategies, from the most sudden to the least bound: big bang, phased, limited pull, pull."""


class RolloutRow(Params):
    """What is allowed from a class upwards, until the next row takes over."""

    from_class: int = Field(ge=1, le=5)
    major: frozenset[str]
    minor: frozenset[str]

    @field_validator("major", "minor")
    @classmethod
    def _known(cls, named: frozenset[str]) -> frozenset[str]:
        for strategy in sorted(named.difference(STRATEGIES)):
            raise ValueError(unknown("rollout strategy", strategy, STRATEGIES))
        # A limited pull is a pull with an end: where the looser one may, so may the tighter.
        return named | {"limited_pull"} if "pull" in named else named


class RolloutTable(Params):
    """Allowed strategies by class and size of release; a sprint counts as a minor release."""

    allowed: tuple[RolloutRow, ...] = Field(min_length=1)

    @property
    def by_size(self) -> bool:
        """True when the size of the release makes a difference somewhere."""
        return any(row.major != row.minor for row in self.allowed)

    def at(self, level: int, size: str | None) -> frozenset[str]:
        """What a class allows. A size that is not known counts as major. Nothing is asked below the table."""
        row = self._row(level)
        if row is None:
            return frozenset(STRATEGIES)
        return row.minor if size in ("minor", "sprint") else row.major

    def starts_at(self, level: int) -> int | None:
        """The class of the row that a class falls under."""
        row = self._row(level)
        return row.from_class if row else None

    def _row(self, level: int) -> RolloutRow | None:
        return max(
            (r for r in self.allowed if r.from_class <= level), key=lambda r: r.from_class, default=None
        )

    def narrowest(self, because: Iterable[Because], size: str | None) -> frozenset[str]:
        """What all reasons together allow; a reason without a class counts as the highest class."""
        allowed = frozenset(STRATEGIES)
        for reason in because:
            allowed &= self.at(reason.level or 5, size)
        return allowed


def in_order(allowed: Iterable[str]) -> tuple[str, ...]:
    """Strategies in the order of the vocabulary."""
    named = frozenset(allowed)
    return tuple(strategy for strategy in STRATEGIES if strategy in named)
