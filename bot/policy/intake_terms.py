"""What is taken in: since when, as which class, and how much of a release."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from bot.policy.terms import Terms


class IntakeTerms(Terms):
    """What is looked at and how far. `since` is a day of the office."""

    since: date | None = Field(
        None,
        description="What was closed before this day, and was never looked at, is left alone whatever happens to it. "
        "Where a closed state counts as open in the system itself, it is not even listed.",
        examples=["2026-01-01"],
    )
    # Class 3 and never silently class 1 (requirements catalogue, section 1).
    default_class: int = Field(3, ge=1, le=5, description="Class by which an unclassified asset is judged.")
    max_children: int = Field(
        100,
        ge=1,
        le=1000,
        description="Most changes of one release that are read; of more, the rest is unknown.",
    )
