"""Slots: what is due, who may touch it, and what is known afterwards; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.journal import Journal, OutboxRow, open_journal
from domain.facts import Notice
from domain.outgoing import OutgoingMessage
from domain.people import Role
from domain.ports.messaging import Marker, Place
from domain.sentence import say

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
LATER = NOW + timedelta(hours=1)
CARD = OutgoingMessage("slack", "jira:1", "card", "C1", "a", {"text": "a"}, say("first said"))
NEWS = replace(CARD, kind="news:1", thread_kind="card", once=True)


def taken(journal: Journal, slot_id: int = 1, now: datetime = NOW) -> OutboxRow:
    slot = journal.lease(slot_id, "me", now, 600)
    assert slot is not None
    return slot


def posted(journal: Journal, slot_id: int = 1, remote_id: str = "r1", now: datetime = NOW) -> None:
    slot = taken(journal, slot_id, now)
    assert journal.begin(slot, slot.home, now, 600)
    assert journal.confirm(slot, remote_id, now)


def kinds(journal: Journal, now: datetime = NOW) -> list[str]:
    return [due.kind for due in journal.due_rows(now)]


def test_a_wish_is_due_until_it_stands_outside(journal: Journal) -> None:
    journal.put_messages([CARD], NOW)
    assert kinds(journal) == ["card"]
    posted(journal)
    assert kinds(journal) == []
    assert journal.settled_rows() == 1
    (slot,) = journal.rows_of("jira:1")
    assert (slot.remote_id, slot.applied_hash, slot.stands, slot.doubtful) == ("r1", "a", Place("C1"), False)
    assert (slot.first_attempt_at, slot.applied_at, slot.reason) == (NOW, NOW, "first said")


def test_the_same_wish_changes_nothing_and_another_one_gets_the_next_number(journal: Journal) -> None:
    seen = []
    for wish in (
        CARD,
        replace(CARD, body={"text": "better"}),
        replace(CARD, digest="b"),
        replace(CARD, digest="b"),
    ):
        journal.put_messages([wish], NOW)
        (slot,) = journal.rows_of("jira:1")
        seen.append((slot.desired_hash, slot.desired_rev, slot.desired_body))
    assert seen == [
        ("a", 1, {"text": "a"}),
        ("a", 1, {"text": "better"}),
        ("b", 2, {"text": "a"}),
        ("b", 2, {"text": "a"}),
    ]


def test_a_wish_that_stands_outside_touches_no_row(journal: Journal) -> None:
    journal.put_messages([CARD], NOW)
    posted(journal)
    before = journal.rows_of("jira:1")
    journal.put_messages([replace(CARD, body={"text": "other clock text"})], LATER)
    assert journal.rows_of("jira:1") == before


def test_what_is_posted_once_stays_as_it_is(journal: Journal) -> None:
    journal.put_messages([replace(CARD, once=True)], NOW)
    posted(journal)
    journal.put_messages([replace(CARD, once=True, digest="b")], NOW)
    assert kinds(journal) == []
    assert journal.rows_of("jira:1")[0].desired_hash == "a"


def test_what_is_withdrawn_is_not_due_until_it_is_wished_again(journal: Journal) -> None:
    journal.put_messages([CARD], NOW)
    journal.withdraw("slack", "jira:1", "card")
    assert kinds(journal) == []
    assert journal.lease(1, "me", NOW, 600) is None
    journal.put_messages([CARD], NOW)
    assert kinds(journal) == ["card"]


def test_messages_in_a_thread_come_after_the_one_that_starts_it(journal: Journal) -> None:
    journal.put_messages([NEWS, replace(NEWS, ticket="jira:2"), CARD], NOW)
    assert [(due.ticket, due.kind) for due in journal.due_rows(NOW)] == [
        ("jira:1", "card"),
        ("jira:1", "news:1"),
        ("jira:2", "news:1"),
    ]
    assert journal.lease(1, "me", NOW, 600) is None
    posted(journal, 3, "card-id")
    assert taken(journal, 1).home == Place("C1", "card-id")
    assert journal.lease(2, "me", NOW, 600) is None


def test_only_one_holds_a_slot_and_a_lease_runs_out(journal: Journal) -> None:
    journal.put_messages([CARD], NOW)
    first = taken(journal)
    assert journal.lease(1, "other", NOW + timedelta(seconds=600), 600) is None
    assert kinds(journal) == []
    second = journal.lease(1, "other", NOW + timedelta(seconds=601), 600)
    assert second is not None
    assert second.lease_token > first.lease_token
    assert not journal.begin(first, first.home, LATER, 600)
    assert not journal.release(first, None, "late")
    assert journal.forget(first) is None
    assert journal.begin(second, second.home, LATER, 600)


def test_who_confirms_too_late_puts_the_slot_in_doubt_for_all(journal: Journal) -> None:
    journal.put_messages([CARD], NOW)
    first = taken(journal)
    assert journal.begin(first, first.home, NOW, 600)
    second = taken(journal, now=LATER)
    assert second.doubtful
    assert not journal.confirm(first, "r1", LATER)
    assert not journal.confirm(second, "r2", LATER)
    third = taken(journal, now=LATER + timedelta(hours=1))
    assert (third.doubtful, third.remote_id) == (True, None)


def test_a_write_in_doubt_is_due_though_the_old_text_is_wanted_again(journal: Journal) -> None:
    journal.put_messages([CARD], NOW)
    posted(journal)
    journal.put_messages([replace(CARD, digest="b")], NOW)
    slot = taken(journal)
    assert journal.begin(slot, slot.stands, NOW, 600)
    journal.release(slot, None, "time-out")
    journal.put_messages([CARD], NOW)
    assert kinds(journal) == ["card"]
    assert taken(journal).doubtful


@pytest.mark.parametrize(("not_done", "doubtful"), [(True, False), (False, True)])
def test_a_refused_write_leaves_no_doubt(journal: Journal, not_done: bool, doubtful: bool) -> None:
    journal.put_messages([CARD], NOW)
    slot = taken(journal)
    journal.begin(slot, slot.home, NOW, 600)
    journal.release(slot, SOON, "no", not_done=not_done)
    assert kinds(journal) == []
    again = taken(journal, now=SOON)
    assert (again.doubtful, again.attempts, again.last_error) == (doubtful, 1, "no")


def test_an_earlier_doubt_outlives_a_refusal(journal: Journal) -> None:
    journal.put_messages([CARD], NOW)
    slot = taken(journal)
    journal.begin(slot, slot.home, NOW, 600)
    journal.release(slot, None, "time-out")
    again = taken(journal)
    journal.release(again, None, "may not read", not_done=True)
    assert taken(journal).doubtful


def test_a_new_text_does_not_wait_for_the_pause_of_the_old_one(journal: Journal) -> None:
    journal.put_messages([CARD], NOW)
    journal.release(taken(journal), LATER, "too long")
    journal.put_messages([CARD], NOW)
    assert kinds(journal) == []
    journal.put_messages([replace(CARD, digest="shorter")], NOW)
    assert kinds(journal) == ["card"]
    assert taken(journal).attempts == 0


def test_a_forgotten_message_is_wanted_as_if_it_was_never_posted(journal: Journal) -> None:
    journal.put_messages([CARD], NOW)
    posted(journal)
    journal.put_messages([replace(CARD, digest="b")], NOW)
    slot = taken(journal)
    journal.begin(slot, slot.stands, NOW, 600)
    forgotten = journal.forget(slot)
    assert forgotten is not None
    journal.release(forgotten, None, "")
    journal.put_messages([CARD], NOW)
    again = taken(journal)
    assert replace(again, lease_token=0) == replace(
        forgotten, lease_token=0, desired_hash="a", desired_rev=3, desired_body=CARD.body
    )
    assert (again.remote_id, again.applied_hash, again.doubtful) == (None, None, False)


def test_the_key_of_a_slot_survives_a_lost_journal(blank_url: str, sqlite_journal_url: str) -> None:
    one, two = open_journal(blank_url), open_journal(sqlite_journal_url)
    one.put_messages([CARD], NOW)
    assert taken(one).marker == Marker(two.slot_key("slack", "jira:1", "card"), "a", 1)
    others = {two.slot_key(*names) for names in (("slack", "jira:1", "news"), ("jira", "slack:1", "card"))}
    assert one.slot_key("slack", "jira:1", "card") not in others
    one.close()
    two.close()


def test_the_name_of_the_installation_stays_that_of_the_first_start(blank_url: str) -> None:
    keys = []
    for name in ("first", "second"):
        journal = open_journal(blank_url, install=name)
        keys.append((journal.install, journal.slot_key("jira", "jira:1", "comment")))
        journal.close()
    assert keys[0] == keys[1]
    assert keys[0][0] == "first"


@pytest.mark.parametrize("exclusive", [True, False])
def test_only_who_has_an_sqlite_journal_alone_frees_the_leases_of_the_dead(
    sqlite_journal_url: str, exclusive: bool
) -> None:
    journal = open_journal(sqlite_journal_url)
    journal.put_messages([CARD], NOW)
    taken(journal)
    journal.close()
    journal = open_journal(sqlite_journal_url, exclusive=exclusive)
    assert (kinds(journal) == ["card"]) is exclusive
    journal.close()


def test_postgresql_leases_outlive_another_process_starting(
    make_postgres: Callable[[str], str], postgres_template: str
) -> None:
    url = make_postgres(postgres_template)
    one = open_journal(url)
    one.put_messages([CARD], NOW)
    taken(one)
    two = open_journal(url)
    assert kinds(two) == []
    one.close()
    two.close()


def test_delivered_handovers_are_evidence(journal: Journal) -> None:
    def handover(kind: str, ticket: str, *names: str, roles: tuple[str, ...] = ()) -> OutgoingMessage:
        return OutgoingMessage(
            "slack", ticket, kind, "C9", "h", {}, say("rolled out"), "", True, names, roles
        )

    journal.put_messages(
        [
            handover("handover-1:operations", "jira:1", "Team Beheer", roles=("operations",)),
            handover("handover-1:u7", "jira:1", "Dirk Peeters"),
            handover("handover-2:dpo", "jira:1", "Els Maes", roles=(Role.DPO,)),
            handover("handover-1:u7", "jira:10", "Dirk Peeters"),
            replace(CARD, recipients=("Nobody",)),
        ],
        NOW,
    )
    posted(journal, 1, "m1", NOW)
    posted(journal, 3, "m3", LATER)
    posted(journal, 4, "m4", NOW)
    posted(journal, 5, "m5", NOW)
    assert journal.notices("jira", "1") == (
        Notice(1, NOW, ("Team Beheer",), (Role.OPERATIONS,)),
        Notice(2, LATER, ("Els Maes",), (Role.DPO,)),
    )
