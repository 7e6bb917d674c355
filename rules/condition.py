"""A condition on the ticket or its assets, under which alone a rule asks something: "only for a patch"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import not_
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.asset import Subject
from domain.facts import Facts
from domain.fields import FIELDS, Kind
from domain.fields import Field as TicketField
from domain.sentence import Either, Quote, Say, say
from domain.words import blank
from rules.loading.names import FieldName, unknown
from rules.wording import asset_name, label, saw, sentences, shown_value


class Condition(BaseModel):
    """Under which a rule asks something. Either `any` or `all` of several conditions; or about one `field` of the
    ticket that it is `filled`, says the value `is` (or one of several), or says anything but `not` (empty included); or
    about one attribute of the assets, `asset`, that it is `filled` for one of them, which a yes/no attribute is by a
    yes. A value is true or false for a yes/no field, and a code of its choices for a choice.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    field: FieldName | None = None
    asset: Literal["supplier", "chain_component"] | None = None
    any: tuple[Condition, ...] = ()
    all: tuple[Condition, ...] = Field(default=(), exclude_if=not_)
    filled: bool | None = None
    equals: bool | str | tuple[bool | str, ...] | None = Field(default=None, alias="is")
    differs: bool | str | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _one_way(self) -> Condition:
        given = [way for way in (self.filled, self.equals, self.differs) if way not in (None, ())]
        about = [it for it in (self.field, self.asset, self.any, self.all) if it]
        if len(about) != 1 or (self._several and (given or len(self._several) < 2)):
            raise ValueError("give a field, an asset's attribute, or any or all of two conditions or more")
        if not self._several:
            self._one_question(given)
        return self

    def _one_question(self, given: Sequence[bool | str | tuple[bool | str, ...]]) -> None:
        """Of a field or an attribute one thing is asked, which it can answer."""
        if len(given) != 1 or self.filled is False or (self.asset and not self.filled):
            raise ValueError("give one of filled: true, is and not" if self.field else "give filled: true")
        if self.field and self.filled is None:
            for value in given[0] if isinstance(given[0], tuple) else (given[0],):
                _fitting(self.field, value)

    @property
    def _several(self) -> tuple[Condition, ...]:
        return self.any or self.all

    def holds(self, facts: Facts) -> bool | None:
        """Whether the rule asks something of the ticket; None when that cannot be seen: the field cannot be read,
        or holds no yes or no but words ("suspected") that may mean either. Of `any`, one that holds is enough.
        """
        if self.any:
            return _either(one.holds(facts) for one in self.any)
        if self.all:
            return _each(one.holds(facts) for one in self.all)
        if self.asset:
            return _either(_attribute(facts, subject, self.asset) for subject in facts.subjects)
        return self._field_holds(self.field or "", facts)

    def _field_holds(self, name: str, facts: Facts) -> bool | None:
        field = facts.field(name)
        if not field.readable:
            return None
        if self.filled:
            # What stands there but is not understood (a link that is none) was meant to say something.
            return field.filled or bool(field.raw and FIELDS[name].kind is not Kind.TEXT)
        if self.equals is not None:
            return None if _unclear(name, field) else field.value in self._values
        # Errs towards asking: what is empty or not understood is not the value that excuses.
        return field.value != self.differs

    @property
    def _values(self) -> tuple[bool | str | None, ...]:
        return self.equals if isinstance(self.equals, tuple) else (self.equals,)

    @property
    def told(self) -> Say:
        """The condition in words."""
        if self.any:
            # Two at a time, since a sentence of the catalogues has a fixed number of places.
            return reduce(lambda one, other: say("{one} or {other}", one=one, other=other), self._each_told)
        if self.all:
            return reduce(lambda one, other: say("{one}, {other}", one=one, other=other), self._each_told)
        if self.asset:
            return _WHERE[self.asset]
        return self._field_told(self.field or "")

    @property
    def _each_told(self) -> tuple[Say, ...]:
        return tuple(one.told for one in self._several)

    def _field_told(self, field: str) -> Say:
        name = label(field)
        if self.filled:
            return say("where {field} is filled in", field=name)
        if self.equals is not None:
            values = tuple(shown_value(field, value) for value in self._values)
            return say(
                "where {field} says {value}",
                field=name,
                value=values[0] if len(values) == 1 else Either(values),
            )
        return say("unless {field} says {value}", field=name, value=shown_value(field, self.differs))

    def seen(self, facts: Facts, result: bool | None) -> Say:
        """What was seen of all that gave this result."""
        if self._several:
            telling = [one.seen(facts, result) for one in self._several if one.holds(facts) is result]
            return sentences(telling[0], *telling[1:]) if telling else say("Nothing could be seen.")
        if self.asset:
            alike = [s for s in facts.subjects if _attribute(facts, s, self.asset) is result]
            return _attribute_seen(self.asset, tuple(asset_name(s.name) for s in alike), result)
        return saw(facts, self.field or "")

    def mend(self, facts: Facts) -> tuple[tuple[Say, ...], tuple[Say, ...]]:
        """Names of what keeps it from being seen: what is there and not understood, and what cannot be read."""
        if self._several:
            halves = [one.mend(facts) for one in self._several if one.holds(facts) is None]
            return tuple(n for one, _ in halves for n in one), tuple(n for _, one in halves for n in one)
        if self.asset:
            return (), (_ATTRIBUTES[self.asset],)
        name = self.field or ""
        return ((label(name),), ()) if facts.field(name).readable else ((), (label(name),))


_ATTRIBUTES: Mapping[str, Say] = {
    "supplier": say("the supplier"),
    "chain_component": say("the chain membership"),
}
_WHERE: Mapping[str, Say] = {
    "supplier": say("where the supplier of an asset is known"),
    "chain_component": say("where an asset is part of a chain"),
}


def _either(held: Iterable[bool | None]) -> bool | None:
    """True by one that holds; None while one cannot be seen."""
    found = set(held)
    return True if True in found else None if None in found else False


def _each(held: Iterable[bool | None]) -> bool | None:
    """False by one that does not hold; None while one cannot be seen."""
    found = set(held)
    return False if False in found else None if None in found else True


def _attribute(facts: Facts, subject: Subject, name: str) -> bool | None:
    """Whether the register knows an attribute of an asset. An asset that is in no register has none."""
    if subject.asset is None:
        # What may stand in the register out of our sight is no asset of which nothing is known.
        return None if subject.unseen or not facts.ticket.assets_readable else False
    field: TicketField = getattr(subject.asset, name)
    if not field.readable:
        return None
    return field.value if isinstance(field.value, bool) else field.filled


def _attribute_seen(name: str, assets: tuple[Quote | Say, ...], result: bool | None) -> Say:
    about = {"attribute": _ATTRIBUTES[name], "assets": assets}
    if name == "chain_component" and result is not None:
        return (
            say("Part of a chain: {assets}.", assets=assets)
            if result
            else say("Not part of a chain: {assets}.", assets=assets)
        )
    match result:
        case True:
            return say("The register knows {attribute} of {assets}.", **about)
        case None:
            return say("It cannot be read from the register: {attribute} of {assets}.", **about)
        case _:
            return say("The register names none: {attribute} of {assets}.", **about)


def _unclear(name: str, field: TicketField) -> bool:
    """Whether a question of yes or no holds words that are neither, and more than words that say nothing."""
    spec = FIELDS[name]
    asks = spec.kind is Kind.BOOL or {"yes", "no"} <= spec.choices.keys()
    # What says nothing is no answer at all; any other words may mean either.
    return asks and field.value is None and not blank(field.raw, name)


def _fitting(name: str, value: object) -> None:
    """Refuse a value that the field can never have."""
    spec = FIELDS[name]
    # Without quotes YAML reads the words yes and no as true and false.
    if spec.kind is Kind.CHOICE and isinstance(value, bool) and {"yes", "no"} <= spec.choices.keys():
        raise ValueError(f"put {'yes' if value else 'no'} in quotes: {name} is a choice, not true or false")
    if spec.kind is Kind.CHOICE and value not in spec.choices:
        raise ValueError(unknown("value", str(value), spec.choices))
    if spec.kind is Kind.BOOL and not isinstance(value, bool):
        raise ValueError("a yes/no field says true or false")
    if spec.kind not in (Kind.CHOICE, Kind.BOOL):
        raise ValueError("only a choice or a yes/no field can be compared; use filled: true")
