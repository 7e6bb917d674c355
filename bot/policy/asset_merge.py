"""One asset that several registers describe: the highest class counts, and where they differ is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.asset import TRAITS, Asset, Dimension, Flag
from domain.fields import Field
from domain.sentence import Quote, Say, say
from rules.wording import FLAGS, class_letter

Titles = Mapping[str, Say | Quote]
"""What people call the registers, by name; any other goes by its own name."""

_OTHERS = ("owner", "operations_group", "service_hours", "stakeholders")


def merge(described: Sequence[Asset], titles: Titles) -> tuple[Asset, tuple[Say, ...]]:
    """What counts of an asset that these registers describe, the one that counts most for people first, and where
    they contradict each other. A class or flag that only one of them holds is no contradiction.
    """
    first = described[0]
    if len(described) == 1:
        return first, ()
    values: dict[str, Any] = {d.value: _highest(_each(described, d.value)) for d in Dimension}
    values |= {name: _holding(_each(described, name)) for name in (*(f.value for f in Flag), *TRAITS)}
    # Of people and hours those of one register count whole: the first that names them (docs/decisions/011).
    values |= {name: _fullest(_each(described, name)) for name in _OTHERS}
    return replace(first, **values), (
        *_class_conflicts(described, titles),
        *_flag_conflicts(described, titles),
    )


def _each(described: Sequence[Asset], name: str) -> list[Field]:
    return [getattr(asset, name) for asset in described]


def _highest(fields: Sequence[Field]) -> Field:
    levels = [field for field in fields if isinstance(field.value, int)]
    return max(levels, key=_level) if levels else _fullest(fields)


def _level(field: Field) -> int:
    return field.value if isinstance(field.value, int) else 0


def _holding(fields: Sequence[Field]) -> Field:
    return next((field for field in fields if field.value is True), _fullest(fields))


def _fullest(fields: Iterable[Field]) -> Field:
    """The first that is filled, else that says something nobody understands, else that can be read at all."""
    return max(fields, key=lambda field: (field.filled, field.readable and bool(field.raw), field.readable))


def _class_conflicts(described: Sequence[Asset], titles: Titles) -> Iterator[Say]:
    for dimension in Dimension:
        known = [(asset, field) for asset in described if _level(field := getattr(asset, dimension.value))]
        if len({_level(field) for _, field in known}) > 1:
            top = max(known, key=lambda pair: _level(pair[1]))
            low = min(known, key=lambda pair: _level(pair[1]))
            yield say(
                "{asset} is {higher} in {book} but {lower} in {other}; the higher counts.",
                asset=Quote(described[0].name),
                higher=class_letter(dimension, _level(top[1])),
                book=_book(top[0], titles),
                lower=class_letter(dimension, _level(low[1])),
                other=_book(low[0], titles),
            )


def _flag_conflicts(described: Sequence[Asset], titles: Titles) -> Iterator[Say]:
    for flag in Flag:
        holding = [asset for asset in described if getattr(asset, flag.value).value is True]
        lacking = [asset for asset in described if getattr(asset, flag.value).value is False]
        if holding and lacking:
            yield say(
                "{asset} holds {data} by {book} but not by {other}; it counts as holding it.",
                asset=Quote(described[0].name),
                data=FLAGS[flag],
                book=_book(holding[0], titles),
                other=_book(lacking[0], titles),
            )


def _book(asset: Asset, titles: Titles) -> Say | Quote:
    return titles.get(asset.book, Quote(asset.book))
