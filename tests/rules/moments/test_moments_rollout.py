"""When a rollout began and ended, and which starts stood on record before: facts in, the whole of it out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import HIDDEN, NOW, day, facts

from domain.fields import Field
from domain.lifecycle import State
from domain.looks import NEVER, Looks
from domain.ticket import Change
from rules.moments.rollout import Correction, Rollout, ended, rollout
from rules.moments.span import Span

IMPLEMENT, REVIEW, SCHEDULED = State.IMPLEMENT, State.REVIEW, State.SCHEDULED


def moved(before: str, after: str, at, since=None) -> Change:
    return Change("state", before, after, None, at, since=since)


def corrected(before, at) -> Change:
    return Change("actual_start", before.isoformat() if before else "", "", None, at)


def seen(looks: Looks = NEVER, **given):
    return replace(facts(**given), looks=looks)


ENTERED = moved("scheduled", "implement", day(7))
AROUND = moved("scheduled", "implement", day(8, 11), since=day(8, 10))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        pytest.param({"state": SCHEDULED}, None, id="not begun"),
        pytest.param(
            {"state": SCHEDULED, "actual_start": day(12)}, None, id="a start that lies ahead is none"
        ),
        pytest.param({"actual_start": day(8)}, Rollout(Span.at(day(8))), id="as recorded"),
        pytest.param(
            {"actual_start": Field(day(8, 0), day_ends=day(9, 0))},
            Rollout(Span(day(8, 0), day(9, 0))),
            id="a day without a time: some time on it",
        ),
        pytest.param(
            {"state": SCHEDULED, "actual_start": day(8)},
            Rollout(Span.at(day(8))),
            id="recorded, whatever its state",
        ),
        pytest.param(
            {"actual_start": day(12), "history": (ENTERED,)}, Rollout(Span.at(day(7))), id="else the entry"
        ),
        pytest.param({}, Rollout(Span(day(1), NOW)), id="no entry on record: at any time"),
        pytest.param(
            {"history_readable": False, "looks": Looks(day(9))},
            Rollout(Span(day(1), day(9))),
            id="no history: before the first look",
        ),
        pytest.param(
            {"history_readable": False, "looks": Looks(day(6), (AROUND,))},
            Rollout(Span(day(8, 10), day(8, 11))),
            id="between two looks",
        ),
        pytest.param(
            {"actual_start": HIDDEN, "history": (ENTERED,)},
            Rollout(Span(day(1), day(7))),
            id="a hidden start may be earlier than the entry",
        ),
        pytest.param(
            {"actual_start": day(8), "history": (corrected(day(6), day(9)),)},
            Rollout(Span.at(day(8)), (Correction(day(6), day(9)),)),
            id="corrected to later",
        ),
        pytest.param(
            {"actual_start": day(8), "history": (corrected(day(9), day(9, 15)),)},
            Rollout(Span.at(day(8))),
            id="corrected to earlier is no correction that saves anything",
        ),
        pytest.param(
            {"actual_start": day(8), "history": (corrected(day(7), day(6)),)},
            Rollout(Span.at(day(8))),
            id="a start that had not come yet was a plan",
        ),
        pytest.param(
            {
                "actual_start": day(8),
                "history": (Change("actual_start", "2026-03-08", "", None, day(8, 17)),),
            },
            Rollout(Span.at(day(8))),
            id="a day that was given its time was no earlier start",
        ),
        pytest.param(
            {
                "actual_start": day(8),
                "history": (Change("actual_start", "2026-03-06", "", None, day(8, 17)),),
            },
            Rollout(Span.at(day(8)), (Correction(day(6, 23).replace(minute=59), day(8, 17)),)),
            id="corrected from an earlier day without a time",
        ),
        pytest.param(
            {"actual_start": day(8), "created": day(5), "history": (corrected(day(2), day(9)),)},
            Rollout(Span.at(day(8))),
            id="a start from before the ticket was a slip of the pen",
        ),
        pytest.param(
            {
                "history": (
                    moved("scheduled", "implement", day(5)),
                    moved("implement", "scheduled", day(6)),
                    ENTERED,
                )
            },
            Rollout(Span.at(day(7)), (Correction(day(5), day(6)),), entered=Span.at(day(5))),
            id="taken back and begun again",
        ),
        pytest.param(
            {"state": REVIEW, "actual_start": day(8), "actual_end": day(9)},
            Rollout(Span.at(day(8)), ended=Span.at(day(9))),
            id="and ended",
        ),
    ],
)
def test_rollout(given, found):
    assert rollout(seen(**given)) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, None),
        ({"actual_end": day(9)}, Span.at(day(9))),
        ({"actual_end": day(12)}, None),
        ({"state": REVIEW}, Span(day(1), NOW)),
        ({"state": REVIEW, "history": (moved("implement", "review", day(9)),)}, Span.at(day(9))),
        ({"state": State.CLOSED, "history": (moved("implement", "closed", day(9)),)}, Span.at(day(9))),
        ({"state": REVIEW, "history_readable": False, "looks": Looks(day(9))}, Span(day(1), day(9))),
    ],
)
def test_ended(given, found):
    assert ended(seen(**given)) == found
