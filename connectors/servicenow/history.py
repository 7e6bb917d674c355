"""What the audit trail tells of a record: who set a column, when, when it was first filled in, all that changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from connectors.servicenow import encoded_query, values
from connectors.servicenow.directory import Directory
from connectors.servicenow.related_rows import Link, RelatedRows
from domain import parsing
from domain.fields import FIELDS, Field, Kind
from domain.history import comparable, difference
from domain.lifecycle import State
from domain.people import Person
from domain.ports.errors import Forbidden, NotFound
from domain.ticket import Change

ITEM = "cmdb_ci"
"""The column with the item a ticket is about. Other affected items are rows of their own, which no trail of the
ticket tells of.
"""
STEP = ("fieldname", "oldvalue", "newvalue", "user", "sys_created_on", "record_checkpoint")
"""Columns of the audit trail that are read."""

_CHAIN = 8
"""Changes of one column within a second that are put in order at most: the ways to do so grow fast."""


PEOPLE = (Kind.USERS, Kind.PARTY)
"""Kinds of field of which the trail holds ids."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one column. `checkpoint` is the instance's own count of changes, 0 where it is not told."""

    column: str
    before: str
    after: str
    user: str
    at: datetime
    checkpoint: int = 0


@dataclass(frozen=True, slots=True)
class History:
    """The audit trail of a record, oldest first. Where none can be seen, nothing is known: a site may keep it
    from the account without saying so.
    """

    steps: tuple[Step, ...] = ()
    people: Mapping[str, Person] | None = None
    created: datetime | None = None

    def of(self, column: str) -> list[Step]:
        """Changes of one column."""
        return [step for step in self.steps if step.column == column]

    def written(self, name: str, column: str) -> list[Step]:
        """Changes of a column that say something else in the vocabulary's field `name`: an edit of blanks or capitals,
        or another order of the same people, does not.
        """
        return [step for step in self.of(column) if _differs(name, step)]

    def stamped(self, seen: Field, name: str, column: str) -> Field:
        """The vocabulary's field `name` with who set its present value, and when."""
        # What stands on another record changes without a step in the trail of this one.
        if not (seen.filled and self.steps) or "." in column:
            return seen
        steps = self.written(name, column)
        if not steps:
            # Never changed: it stands since the record was made; by whom, the trail does not tell.
            return replace(seen, at=self.created)
        return replace(seen, by=self._by(steps[-1]), at=steps[-1].at)

    def first_filled(self, column: str) -> datetime | None:
        """When a column first got a meaningful value; the record's creation when it had one from the start."""
        first = self._first(column)
        # Without any step the trail may be hidden, and "from the start" would be a guess.
        return first.at if first else self.created if self.steps and self._from_start(column) else None

    def first_by(self, column: str) -> Person | None:
        """Who first gave a column a meaningful value, as far as the trail tells."""
        first = self._first(column)
        return self._by(first) if first else None

    def _from_start(self, column: str) -> bool:
        steps = self.of(column)
        return not steps or parsing.text(steps[0].before).filled

    def _first(self, column: str) -> Step | None:
        if self._from_start(column):
            return None
        return next((s for s in self.of(column) if parsing.text(s.after).filled), None)

    def changes(
        self, columns: Mapping[str, str], state: Callable[[str], State | None], named: Mapping[str, str]
    ) -> tuple[Change, ...]:
        """What changed of vocabulary fields, of the assets and of the state, oldest first.

        columns  where each field is kept
        state    what a number of the State column means, as far as that is known
        named    names of the people, groups and configuration items of the trail, by sys_id
        """
        names: dict[str, list[str]] = {}
        for name, column in columns.items():
            names.setdefault(column, []).append(name)
        pairs = [(name, step) for step in self.steps for name in names.get(step.column, ())]
        found = [c for name, step in pairs if (c := self._change(name, step, named))]
        moves = (self._moved(step, state) for step in self.of("state"))
        # Two numbers of one state: people moved the ticket on, the lifecycle did not.
        found += [move for move in moves if move.before != move.after]
        found += [self._touched(step, named) for step in self.of(ITEM)]
        return tuple(sorted(found, key=lambda change: change.at))

    def _by(self, step: Step) -> Person | None:
        return (self.people or {}).get(step.user)

    def _change(self, name: str, step: Step, named: Mapping[str, str]) -> Change | None:
        if FIELDS[name].kind in PEOPLE:
            return self._of_people(name, step, named)
        shown = difference(comparable(name, step.before), comparable(name, step.after), name)
        return Change(name, *shown, self._by(step), step.at) if shown else None

    def _of_people(self, name: str, step: Step, named: Mapping[str, str]) -> Change | None:
        """By their names, or without any where who came or went is no visible user or group."""
        if not _differs(name, step):
            return None
        before, after = (_ids(value) for value in (step.before, step.after))
        shown = difference(*(", ".join(_shown(ids, named)) for ids in (before, after)))
        return Change(name, *(shown or ("", "")), self._by(step), step.at)

    def _moved(self, step: Step, state: Callable[[str], State | None]) -> Change:
        before, after = (found.value if (found := state(n)) else "" for n in (step.before, step.after))
        return Change("state", before, after, self._by(step), step.at)

    def _touched(self, step: Step, items: Mapping[str, str]) -> Change:
        """By name, or without any when one of the items is hidden: a sys_id tells people nothing."""
        seen = all(not item or item in items for item in (step.before, step.after))
        before, after = (items.get(item, "") if seen else "" for item in (step.before, step.after))
        return Change("assets", before, after, self._by(step), step.at)


def _ids(value: str) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in value.split(","))))


def _differs(name: str, step: Step) -> bool:
    if FIELDS[name].kind in PEOPLE:
        # In another order they are the same people.
        return set(_ids(step.before)) != set(_ids(step.after))
    return difference(comparable(name, step.before), comparable(name, step.after), name) is not None


def _shown(ids: Iterable[str], named: Mapping[str, str]) -> Iterator[str]:
    """Names of those that can be seen. What is no id stands as it is: a list may hold addresses."""
    return filter(None, (named.get(one, "" if encoded_query.is_sys_id(one) else one) for one in ids))


def trail(table: str) -> Link:
    """How the rows of the audit trail belong to the records of a table."""
    return Link("sys_audit", ("documentkey",), encoded_query.equals("tablename", table))


def ids_in(rows: Iterable[values.Row], columns: Collection[str]) -> set[str]:
    """The ids that rows of the audit trail hold in these columns."""
    cells = ((row, cell) for row in rows for cell in ("oldvalue", "newvalue"))
    found = (values.value(row, c).split(",") for row, c in cells if values.value(row, "fieldname") in columns)
    return {one.strip() for several in found for one in several} - {""}


def read(siblings: RelatedRows, directory: Directory, table: str, sys_id: str, created: datetime) -> History:
    """The audit trail of a record, or an empty one when the account may not read it."""
    try:
        rows = siblings.rows(table, trail(table), sys_id, STEP)
    except (Forbidden, NotFound):
        return History()
    # A trail with gaps would give the wrong person, and a moment too late.
    if not rows.complete:
        return History()
    steps = in_order([step_of(row) for row in rows])
    return History(steps, directory.by_user_name(users(steps)), created)


def step_of(row: values.Row) -> Step:
    """A row of the audit trail. Raises Garbled when it has no stamp."""
    before, after = values.value(row, "oldvalue"), values.value(row, "newvalue")
    at = values.stamp(row, "sys_created_on")
    count = values.value(row, "record_checkpoint")
    checkpoint = int(count) if count.isdecimal() else 0
    return Step(values.value(row, "fieldname"), before, after, values.value(row, "user"), at, checkpoint)


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Oldest first. Stamps have seconds: of changes of one column within one, each begins with the value that the one
    before it left; where that does not tell, the instance's count, and else the order in which they came.
    """
    by_column: dict[str, list[Step]] = {}
    for step in sorted(steps, key=lambda one: (one.at, one.checkpoint)):
        by_column.setdefault(step.column, []).append(step)
    ordered = [step for trail in by_column.values() for step in _chained(trail)]
    return tuple(sorted(ordered, key=lambda step: step.at))


def _chained(trail: Sequence[Step]) -> Iterator[Step]:
    """One column's changes; those of one second are put into a chain."""
    left: str | None = None
    for _, together in groupby(trail, key=lambda step: step.at):
        several = tuple(together)
        chain = _chain(several, left) if 1 < len(several) <= _CHAIN else several
        yield from chain
        left = chain[-1].after


def _chain(steps: tuple[Step, ...], left: str | None) -> tuple[Step, ...]:
    """The first order in which every change begins where the one before it ended, `left` being what stood before all;
    the order they have when there is none.
    """
    # What stood before the first may have been set without a trail, so that any of them can be the first.
    for starts in ([s for s in steps if s.before == left], steps):
        for first in starts:
            rest = tuple(step for step in steps if step is not first)
            if (found := _follow(first, rest)) is not None:
                return found
    return steps


def _follow(step: Step, rest: tuple[Step, ...]) -> tuple[Step, ...] | None:
    if not rest:
        return (step,)
    for following in rest:
        if following.before == step.after:
            others = tuple(one for one in rest if one is not following)
            if (found := _follow(following, others)) is not None:
                return (step, *found)
    return None


def users(steps: Sequence[Step]) -> set[str]:
    """User names of who made these changes."""
    return {step.user for step in steps if step.user}
