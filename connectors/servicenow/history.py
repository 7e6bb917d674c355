"""What the audit trail tells of a record: who set a column, when, and when it was first filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import reading
from bot.model.fields import Field
from bot.model.people import Person
from bot.model.ticket import Change
from bot.ports import Forbidden, NotFound
from connectors.servicenow import encoded, values
from connectors.servicenow.client import Client
from connectors.servicenow.directory import Directory

_COLUMNS = ("fieldname", "oldvalue", "newvalue", "user", "sys_created_on")


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one column."""

    column: str
    before: str
    after: str
    user: str
    at: datetime


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

    def stamped(self, seen: Field, column: str) -> Field:
        """The field with who set its present value, and when."""
        if not (seen.filled and self.steps):
            return seen
        steps = self.of(column)
        if not steps:
            return replace(seen, at=self.created)
        return replace(seen, by=(self.people or {}).get(steps[-1].user), at=steps[-1].at)

    def first_filled(self, column: str) -> datetime | None:
        """When a column first got a meaningful value; the record's creation when it had one from the start."""
        if not self.steps:
            return None
        steps = self.of(column)
        if not steps or reading.text(steps[0].before).filled:
            return self.created
        return next((s.at for s in steps if reading.text(s.after).filled), None)

    def last_entered(self, column: str, number: str) -> datetime | None:
        """When a column last came back to a value; None when that was never seen."""
        found = [s.at for s in self.of(column) if s.after == number]
        return found[-1] if found else None


def read(client: Client, directory: Directory, table: str, sys_id: str, created: datetime) -> History:
    """The audit trail of a record, or an empty one when the account may not read it."""
    query = encoded.every(encoded.equals("tablename", table), encoded.equals("documentkey", sys_id))
    try:
        rows = client.listing("sys_audit", query, _COLUMNS)
    except (Forbidden, NotFound):
        return History()
    if not rows.complete:
        return History()
    steps = sorted((_step(row) for row in rows), key=lambda step: step.at)
    return History(tuple(steps), directory.by_user_name(_users(steps)), created)


def adopted(
    client: Client, directory: Directory, release: str, numbers: Mapping[str, str]
) -> tuple[Change, ...]:
    """When changes (sys_id to number) got a release as their parent, by their own audit trails, oldest first. One
    that was made with its parent, or whose trail may not be read, is absent: nothing tells when it was added.
    """
    found: list[tuple[str, Step]] = []
    which = encoded.every(encoded.equals("tablename", "change_request"), "fieldname=parent")
    for batch in encoded.batches("documentkey", numbers):
        try:
            rows = client.listing("sys_audit", encoded.every(which, batch), ("documentkey", *_COLUMNS))
        except (Forbidden, NotFound):
            return ()
        found += [(values.value(row, "documentkey"), _step(row)) for row in rows]
    people = directory.by_user_name(_users([step for _, step in found]))
    steps = sorted(
        ((numbers[key], s) for key, s in found if key in numbers and s.column == "parent"),
        key=lambda pair: pair[1].at,
    )
    return tuple(
        Change("changes", "", number, people.get(step.user), step.at)
        for number, step in steps
        if step.after == release
    )


def _step(row: values.Row) -> Step:
    before, after = values.value(row, "oldvalue"), values.value(row, "newvalue")
    at = values.stamp(row, "sys_created_on")
    return Step(values.value(row, "fieldname"), before, after, values.value(row, "user"), at)


def _users(steps: Sequence[Step]) -> set[str]:
    return {step.user for step in steps if step.user}
