"""What was over before the bot came, by the ticket's history or its last change."""

from __future__ import annotations

from datetime import datetime

import pytest
from build import ELS, day, ticket

from bot.policy.cutoff import over_before
from domain.lifecycle import State
from domain.ticket import Change


def moved(to: str, at: datetime) -> Change:
    return Change("state", "", to, ELS, at)


@pytest.mark.parametrize(
    ("state", "history", "readable", "since", "over"),
    [
        (State.CLOSED, (moved("closed", day(4)),), True, day(5), True),
        (State.CANCELED, (moved("canceled", day(4)),), True, day(5), True),
        (State.CLOSED, (moved("closed", day(5)),), True, day(5), False),
        (
            State.CLOSED,
            (moved("closed", day(2)), moved("review", day(3)), moved("closed", day(6))),
            True,
            day(5),
            False,
        ),
        (State.CLOSED, (moved("closed", day(4)),), False, day(5), False),  # touched on day 8: nothing tells
        (State.CLOSED, (), True, day(9), True),
        (State.CLOSED, (), True, day(8), False),
        (State.IMPLEMENT, (moved("closed", day(2)), moved("implement", day(3))), True, day(9), False),
        (State.CLOSED, (moved("closed", day(4)),), True, None, False),
    ],
)
def test_over_before(
    state: State, history: tuple[Change, ...], readable: bool, since: datetime | None, over: bool
) -> None:
    one = ticket(state, updated=day(8), history=history, history_readable=readable)
    assert over_before(one, since) is over
