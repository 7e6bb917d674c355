"""When a ticket is looked at again for its notifications: nobody touches it for that."""

from __future__ import annotations

from datetime import timedelta

import pytest
from build import NOW, complete, day, english

from bot.policy.handover import AVAILABLE, OPERATIONAL, stages_due, watched
from domain.facts import Trouble, Underway
from rules.engine import evaluate
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
LINE = "handover-notification"
SOON = NOW + timedelta(minutes=1)
WAITS = Underway(2, ("Nora",), (), Trouble.OUT_OF_REACH)


@pytest.mark.parametrize(
    ("given", "again"),
    [
        ({}, {None}),
        ({"operational_at": day(9)}, {None}),
        ({"operational_at": day(12)}, {day(12)}),
        ({"operational_at": day(12), "result": "failed"}, set()),  # then nothing is asked
        ({"actual_end": day(12)}, {day(12)}),  # filled in ahead: it ends by itself
        ({"underway": (WAITS,)}, {SOON}),
        ({"operational_at": day(12), "underway": (WAITS,)}, {SOON}),
    ],
)
def test_the_next_notification_has_its_moment(given, again) -> None:
    facts = complete(**{"operational_at": None} | given)
    before = evaluate(facts, PACKS)
    after = watched(facts, before)
    moments = {finding.again for finding in after if finding.line == LINE}
    assert moments == again, [english(f.seen) for f in after if f.line == LINE]
    assert [f for f in after if f.line != LINE] == [f for f in before if f.line != LINE]


@pytest.mark.parametrize(
    ("given", "stages"),
    [
        ({}, (AVAILABLE,)),
        ({"operational_at": day(9)}, (AVAILABLE, OPERATIONAL)),
        ({"operational_at": day(12)}, (AVAILABLE,)),
        ({"actual_end": day(12), "operational_at": day(9)}, ()),  # still to come
        ({"actual_end": day(7)}, ()),  # before its start
        ({"result": "failed"}, ()),
    ],
)
def test_an_end_that_nobody_can_believe_announces_nothing(given, stages) -> None:
    facts = complete(**{"operational_at": None} | given)
    assert stages_due(facts, evaluate(facts, PACKS)) == stages
