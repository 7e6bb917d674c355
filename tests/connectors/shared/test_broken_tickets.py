"""One ticket on which a system breaks, and a system that is down."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.shared.broken_tickets import IN_A_ROW, BrokenTickets, absent
from domain.ports.errors import (
    Ambiguous,
    AuthRefused,
    Forbidden,
    Garbled,
    NotFound,
    RateLimited,
    Refused,
    SourceError,
    Unreachable,
)

BROKEN = Unreachable("x", "answered 500")


def down() -> None:
    raise Unreachable("x", "no connection")


def test_it_is_about_the_ticket_alone_while_the_system_answers() -> None:
    told = BrokenTickets("x", lambda: None, "open it").alone(BROKEN)
    assert (type(told), told.line) == (SourceError, "x: answered 500, for this ticket alone — open it")


def test_it_is_an_outage_where_the_probe_fails() -> None:
    assert BrokenTickets("x", down, "").alone(BROKEN) is BROKEN


def test_several_in_a_row_are_an_outage_and_one_that_is_read_in_between_begins_anew() -> None:
    broken = BrokenTickets("x", lambda: None, "")
    for _ in range(IN_A_ROW):
        assert broken.alone(BROKEN) is not BROKEN
    assert broken.alone(BROKEN) is BROKEN
    assert broken.reading(lambda: "read") == "read"
    assert broken.alone(BROKEN) is not BROKEN


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        *((kind("x", ""), True) for kind in (SourceError, Forbidden, NotFound, Garbled, Refused)),
        *((kind("x", ""), False) for kind in (Unreachable, AuthRefused, Ambiguous)),
        (RateLimited("x", "", datetime(2026, 3, 2, tzinfo=UTC)), False),
    ],
)
def test_what_an_api_that_is_absent_may_answer(error: SourceError, expected: bool) -> None:
    assert absent(error) is expected
