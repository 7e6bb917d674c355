"""What is left open is the same list, told before a handover goes out and summed up after it."""

from __future__ import annotations

from typing import Any

import pytest
from build import EMPTY, HIDDEN, complete, facts

from bot.policy.ticket_summary import left_open, overview
from domain.lifecycle import State
from rules.engine import evaluate, group_findings
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
GIVEN = {
    "bare": facts,
    "no approvals": lambda **state: complete(approvals=(), **state),
    "blind": lambda **state: complete(test_data=HIDDEN, test_plan=HIDDEN, **state),
    "half way": lambda **state: complete(
        package=EMPTY, lessons_learned=EMPTY, handed_over_at=EMPTY, test_data="production", **state
    ),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", GIVEN)
def test_what_is_left_open_is_what_the_summary_asks(name: str, state: State) -> None:
    make: Any = GIVEN[name]
    lines = group_findings(evaluate(make(state=state), PACKS))
    view = overview(lines, state)
    assert left_open(lines, state) == (*view.now, *view.later, *view.unseen)
