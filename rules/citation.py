"""Where in the section cited a demand is written: the row of the norm's table by class."""

from __future__ import annotations

from collections.abc import Iterable

from domain.asset import Because, Dimension
from domain.finding import TableRow
from rules.loading.loader import Pack, Rule

_ORDER = tuple(Dimension)


def row_of(pack: Pack, rule: Rule, because: Iterable[Because]) -> TableRow | None:
    """The row of a rule's demand in the dimension with the higher class, confidentiality where they are equal. None
    where the norm has no tables, where no class asks for it, and for a rule that an own pack tightens.
    """
    levels: dict[Dimension, int] = {}
    for why in because:
        if why.dimension and why.level:
            levels[why.dimension] = max(levels.get(why.dimension, 0), why.level)
    # What an own pack changed may not stand in the row where the norm wrote it.
    if not levels or rule.tightened:
        return None
    dimension = min(levels, key=lambda one: (-levels[one], _ORDER.index(one)))
    # The row that says it, and not that of the asset: class 5 asks all that is written for class 3 as well.
    start = rule.params.starts_at(levels[dimension]) or rule.applies.from_class or 1
    rows = (row for row in pack.rows.get(dimension, ()) if int(row[0]) <= start <= int(row[-1]))
    return next((TableRow(dimension, row) for row in rows), None)
