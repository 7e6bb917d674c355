"""When something must be done: deadlines on the ticket, or the term that its priority gives."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, model_validator

from domain.facts import Facts
from domain.sentence import say
from rules.check_api import Params
from rules.field_looks import observe_filled
from rules.loading.names import FieldName
from rules.outcome import Observation, Result
from rules.wording import label, sentences

PriorityName = Literal["critical", "high", "medium", "low"]


class Deadlines(Params):
    """`fields`: moments that count, the earliest first reached. `hours`: where none is filled in, the term
    from the ticket's creation by `priority`. `by_norm`: priorities whose term the document itself gives; the other
    terms are the organisation's own choice.
    """

    fields: tuple[FieldName, ...] = Field(default=("deadline",), min_length=1)
    hours: dict[PriorityName, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    by_norm: tuple[PriorityName, ...] = ()

    @model_validator(mode="after")
    def _given_terms(self) -> Deadlines:
        if lacking := [name for name in self.by_norm if name not in self.hours]:
            raise ValueError(f"by_norm: hours has no term for {', '.join(lacking)}")
        return self

    @property
    def own_terms(self) -> dict[str, int]:
        """Terms in hours, by priority, that the organisation chose itself."""
        return {name: number for name, number in self.hours.items() if name not in self.by_norm}

    def of(self, facts: Facts) -> datetime | None:
        """The deadline (UTC); None when there is none, or a field that may hold one cannot be read."""
        # A field that cannot be read may hold an earlier deadline than those that can.
        if not all(facts.field(name).readable for name in self.fields):
            return None
        values = [facts.field(name).value for name in self.fields]
        moments = [value for value in values if isinstance(value, datetime)]
        # The term of the priority stands in for a date that nobody filled in; it never outruns one.
        return min(moments, default=None) or self._by_priority(facts)

    def chosen(self, facts: Facts) -> int | None:
        """The term in hours that makes the deadline, where it is one of the organisation's own."""
        # Where the ticket gives a date itself, no term was used, so there is no choice to tell of.
        if any(isinstance(facts.field(name).value, datetime) for name in self.fields):
            return None
        return self.own_terms.get(str(facts.field("priority").value))

    def _by_priority(self, facts: Facts) -> datetime | None:
        hours = {str(name): number for name, number in self.hours.items()}.get(
            str(facts.field("priority").value)
        )
        # From when the ticket was made (so the source's 48 hours are read), not from when the priority was set.
        return None if hours is None else facts.ticket.created + timedelta(hours=hours)


def look_deadline(facts: Facts, params: Deadlines) -> Observation:
    """Whether there is a deadline, its own or by priority."""
    moment = params.of(facts)
    if moment is None:
        names = (*params.fields, "priority") if params.hours else params.fields
        looks = [observe_filled(facts, name) for name in names]
        return next((look for look in looks if look.result is Result.UNKNOWN), looks[0])
    seen = say("It must be done by {moment}.", moment=moment)
    if own := params.chosen(facts):
        term = say("The term for this priority, {hours} hours, is the organisation's own choice.", hours=own)
        seen = sentences(seen, term)
    return Observation(label(params.fields[0]), Result.MET, seen)
