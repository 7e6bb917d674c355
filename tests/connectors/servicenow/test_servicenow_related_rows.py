"""What hangs on tickets is asked for many of them at once, and says of each only what is certain of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from servicenow_helpers import Instance, Tools

from connectors.servicenow import related_rows
from connectors.servicenow.client import Listing
from connectors.servicenow.related_rows import Link, RelatedRows
from domain.ports.errors import SourceError, Unreachable
from sandbox.server import Server

TASK_CI = Link("task_ci", ("task",))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def changes(instance: Instance) -> list[str]:
    """Three changes, of which the first two touch an item."""
    made = [instance.add_change() for _ in range(3)]
    for change in made[:2]:
        instance.add_affected_ci(change, instance.kassa)
    return made


def counts(reader: RelatedRows, changes: list[str]) -> list[tuple[int, bool]]:
    found = [reader.rows("change_request", TASK_CI, change, ("ci_item",)) for change in changes]
    return [(len(listing.rows), listing.complete) for listing in found]


def test_one_request_for_all_that_were_listed(tools: Tools, server: Server, changes: list[str]) -> None:
    reader = RelatedRows(tools.client)
    reader.expect("change_request", changes)
    assert counts(reader, changes) == [(1, True), (1, True), (0, True)]
    assert server.count("GET", "task_ci") == 1


def test_what_was_used_once_is_read_anew(
    instance: Instance, tools: Tools, server: Server, changes: list[str]
) -> None:
    reader = RelatedRows(tools.client)
    reader.expect("change_request", changes)
    counts(reader, changes)
    instance.add_affected_ci(changes[2], instance.kassa)
    assert counts(reader, changes) == [(1, True), (1, True), (1, True)]
    assert server.count("GET", "task_ci") == 1 + 3
    reader.expect("change_request", changes)  # listed again, as the next cycle does
    assert counts(reader, changes) == [(1, True), (1, True), (1, True)]
    assert server.count("GET", "task_ci") == 1 + 3 + 1


def test_what_was_read_along_does_not_grow_old(instance: Instance, tools: Tools, changes: list[str]) -> None:
    clock = Clock()
    reader = RelatedRows(tools.client, clock)
    reader.expect("change_request", changes)
    assert counts(reader, changes[:1]) == [(1, True)]
    instance.add_affected_ci(changes[2], instance.kassa)
    clock.now = related_rows.KEPT + 1
    assert counts(reader, changes[2:]) == [(1, True)]


def test_a_hidden_row_casts_doubt_on_its_own_ticket_alone(
    instance: Instance, tools: Tools, changes: list[str]
) -> None:
    hidden = instance.add_affected_ci(changes[1], instance.add_ci(name="Geheim"))
    instance.access.hidden_rows.add(hidden)
    reader = RelatedRows(tools.client)
    reader.expect("change_request", changes)
    assert counts(reader, changes) == [(1, True), (0, False), (0, True)]


def breaking_on(tools: Tools, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The instance answers 500 to whatever names this record."""
    listing = tools.client.listing

    def ask(table: str, query: str, fields: Sequence[str]) -> Listing:
        if broken in query:
            raise Unreachable("servicenow", "answered 500")
        return listing(table, query, fields)

    monkeypatch.setattr(tools.client, "listing", ask)


def test_a_record_that_breaks_the_instance_keeps_no_other_from_being_read(
    tools: Tools, changes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking_on(tools, changes[1], monkeypatch)
    reader = RelatedRows(tools.client)
    reader.expect("change_request", changes)
    assert counts(reader, changes[:1]) == [(1, True)]
    with pytest.raises(Unreachable):
        counts(reader, changes[1:2])
    assert counts(reader, changes[2:]) == [(0, True)]


def test_a_ticket_on_which_the_instance_breaks_is_no_outage(
    instance: Instance, tools: Tools, changes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refs = [ref for ref in tools.source.census() if ref.id.endswith(tuple(changes))]
    tools.source.ahead(refs)
    breaking_on(tools, refs[0].id[-32:], monkeypatch)
    with pytest.raises(SourceError, match="for this ticket alone") as alone:
        tools.source.read(refs[0])
    assert not isinstance(alone.value, Unreachable)
    assert [tools.source.read(ref).id for ref in refs[1:]] == [ref.id for ref in refs[1:]]


@pytest.mark.parametrize("what", ["hidden_columns", "unqueryable"])
def test_rows_that_do_not_say_whose_they_are_prove_nothing(
    instance: Instance, tools: Tools, changes: list[str], what: str
) -> None:
    getattr(instance.access, what).add(("task_ci", "task"))
    reader = RelatedRows(tools.client)
    reader.expect("change_request", changes)
    assert counts(reader, changes[2:]) == [(0, False)]


@pytest.mark.parametrize("told", [True, False])
def test_many_changes_take_few_requests(instance: Instance, tools: Tools, server: Server, told: bool) -> None:
    since = instance.now
    instance.later(hours=1)
    for _ in range(100):
        change = instance.add_change(cmdb_ci=instance.kassa, requested_by=instance.dirk)
        instance.add_affected_ci(change, instance.kassa)
        instance.request_approval(change, instance.cab)
    refs = [ref for ref in tools.source.changed(since) if ref.id[-32:] != instance.change]
    before = len(server.asked)
    for start in range(0, 100, 50):
        if told:
            tools.source.ahead(refs[start : start + 50])
        for ref in refs[start : start + 50]:
            tools.source.read(ref)
    # Twice the records, audit trail, approvers, groups, items and services (three times with the one that is listed
    # and not read; for those told of too, because fifty records with all their columns are more than an address can
    # name); the people, by id and by user name, and the labels of states.
    assert len(server.asked) - before <= (2 if told else 3) * 6 + (6 if told else 4)
    assert max(len(asked.path) + len(asked.query) for asked in server.asked) < 4096
