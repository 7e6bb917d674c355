"""When something must be done: deadlines on the ticket, or the term that its priority gives."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from bot.model.facts import Facts
from bot.model.say import say
from rules.demand import Params
from rules.looks import look_filled
from rules.names import FieldName
from rules.outcome import Look, Result
from rules.words import label


class Deadlines(Params):
    """`fields`: moments that count, the earliest first reached. `hours`: where none is filled in, the term
    from the ticket's creation by `priority`.
    """

    fields: tuple[FieldName, ...] = Field(default=("deadline",), min_length=1)
    hours: dict[Literal["critical", "high", "medium", "low"], Annotated[int, Field(ge=1)]] = Field(
        default_factory=dict
    )

    def of(self, facts: Facts) -> datetime | None:
        """The deadline (UTC); None when there is none, or a field that may hold one cannot be read."""
        if not all(facts.field(name).readable for name in self.fields):
            return None
        values = [facts.field(name).value for name in self.fields]
        moments = [value for value in values if isinstance(value, datetime)]
        return min(moments, default=None) or self._by_priority(facts)

    def _by_priority(self, facts: Facts) -> datetime | None:
        hours = {str(name): number for name, number in self.hours.items()}.get(
            str(facts.field("priority").value)
        )
        return None if hours is None else facts.ticket.created + timedelta(hours=hours)


def look_deadline(facts: Facts, params: Deadlines) -> Look:
    """Whether there is a deadline, its own or by priority."""
    moment = params.of(facts)
    if moment is None:
        names = (*params.fields, "priority") if params.hours else params.fields
        looks = [look_filled(facts, name) for name in names]
        return next((look for look in looks if look.result is Result.UNKNOWN), looks[0])
    seen = say("It must be done by {moment}.", moment=moment)
    return Look(label(params.fields[0]), Result.MET, seen)
