"""The queue of hints: what was told once is looked at once, and nothing is lost between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes import NOW

from bot.journal import Journal, PendingHint
from domain.ports.source import ChangeHint, Deletion

LATER = NOW + timedelta(minutes=1)


def told(journal: Journal) -> list[tuple[str, str, bool]]:
    return [(one.source, one.id, one.deleted) for one in journal.pending_hints(LATER)]


@pytest.mark.parametrize(
    ("hints", "new", "waiting"),
    [
        ([ChangeHint("1", "e1")], 1, [("jira", "1", False)]),
        ([ChangeHint("1", "e1"), ChangeHint("1", "e1")], 1, [("jira", "1", False)]),
        ([ChangeHint("1", "e1"), ChangeHint("1", "e2")], 2, [("jira", "1", False)]),
        ([ChangeHint("1", "e1"), ChangeHint("2", "e1")], 2, [("jira", "1", False), ("jira", "2", False)]),
        ([ChangeHint("1"), ChangeHint("1")], 2, [("jira", "1", False)]),
        ([Deletion("1", "e1"), ChangeHint("1", "e2")], 2, [("jira", "1", True)]),
        ([], 0, []),
    ],
    ids=["one", "repeated", "two words, one look", "two tickets", "nameless", "deleted", "nothing"],
)
def test_every_ticket_is_looked_at_once(journal: Journal, hints, new, waiting) -> None:
    assert journal.record_hint("jira", hints, NOW) == new
    assert told(journal) == waiting


def test_a_delivery_that_is_repeated_after_the_look_is_known_again(journal: Journal) -> None:
    journal.record_hint("jira", [ChangeHint("1", "e1")], NOW)
    (heard,) = journal.pending_hints(LATER)
    journal.looked_at(heard, LATER)
    assert journal.record_hint("jira", [ChangeHint("1", "e1")], LATER) == 0
    assert journal.record_hint("servicenow", [ChangeHint("1", "e1")], LATER) == 1
    assert told(journal) == [("servicenow", "1", False)]


def test_word_that_comes_during_a_look_leads_to_another(journal: Journal) -> None:
    journal.record_hint("jira", [ChangeHint("1", "e1")], NOW)
    (heard,) = journal.pending_hints(LATER)
    journal.record_hint("jira", [ChangeHint("1", "e2")], LATER)
    journal.looked_at(heard, LATER)
    assert [one.last > heard.last for one in journal.pending_hints(LATER)] == [True]


def test_what_could_not_be_looked_at_for_a_day_is_left_to_the_census(journal: Journal) -> None:
    journal.record_hint("jira", [ChangeHint("1", "e1")], NOW)
    assert journal.pending_hints(NOW + timedelta(hours=23)) == (PendingHint("jira:1", 1, False),)
    assert journal.pending_hints(NOW + timedelta(hours=25)) == ()


def test_old_word_is_forgotten(journal: Journal) -> None:
    journal.record_hint("jira", [ChangeHint("1", "e1")], NOW)
    journal.record_hint("jira", [ChangeHint("2", "e2")], NOW + timedelta(days=3))
    (heard,) = journal.pending_hints(NOW + timedelta(days=3))
    journal.looked_at(heard, NOW + timedelta(days=3))
    with journal.read() as connection:
        assert connection.exec_driver_sql("SELECT ticket FROM change_hint").scalars().all() == ["jira:2"]
