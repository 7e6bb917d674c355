"""Which later patch tickets take the place of one that was undone: what is read, and what counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from build import day
from build import ticket as bare

from bot.intake.releases import TicketCache
from bot.intake.successors import successors
from domain.facts import Successor
from domain.fields import Field
from domain.lifecycle import State
from domain.ports.errors import Forbidden, Unreachable
from domain.ports.source import TicketSource
from domain.ticket import Ticket, TicketRef

BEGAN = day(5)
UNDONE = {"patch": True, "result": "rolled_back", "actual_start": BEGAN, "succeeded_by": ("CHG-2",)}


def patch(key: str, created: datetime, **given: Any) -> Ticket:
    own = {name: given.pop(name) for name in ("state",) if name in given}
    fields = {name: Field(value) for name, value in given.items()}
    return replace(bare(key=key, id=key, created=created), fields=fields, **own)


class Shelf(TicketSource):
    """A source that holds these tickets; remembers what was asked."""

    name = "jira"

    def __init__(self, tickets: Mapping[str, Ticket | Exception]) -> None:
        self.tickets = tickets
        self.asked: list[str] = []

    def find(self, key: str) -> TicketRef | None:
        self.asked.append(key)
        return TicketRef("jira", key, key, day(1), "1") if key in self.tickets else None

    def read(self, ref: TicketRef) -> Ticket:
        found = self.tickets[ref.key]
        if isinstance(found, Exception):
            raise found
        return found


LATER = BEGAN + timedelta(hours=4)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (patch("CHG-2", LATER, patch=True), (Successor("CHG-2", LATER),)),
        (patch("CHG-2", BEGAN, patch=True), ()),  # it was there before: no other try
        (patch("CHG-2", LATER), ()),  # no patch
        (patch("CHG-2", LATER, patch=True, state=State.CANCELED), ()),
        (Forbidden("jira", "may not be read"), (Successor("CHG-2", None),)),
    ],
)
def test_what_takes_its_place(other: Ticket | Exception, expected: tuple[Successor, ...]) -> None:
    source = Shelf({"CHG-2": other})
    assert successors(patch("CHG-1", day(1), **UNDONE), TicketCache([source], 10)) == expected


def test_one_that_is_not_there_cannot_be_read() -> None:
    cache = TicketCache([Shelf({})], 10)
    assert successors(patch("CHG-1", day(1), **UNDONE), cache) == (Successor("CHG-2", None),)


@pytest.mark.parametrize("given", [{"patch": None}, {"result": "successful"}, {"succeeded_by": None}])
def test_of_any_other_ticket_nothing_is_read(given: dict[str, Any]) -> None:
    source = Shelf({"CHG-2": patch("CHG-2", LATER, patch=True)})
    assert successors(patch("CHG-1", day(1), **UNDONE | given), TicketCache([source], 10)) == ()
    assert source.asked == []


def test_a_source_that_is_down_ends_the_look() -> None:
    cache = TicketCache([Shelf({"CHG-2": Unreachable("jira", "no answer")})], 10)
    with pytest.raises(Unreachable):
        successors(patch("CHG-1", day(1), **UNDONE), cache)
