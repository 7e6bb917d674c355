"""A condition on a field of the ticket, under which alone a rule asks something: "only for a patch"."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.model.facts import Facts
from bot.model.fields import FIELDS, Kind
from bot.model.fields import Field as TicketField
from bot.model.reading import PLACEHOLDERS
from bot.model.say import Say, say
from rules.names import FieldName, unknown
from rules.words import label, shown_value


class Condition(BaseModel):
    """One of: the field is `filled`, says the value `is`, or says anything but `not` (empty included).
    A value is true or false for a yes/no field, and a code of its choices for a choice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    field: FieldName
    filled: bool | None = None
    equals: bool | str | None = Field(default=None, alias="is")
    differs: bool | str | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _one_way(self) -> Condition:
        given = [way for way in (self.filled, self.equals, self.differs) if way is not None]
        if len(given) != 1 or self.filled is False:
            raise ValueError("give one of filled: true, is and not")
        if self.filled is None:
            _fitting(self.field, given[0])
        return self

    def holds(self, facts: Facts) -> bool | None:
        """Whether the rule asks something of the ticket; None when the field cannot be read, or holds no yes or no
        but words ("suspected") that may mean either.
        """
        field = facts.field(self.field)
        if not field.readable:
            return None
        if self.filled:
            # What stands there but is not understood (a link that is none) was meant to say something.
            return field.filled or bool(field.raw and FIELDS[self.field].kind is not Kind.TEXT)
        if self.equals is not None:
            return None if _unclear(self.field, field) else field.value == self.equals
        return field.value != self.differs

    @property
    def told(self) -> Say:
        """The condition in words."""
        name = label(self.field)
        if self.filled:
            return say("where {field} is filled in", field=name)
        if self.equals is not None:
            return say("where {field} says {value}", field=name, value=shown_value(self.field, self.equals))
        return say("unless {field} says {value}", field=name, value=shown_value(self.field, self.differs))


def _unclear(name: str, field: TicketField) -> bool:
    """Whether a yes/no field holds words that are neither, and more than a placeholder."""
    words = field.raw.strip().lower()
    return FIELDS[name].kind is Kind.BOOL and field.value is None and words not in PLACEHOLDERS


def _fitting(name: str, value: object) -> None:
    """Refuse a value that the field can never have."""
    spec = FIELDS[name]
    if spec.kind is Kind.CHOICE and value not in spec.choices:
        raise ValueError(unknown("value", str(value), spec.choices))
    if spec.kind is Kind.BOOL and not isinstance(value, bool):
        raise ValueError("a yes/no field says true or false")
    if spec.kind not in (Kind.CHOICE, Kind.BOOL):
        raise ValueError("only a choice or a yes/no field can be compared; use filled: true")
