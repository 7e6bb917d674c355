"""Encoded queries as the Table API reads them, the silent dropping of what it does not understand included."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_CONDITION = re.compile(
    r"([a-z][a-z0-9_.]*)(ISNOTEMPTY|ISEMPTY|NOT IN|IN|NOT LIKE|LIKE|STARTSWITH|!=|>=|<=|=|>|<)(.*)", re.DOTALL
)
_ORDER = re.compile(r"ORDERBY(DESC)?([a-z][a-z0-9_.]*)")


# A list of forty ids is compared with every record of a table: read once, not ten thousand times.
@lru_cache(maxsize=32)
def _listed(words: str) -> frozenset[str]:
    """The words of an IN list."""
    return frozenset(words.casefold().split(","))


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "ISEMPTY": lambda have, _: have == "",
    "ISNOTEMPTY": lambda have, _: have != "",
    "IN": lambda have, want: have.casefold() in _listed(want),
    "NOT IN": lambda have, want: have.casefold() not in _listed(want),
    "LIKE": lambda have, want: want.casefold() in have.casefold(),
    "NOT LIKE": lambda have, want: want.casefold() not in have.casefold(),
    "STARTSWITH": lambda have, want: have.casefold().startswith(want.casefold()),
    "=": lambda have, want: have.casefold() == want.casefold(),
    "!=": lambda have, want: have.casefold() != want.casefold(),
    # As text: stored stamps and sys_ids sort like what they stand for. An empty column is in no range.
    ">=": lambda have, want: have != "" and have >= want,
    "<=": lambda have, want: have != "" and have <= want,
    ">": lambda have, want: have != "" and have > want,
    "<": lambda have, want: have != "" and have < want,
}

Look = Callable[[str], str]
"""Gives the raw value of a record's column, dot-walked if need be."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison."""

    column: str
    operator: str
    value: str

    def holds(self, look: Look) -> bool:
        """Whether a record meets it."""
        return _OPERATORS[self.operator](look(self.column), self.value)


@dataclass(frozen=True, slots=True)
class Query:
    """Alternatives (^NQ) of conjunctions (^) of disjunctions (^OR), the order, and what was not understood."""

    alternatives: tuple[tuple[tuple[Condition, ...], ...], ...]
    order: tuple[tuple[str, bool], ...]
    invalid: tuple[str, ...]

    def holds(self, look: Look) -> bool:
        """Whether a record is found by the query."""
        return any(all(any(c.holds(look) for c in either) for either in group) for group in self.alternatives)


def parse(text: str, known: Callable[[str], bool], scripts: dict[str, str]) -> Query:
    """Read an encoded query. Parts that name no known column or operator are dropped, which widens the query.

    `scripts` gives the value of the `javascript:` expressions that the instance would evaluate.
    """
    order: list[tuple[str, bool]] = []
    invalid: list[str] = []
    alternatives = []
    # What follows ^NQ starts anew: a condition that should hold for all has to be said in each.
    for part in text.split("^NQ"):
        group: list[list[Condition]] = []
        # "^OR" belongs to the condition before it, "^ORDERBY" begins like it and does not.
        for term in filter(None, re.split(r"\^(?!OR(?!DERBY))", part)):
            ordered = _ORDER.fullmatch(term)
            if ordered:
                order.append((ordered[2], bool(ordered[1])))
                continue
            either = [_condition(t, known, scripts) for t in term.split("^OR")]
            invalid += [t for t, c in zip(term.split("^OR"), either, strict=True) if c is None]
            # The term is gone, and with it what it kept out: the query finds more, not less.
            group.append([c for c in either if c])
        alternatives.append(tuple(tuple(either) for either in group if either))
    return Query(tuple(alternatives), tuple(order), tuple(invalid))


def _condition(term: str, known: Callable[[str], bool], scripts: dict[str, str]) -> Condition | None:
    match = _CONDITION.fullmatch(term)
    if match is None or not known(match[1]):
        return None
    return Condition(match[1], match[2], scripts.get(match[3], match[3]))


def sort(
    rows: Sequence[dict[str, str]], query: Query, look: Callable[[dict[str, str], str], str]
) -> list[dict[str, str]]:
    """Rows in the order asked for; without one, in no order a client may count on (here: newest first)."""
    # So that a client which counts on an order nobody promised is found out.
    found = list(reversed(rows))
    for column, descending in reversed(query.order):
        found.sort(key=lambda row: look(row, column), reverse=descending)
    return found
