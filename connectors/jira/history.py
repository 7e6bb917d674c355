"""What an issue's changelog tells: who set a field, when, when it was first filled in, and all that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connectors.jira.fields import SiteField
from connectors.jira.search import moment
from connectors.jira.values import objs, person
from domain import parsing
from domain.fields import FIELDS, Field, FieldSpec, Kind
from domain.history import comparable, difference
from domain.lifecycle import State
from domain.people import Person
from domain.ticket import Change


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one field, as shown before and after."""

    field_id: str
    field_name: str
    by: Person | None
    at: datetime
    before: str
    after: str
    raw_before: str = ""
    raw_after: str = ""

    def shown(self, name: str) -> tuple[str, str] | None:
        """Before and after of a vocabulary field; None when nothing that matters changed. Moments come from the
        raw values, because the shown ones follow the site's own date format.
        """
        if FIELDS.get(name, _NO_SPEC).kind is Kind.MOMENT:
            raw, shown = (self.raw_before, self.raw_after), (self.before, self.after)
            pairs = ((comparable(name, r), comparable(name, s)) for r, s in zip(raw, shown, strict=True))
            before, after = (r if parsing.moment(r).filled else s for r, s in pairs)
            return difference(before, after, name)
        if not self.before and not self.after and self.raw_before != self.raw_after:
            return "", ""  # a field of an app that shows no words in the history
        kind = FIELDS.get(name, _NO_SPEC).kind
        if kind not in _LISTED:
            return difference(self.before, self.after, name)
        before, after = _unbracketed(self.before), _unbracketed(self.after)
        # In another order they are the same people; environments are a path, which has one.
        if kind is not Kind.LIST and _names(before) == _names(after):
            return None
        return difference(before, after, name)


_NO_SPEC = FieldSpec("", Kind.TEXT, "", {})
_LISTED = frozenset({Kind.USERS, Kind.PARTY, Kind.LIST})


def _unbracketed(names: str) -> str:
    """Names in a row: fields for several people show them as "[An Willems, Dirk Peeters]" in the history."""
    shown = names.strip()
    return shown[1:-1] if shown.startswith("[") and shown.endswith("]") else shown


def _names(shown: str) -> list[str]:
    return sorted(part.strip().casefold() for part in shown.split(","))


class History:
    """The changelog of an issue, oldest first, and who created it when: a field that was never changed has
    had its value from the start.
    """

    def __init__(
        self, steps: Iterable[Step], creator: Person | None, created: datetime, *, readable: bool = True
    ) -> None:
        """`steps` are oldest first; `readable` is False when the issue came without its changelog, or not all of it:
        then nothing follows from what it does not show.
        """
        self._steps = list(steps)
        self._creator, self._created = creator, created
        self.readable = readable

    def of(self, field: SiteField) -> list[Step]:
        """Changes of a field. Older Data Center gives no field ids in its changelog, only names."""
        return [
            s
            for s in self._steps
            if s.field_id == field.id or (not s.field_id and s.field_name == field.name)
        ]

    def changes(
        self, found: Mapping[str, Iterable[SiteField]], state: Callable[[str, str], State | None]
    ) -> tuple[Change, ...]:
        """What changed of vocabulary fields, of the assets and of the state, oldest first. `state` knows what a
        status means, by its name and its id.
        """
        changes = [
            Change(name, *shown, step.by, step.at)
            for name, fields in found.items()
            for field in fields
            for step in self.of(field)
            if (shown := step.shown(name))
        ]
        for step in self.of(STATUS):
            # By id as well: the changelog names statuses without their category (docs/jira-facts.md, Fields).
            before = _code(state(step.before, step.raw_before))
            after = _code(state(step.after, step.raw_after))
            # Two statuses of one state: people moved the ticket on, the lifecycle did not.
            if before != after:
                changes.append(Change("state", before, after, step.by, step.at))
        return tuple(sorted(changes, key=lambda change: change.at))

    def last(self, field: SiteField, name: str) -> tuple[Person | None, datetime | None]:
        """Who set the present value of the vocabulary's field `name`, and when: an edit of blanks or capitals sets
        none. Of a history that is not readable nothing is known.
        """
        if not self.readable:
            return None, None
        steps = [step for step in self.of(field) if step.shown(name)]
        return (steps[-1].by, steps[-1].at) if steps else (self._creator, self._created)

    def stamped(self, seen: Field, field: SiteField, name: str) -> Field:
        """The vocabulary's field `name` with who set its present value, and when."""
        # Who emptied a field is not asked for; a stamp beside nothing would read as if it had a value.
        if not seen.filled:
            return seen
        by, at = self.last(field, name)
        return replace(seen, by=by, at=at)

    def first_filled(self, field: SiteField) -> datetime | None:
        """When a field first got a meaningful value."""
        return self.first(field)[1]

    def first(self, field: SiteField) -> tuple[Person | None, datetime | None]:
        """Who first gave a field a meaningful value, and when; nothing where the history is not readable."""
        if not self.readable:
            return None, None
        steps = self.of(field)
        # A field with a value before its first change was filled in when the issue was made.
        if not steps or parsing.text(steps[0].before).filled:
            return self._creator, self._created
        step = next((s for s in steps if parsing.text(s.after).filled), steps[0])
        return step.by, step.at


STATUS = SiteField("status", "status")


def _code(state: State | None) -> str:
    return state.value if state else ""


def in_order(changes: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The entries of a changelog, oldest first. The issue's own copy begins with the newest, its pages with the oldest;
    of entries with one stamp (an automation, an import) only their numbers tell which came first.
    """

    def when(change: Mapping[str, Any]) -> tuple[datetime, int]:
        number = str(change.get("id") or "")
        return moment(change.get("created")), int(number) if number.isdecimal() else 0

    listed = list(changes)
    # Without numbers the order of the answer is all there is.
    if len(listed) > 1 and when(listed[0])[0] > when(listed[-1])[0]:
        listed.reverse()
    return sorted(listed, key=when)


def steps_of(changes: Iterable[Mapping[str, Any]]) -> list[Step]:
    """Steps from the entries of a changelog, oldest first."""
    return [
        Step(
            str(item.get("fieldId") or ""),
            str(item.get("field") or ""),
            person(change.get("author")),
            moment(change.get("created")),
            str(item.get("fromString") or ""),
            str(item.get("toString") or ""),
            str(item.get("from") or ""),
            str(item.get("to") or ""),
        )
        for change in in_order(changes)
        for item in objs(change.get("items"))
    ]
