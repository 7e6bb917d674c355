"""The one form of what tells tickets apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.ticket import TicketRef, TicketSubject

CASES = [
    ("jira:10001", ("jira", "10001")),
    ("servicenow:change_request:0123", ("servicenow", "change_request:0123")),  # an id may hold colons
    ("CHG-1", ("CHG-1", "")),  # what people say is no subject
    ("", ("", "")),
]


@pytest.mark.parametrize(("text", "parts"), CASES)
def test_a_subject_is_taken_apart_at_its_first_colon(text: str, parts: tuple[str, str]) -> None:
    assert TicketSubject.parse(text) == parts


def test_a_subject_is_put_together_as_it_is_taken_apart() -> None:
    ref = TicketRef("servicenow", "change_request:0123", "CHG0001", datetime(2026, 9, 9, tzinfo=UTC))
    assert ref.subject == "servicenow:change_request:0123"
    assert str(TicketSubject.parse(ref.subject)) == ref.subject
