"""Where a site keeps what a register tells of an item: columns of every item, or of one class, first one first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from connectors.servicenow import values
from connectors.servicenow.values import Row
from domain import parsing
from domain.asset import TRAITS, Dimension, Flag
from domain.fields import Field

LEVELS = tuple(Dimension)
FLAGS = (*Flag, *TRAITS)

COUNTED_DOWN = frozenset({"busines_criticality", "business_criticality"})
"""Columns in which 1 is the most critical, so that their numbers are no classes. The first one is spelt so by the
vendor.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of every item, dot-walked if need be; with `table` one that only items of this class have."""

    name: str
    table: str = ""

    @property
    def key(self) -> str:
        """The name under which its cell is kept in a row, and people are told of it."""
        return f"{self.table}.{self.name}" if self.table else self.name


def parsed(words: str, classes: Collection[str]) -> tuple[Column, ...]:
    """The columns of a setting: "u_class" or "cmdb_ci_business_app.data_classification", several with commas. What
    stands before the point is a class when an admin named it, or when it begins as the vendor's classes do; else the
    column is reached through a reference.
    """
    return tuple(_column(word.strip(), classes) for word in words.split(",") if word.strip())


def _column(word: str, classes: Collection[str]) -> Column:
    head, _, rest = word.partition(".")
    # "owned_by.department" looks just like "u_class_table.column"; only a name tells them apart.
    is_class = bool(rest) and (head in classes or head.startswith("cmdb_ci_"))
    return Column(rest, head) if is_class else Column(word)


def meanings(words: str) -> dict[str, str]:
    """ "Public=1,Secret=5" into value or label → what it means, in lower case. Raises ValueError for another form."""
    # From the right: labels such as "class = high" may hold the sign themselves.
    pairs = [part.rpartition("=") for part in words.split(",") if part.strip()]
    if any(not value.strip() or not meaning.strip() for value, _, meaning in pairs):
        raise ValueError("write it as value=meaning, several with commas")
    return {value.strip().casefold(): meaning.strip().lower() for value, _, meaning in pairs}


def read(name: str, row: Row, where: str, meant: Mapping[str, str] | None) -> Field:
    """A class, flag or text of an item. `meant` gives what the values of its column stand for; then nothing else
    counts, and a value that is not there is shown as it is rather than guessed.
    """
    raw, shown = values.value(row, where), values.shown(row, where)
    if meant is not None and raw:
        word = meant.get(raw.casefold(), meant.get(shown.casefold()))
        if word is None:
            return Field(None, raw=parsing.shorten(shown), where=where)
        raw = shown = word
    if name in LEVELS:
        return _level(raw, shown, where)
    return parsing.boolean(raw, where) if name in FLAGS else parsing.text(shown, where)


def _level(raw: str, shown: str, where: str) -> Field:
    """The class of the stored value or of the label. A choice stored as 1 and shown as "3 - internal" says two
    things, so that it says nothing.
    """
    stored, label = parsing.level(raw, where), parsing.level(shown, where)
    if stored.filled and label.filled and stored.value != label.value:
        return Field(None, raw=parsing.shorten(shown), where=where)
    return stored if stored.filled else label
