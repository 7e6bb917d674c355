"""What comes into a release after it was approved and tested, and cannot be read, may be no change at all: unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import complete, day, english, ticket

from domain.facts import Child
from domain.finding import Finding
from domain.lifecycle import State
from domain.ticket import Change, TicketKind
from rules.engine import evaluate
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
READ, UNREAD = Child("CHG-7", ticket(key="CHG-7")), Child("HR-1", None)
OVERTAKEN = ("ICR-04", "ICR-06", "ICR-10", "ICR-11")


def added(key: str) -> Change:
    return Change("changes", "", key, None, day(8))


def judged(children: tuple[Child, ...], *history: Change) -> dict[str, Finding]:
    given = complete(kind=TicketKind.RELEASE, state=State.SCHEDULED, actual_start=None, actual_end=None)
    own = replace(given.ticket, history=(*given.ticket.history, *history), history_readable=True)
    return {one.id: one for one in evaluate(replace(given, ticket=own, children=children), PACKS)}


@pytest.mark.parametrize(
    ("children", "history", "verdict"),
    [
        ((READ,), (), "met"),
        ((READ,), (added("CHG-7"),), "pending"),
        ((UNREAD,), (added("HR-1"),), "unknown"),
        # One that can be read is a change for certain.
        ((READ, UNREAD), (added("CHG-7"), added("HR-1")), "pending"),
    ],
)
def test_what_came_in_later(children, history, verdict):
    found = judged(children, *history)
    assert {name: found[name].verdict.value for name in OVERTAKEN} == dict.fromkeys(OVERTAKEN, verdict)


def test_it_is_told_without_a_reproach():
    found = judged((UNREAD,), added("HR-1"))
    for name in OVERTAKEN:
        told = english(found[name].seen)
        assert told.endswith("That cannot be read, so it cannot be seen whether this still stands."), name
        assert "no longer count" not in told
        assert "overtaken" not in told
