"""When evidence came against the start of a rollout, here 8 March at noon: facts in, the moment of it out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import AN, approved, day, english, facts

from domain.fields import Field
from domain.finding import Moment, Timing
from domain.looks import NEVER, Looks
from domain.ticket import Change
from rules.moments.as_of import facts_at
from rules.moments.rollout import rollout
from rules.moments.timing import Evidence, timing

START, LOOKED = day(8), day(6)
DAY = Field(day(8, 0), day_ends=day(9, 0))
IN_TIME, LATE, UNSEEN = Timing.IN_TIME, Timing.LATE, Timing.UNSEEN


def changed(before: str, after: str, at, since=None, name: str = "package") -> Change:
    return Change(name, before, after, None, at, since=since)


def found(looks: Looks = NEVER, **given) -> Moment:
    whole = replace(facts(**{"package": "4.2", "actual_start": START} | given), looks=looks)
    began = rollout(whole)
    assert began is not None
    return timing(
        Evidence(whole, began, lambda at: facts_at(whole, at).field("package").filled, frozenset({"package"}))
    )


def looked(*changes: Change, first=LOOKED) -> dict[str, object]:
    return {"history_readable": False, "looks": Looks(first, changes)}


MOVED = Change("actual_start", day(6).isoformat(), START.isoformat(), None, day(8, 18))


@pytest.mark.parametrize(
    ("given", "when", "start", "since"),
    [
        pytest.param({}, IN_TIME, START, None, id="there since the ticket was made"),
        pytest.param({"history": (changed("", "4.2", day(7)),)}, IN_TIME, START, None, id="before the start"),
        pytest.param({"history": (changed("", "4.2", START),)}, IN_TIME, START, None, id="equal is in time"),
        pytest.param(
            {"history": (changed("", "4.2", START.replace(second=59)),)},
            IN_TIME,
            START,
            None,
            id="by the minute",
        ),
        pytest.param({"history": (changed("", "4.2", day(9)),)}, LATE, START, day(9), id="after it"),
        pytest.param(
            {"history": (changed("", "4.1", day(7)), changed("4.1", "4.2", day(9)))},
            IN_TIME,
            START,
            None,
            id="edited since",
        ),
        pytest.param(
            {"history": (changed("4.1", "", day(8, 14)), changed("", "4.2", day(9)))},
            LATE,
            START,
            day(9),
            id="emptied during the rollout and written again",
        ),
        pytest.param(
            {
                "history": (changed("4.1", "", day(9, 14)), changed("", "4.2", day(9, 15))),
                "actual_end": day(9),
            },
            IN_TIME,
            START,
            None,
            id="emptied once it was over",
        ),
        pytest.param(
            {"actual_start": DAY, "history": (changed("", "4.2", day(8, 14)),)},
            UNSEEN,
            None,
            None,
            id="on the day of a start without a time",
        ),
        pytest.param(
            {"actual_start": DAY, "history": (changed("", "4.2", day(7)),)},
            IN_TIME,
            None,
            None,
            id="before that day",
        ),
        pytest.param(
            {"actual_start": DAY, "history": (changed("", "4.2", day(9, 14)),)},
            LATE,
            day(9, 0),
            day(9, 14),
            id="after that day",
        ),
        pytest.param(looked(), IN_TIME, START, None, id="there at a look before the start"),
        pytest.param(looked(first=day(9)), UNSEEN, START, None, id="first looked after the start"),
        pytest.param(
            looked(changed("", "4.2", day(8, 13), day(8, 11))),
            UNSEEN,
            START,
            None,
            id="two looks around the start",
        ),
        pytest.param(
            looked(changed("", "4.2", day(8, 14), day(8, 13))),
            LATE,
            START,
            day(8, 14),
            id="two looks after the start",
        ),
        pytest.param(
            {"actual_start": None, "history": (changed("", "4.2", day(7)),)},
            UNSEEN,
            None,
            None,
            id="nothing shows when it began",
        ),
        pytest.param(
            {"history": (changed("", "4.2", day(7)), MOVED)},
            LATE,
            START,
            None,
            id="saved by a corrected start alone",
        ),
        pytest.param(
            {"history": (changed("", "4.2", day(5)), MOVED)},
            IN_TIME,
            START,
            None,
            id="older than the first start too",
        ),
    ],
)
def test_timing(given, when, start, since):
    moment = found(**given)
    assert (moment.timing, moment.start, moment.since) == (when, start, since)
    # What is in time needs no word; whatever is not can be told.
    assert bool(moment.told and english(moment.told)) is (when is not IN_TIME)


def test_an_approval_after_the_start_is_late_since_it_was_given():
    whole = facts(actual_start=START, approvals=(approved(AN, day(9)),))
    began = rollout(whole)
    assert began is not None

    def holds(at) -> bool:
        return any(one.at is not None for one in facts_at(whole, at).ticket.approvals)

    moment = timing(Evidence(whole, began, holds, frozenset()))
    assert (moment.timing, moment.since) == (LATE, day(9))
    # Who approved tells itself how long after the start that was.
    assert english(moment.told) == "The rollout began on 08/03 12:00."
