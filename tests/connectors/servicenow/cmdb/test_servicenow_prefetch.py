"""Items are looked up together with those of the tickets that come next, and none of it grows old."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from servicenow_helpers import Instance, settings_for

from connectors import servicenow
from connectors.servicenow.cmdb.prefetch import CmdbPrefetch
from connectors.servicenow.related_rows import KEPT
from domain.asset import Asset
from domain.ports.errors import Forbidden
from domain.ticket import AssetRef
from sandbox.server import Server

A, B, C, GONE = (AssetRef("servicenow", letter * 32, letter) for letter in "abcd")


class Shelf:
    """A book that knows all but one item, remembers what was asked, and may refuse long questions."""

    name = "servicenow"

    def __init__(self, most: int = 99) -> None:
        self.asked: list[list[AssetRef]] = []
        self.most = most

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        self.asked.append(list(refs))
        if len(refs) > self.most:
            raise Forbidden("servicenow", "no")
        return {ref: Asset("servicenow", ref.id, ref.name) for ref in refs if ref != GONE}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("expected", "questions", "asked"),
    [
        ([], [[A], [B]], [[A], [B]]),
        ([A, B, C], [[A], [B], [C, A]], [[A, B, C], [A]]),  # each once: A is asked anew
        ([A, B], [[C], [A, B]], [[C, A, B]]),
        ([GONE], [[A], [GONE]], [[A, GONE]]),
    ],
)
def test_what_is_asked(
    expected: list[AssetRef], questions: list[list[AssetRef]], asked: list[list[AssetRef]]
) -> None:
    shelf = Shelf()
    book = CmdbPrefetch(shelf)
    book.expect(expected)
    for refs in questions:
        assert set(book.look_up(refs)) == set(refs) - {GONE}
    assert shelf.asked == asked


def test_what_was_looked_up_along_does_not_grow_old() -> None:
    shelf, clock = Shelf(), Clock()
    book = CmdbPrefetch(shelf, clock)
    book.expect([B])
    book.look_up([A])
    clock.now = KEPT + 1
    book.look_up([B])
    assert shelf.asked == [[A, B], [B]]


def test_what_nobody_asked_for_does_not_stand_in_the_way() -> None:
    shelf = Shelf(most=1)
    book = CmdbPrefetch(shelf)
    book.expect([B])
    assert set(book.look_up([A])) == {A}
    with pytest.raises(Forbidden):
        book.look_up([A, C])


def test_the_items_of_listed_changes_are_asked_for_together(instance: Instance, server: Server) -> None:
    since = instance.now
    for number in range(5):
        item, other = (instance.add_ci(name=f"{kind} {number}") for kind in ("Dienst", "Server"))
        instance.add_affected_ci(instance.add_change(cmdb_ci=item), other)
    connector = servicenow.build(settings_for(server.url))
    assert connector and connector.source and connector.book
    for ref in connector.source.changed(since):
        ticket = connector.source.read(ref)
        assert set(connector.book.look_up(ticket.assets)) == set(ticket.assets)
    assert server.count("GET", "table/cmdb_ci$") == 1
