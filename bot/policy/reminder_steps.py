"""How long before a change begins people are reminded of what is not in order."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from bot.policy.terms import Terms


class ReminderSteps(Terms):
    """The steps of a reminder, the earliest first: working days before the planned start."""

    remind_days: Annotated[tuple[int, ...], NoDecode] = Field(
        (5, 2, 1), description="Working days before the planned start on which to remind."
    )

    @field_validator("remind_days", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if not all(part.strip().isdigit() for part in value.split(",")):
            raise ValueError("must be whole numbers of days, such as 5,2,1")
        if any(len(part.strip()) > 3 for part in value.split(",")):
            raise ValueError("must be at most 999 days each")
        return tuple(sorted({int(part) for part in value.split(",")}, reverse=True))
