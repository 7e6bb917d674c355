"""Tickets, findings, marks and runs, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bot.journal import Journal, Reading, digest
from bot.journal.schema import CURSOR, META
from domain.fields import Field
from domain.finding import Finding
from domain.lifecycle import Severity, State, Verdict
from domain.outgoing import OutgoingMessage
from domain.people import Group
from domain.sentence import say
from domain.ticket import Ticket, TicketKind, TicketRef

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TICKET = Ticket(
    source="jira",
    id="10001",
    key="CHG-1",
    url="https://jira.example.org/browse/CHG-1",
    kind=TicketKind.CHANGE,
    state=State.ASSESS,
    status="Beoordeling",
    summary="Nieuwe loonmodule",
    created=NOW - timedelta(days=3),
    updated=NOW - timedelta(minutes=5),
    fields={
        "planned_start": Field(NOW + timedelta(days=4)),
        "responsible_group": Field((Group("7", "Team Loon"),)),
    },
)
SNAPSHOT = {"key": "CHG-1", "fields": {"b": 1, "a": [True, None]}}
COMMENT = OutgoingMessage(
    "jira", "jira:10001", "comment", "10001", "hash-a", {"text": "a"}, say("first said")
)


def finding(rule: str, verdict: Verdict) -> Finding:
    return Finding(
        id=rule,
        pack="vo-icr",
        title=(("en", "A measure"),),
        cite="Vo-ICR R&D v2.1 §1.1",
        verdict=verdict,
        gate=State.IMPLEMENT,
        severity=Severity.REQUIRED,
        line=rule,
        rank=1,
        because=(),
        seen=say("nothing"),
        wanted=say("something"),
    )


def test_a_ticket_is_seen_in_the_state_in_which_it_was_stored(journal: Journal) -> None:
    journal.store(TICKET, [], SNAPSHOT, NOW, reading=Reading("4"))
    ref = TicketRef("jira", "10001", "CHG-1", TICKET.updated, "4")
    cases = {
        "the same": ref,
        "renamed": replace(ref, key="NEW-1"),
        "later": replace(ref, updated=ref.updated + timedelta(seconds=1)),
        "other version": replace(ref, version="5"),
        "other ticket": replace(ref, id="10002"),
        "other source": replace(ref, source="servicenow"),
    }
    assert {name: journal.seen(case) for name, case in cases.items()} == {
        "the same": True,
        "renamed": True,
        "later": False,
        "other version": False,
        "other ticket": False,
        "other source": False,
    }


def test_a_stored_ticket_reads_back_whole(journal: Journal) -> None:
    journal.store(TICKET, [], SNAPSHOT, NOW, reading=Reading("4"))
    moved = replace(TICKET, state=State.IMPLEMENT, updated=NOW)
    journal.store(moved, [], SNAPSHOT | {"more": 1}, LATER, reading=Reading("5"))
    row = journal.ticket("jira", "CHG-1")
    assert row is not None
    assert row.ref == TicketRef("jira", "10001", "CHG-1", NOW, "5")
    assert (row.url, row.team, row.summary) == (TICKET.url, "Team Loon", "Nieuwe loonmodule")
    assert (row.state, row.first_state) == (State.IMPLEMENT, State.ASSESS)
    assert (row.first_seen, row.checked_at, row.not_found_at) == (NOW, LATER, None)
    assert row.planned_start == NOW + timedelta(days=4)
    assert row.snapshot_hash == digest(SNAPSHOT | {"more": 1})
    assert journal.snapshot("jira", "10001") == SNAPSHOT | {"more": 1}
    assert journal.ticket("jira", "CHG-2") is None
    assert journal.snapshot("jira", "10002") is None


def test_open_and_tracked_tickets(journal: Journal) -> None:
    for number, state in enumerate(State):
        journal.store(replace(TICKET, id=str(number), key=f"CHG-{number}", state=state), [], {}, NOW)
    journal.store(replace(TICKET, source="servicenow", id="x", key="CHG-0"), [], {}, NOW)
    journal.gone("jira", "1", LATER)
    assert [row.key for row in journal.open_tickets()] == [
        "CHG-0",
        "CHG-2",
        "CHG-3",
        "CHG-4",
        "CHG-5",
        "CHG-0",
    ]
    assert sorted(journal.tracked("jira")) == ["0", "2", "3", "4", "5", "6", "7"]
    assert journal.tracked("jira")["2"].key == "CHG-2"


def test_a_ticket_that_is_gone_gets_no_more_text_until_it_is_back(journal: Journal) -> None:
    card = replace(COMMENT, target="slack", kind="card")
    journal.store(TICKET, [], SNAPSHOT, NOW, [COMMENT, card])
    journal.gone("jira", "10001", LATER)
    journal.gone("jira", "10001", LATER + timedelta(days=1))
    row = journal.ticket("jira", "CHG-1")
    assert row is not None
    assert row.not_found_at == LATER
    assert not journal.seen(row.ref)
    assert journal.due_rows(LATER) == ()
    journal.gone("jira", "10001", LATER, [replace(card, digest="last words")])
    assert [due.target for due in journal.due_rows(LATER)] == ["slack"]
    journal.store(TICKET, [], SNAPSHOT, LATER, [COMMENT])
    assert journal.seen(row.ref)
    assert [due.target for due in journal.due_rows(LATER)] == ["jira", "slack"]


def test_a_ticket_out_of_sight_is_left_alone_but_nothing_is_concluded(journal: Journal) -> None:
    soon = replace(finding("ICR-01", Verdict.MISSING), settle_by=LATER)
    journal.store(TICKET, [soon], SNAPSHOT, NOW, [COMMENT])
    journal.out_of_sight("jira", ["10001", "no such ticket"], LATER)
    journal.out_of_sight("jira", ["10001"], LATER + timedelta(days=1))
    (row,) = journal.open_tickets()
    assert (row.hidden_at, row.not_found_at) == (LATER, None)
    assert [due.target for due in journal.due_rows(LATER)] == ["jira"], "what is to be said stands"
    assert (journal.rows_awaiting(), journal.due_again("jira", LATER), journal.seen(row.ref)) == (
        (),
        (),
        False,
    )
    journal.store(TICKET, [soon], SNAPSHOT, LATER)
    (row,) = journal.rows_awaiting()
    assert (row.hidden_at, journal.seen(row.ref)) == (None, True)


def test_a_key_given_to_another_ticket_finds_the_one_seen_last(journal: Journal) -> None:
    journal.store(replace(TICKET, id="1"), [], {}, LATER)
    journal.store(replace(TICKET, id="2"), [], {}, NOW)
    row = journal.ticket("jira", "CHG-1")
    assert row is not None
    assert row.id == "1"


def test_findings_keep_since_when_their_verdict_stands(journal: Journal) -> None:
    journal.store(TICKET, [finding(r, Verdict.PENDING) for r in ("ICR-01", "ICR-02", "ICR-03")], {}, NOW)
    second = [
        finding("ICR-01", Verdict.PENDING),
        finding("ICR-02", Verdict.MET),
        finding("ICR-04", Verdict.UNKNOWN),
    ]
    journal.store(TICKET, second, {}, LATER)
    journal.store(replace(TICKET, id="10002"), [finding("ICR-01", Verdict.MET)], {}, LATER)
    assert journal.previous("jira", "10001") == {
        "ICR-01": Verdict.PENDING,
        "ICR-02": Verdict.MET,
        "ICR-04": Verdict.UNKNOWN,
    }
    assert journal.since("jira", "10001") == {"ICR-01": NOW, "ICR-02": LATER, "ICR-04": LATER}
    assert journal.previous("servicenow", "10001") == {}


def test_ticket_findings_and_wishes_are_stored_together_or_not_at_all(journal: Journal) -> None:
    broken = replace(COMMENT, body={"cannot become JSON": object()})
    with pytest.raises(Exception, match="object"):
        journal.store(TICKET, [finding("ICR-01", Verdict.MET)], SNAPSHOT, NOW, [broken])
    assert journal.ticket("jira", "CHG-1") is None
    assert journal.previous("jira", "10001") == {}
    assert journal.due_rows(NOW) == ()


def test_hash_of_a_snapshot_does_not_depend_on_the_order_of_its_keys() -> None:
    assert digest({"a": 1, "b": {"c": 2, "d": 3}}) == digest({"b": {"d": 3, "c": 2}, "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})


def test_mark_only_moves_forward(journal: Journal) -> None:
    seen = [journal.mark("jira")]
    for at in (NOW, LATER, NOW):
        journal.set_mark("jira", at)
        seen.append(journal.mark("jira"))
    assert seen == [None, NOW, LATER, LATER]
    assert journal.mark("servicenow") is None


def test_once_a_day(journal: Journal) -> None:
    today, tomorrow = date(2026, 3, 2), date(2026, 3, 3)
    assert not journal.was_sent("remind:Team Loon", today)
    assert [journal.mark_sent("remind:Team Loon", day, NOW) for day in (today, today, tomorrow)] == [
        True,
        False,
        True,
    ]
    assert journal.was_sent("remind:Team Loon", today)
    assert not journal.was_sent("remind:Team Net", today)


def test_runs_and_the_last_success_of_a_source(journal: Journal) -> None:
    assert journal.last_run() is None
    journal.set_mark("jira", NOW)
    first = journal.start_run("act", NOW)
    journal.end_run(first, LATER, 0, {"read": 3}, ["jira", "servicenow"])
    second = journal.start_run("observe", LATER)
    assert journal.last_run() == {
        "id": second, "started": LATER, "ended": None, "mode": "observe", "report": None, "exit_code": None,
    }  # fmt: skip
    journal.end_run(second, LATER + timedelta(hours=1), 1, {}, ["jira"])
    assert journal.last_success("jira") == LATER + timedelta(hours=1)
    assert journal.last_success("servicenow") == LATER
    assert journal.last_success("other") is None
    assert journal.mark("jira") == NOW
    assert journal.mark("servicenow") is None


def test_threads_that_read_and_write_never_find_it_locked(journal: Journal) -> None:
    """On SQLite a transaction that turns into a writing one late would fail with "database is locked"."""
    with journal.write() as connection:
        connection.execute(META.insert().values(name="counter", value="0"))
    failures: list[OperationalError] = []

    def count() -> None:
        row = select(META.c.value).where(META.c.name == "counter")
        try:
            for _ in range(50):
                with journal.write() as connection:
                    value = int(connection.execute(row.with_for_update()).scalar_one())
                    new = update(META).where(META.c.name == "counter").values(value=str(value + 1))
                    connection.execute(new)
                with journal.read() as connection:
                    connection.execute(select(CURSOR)).all()
        except OperationalError as error:
            failures.append(error)

    threads = [Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with journal.read() as connection:
        assert connection.execute(select(META.c.value).where(META.c.name == "counter")).scalar_one() == "400"


RELEASE = replace(
    TICKET,
    id="9",
    key="REL-1",
    kind=TicketKind.RELEASE,
    fields={"changes": Field(("CHG-1", "CHG-2", "CHG-1"))},
)


@pytest.mark.parametrize(
    ("release", "at", "change", "outdated"),
    [
        (RELEASE, NOW, replace(TICKET, source="servicenow"), ["REL-1"]),
        (RELEASE, LATER, TICKET, []),
        (RELEASE, LATER + timedelta(hours=1), TICKET, []),
        (RELEASE, NOW, replace(TICKET, key="CHG-3"), []),
        (replace(RELEASE, state=State.CLOSED), NOW, TICKET, []),
        (replace(RELEASE, kind=TicketKind.CHANGE), NOW, TICKET, []),
        (replace(RELEASE, fields={"changes": Field(readable=False)}), NOW, TICKET, []),
    ],
)
def test_a_release_is_outdated_when_a_change_in_it_was_looked_at_later(
    journal: Journal, release: Ticket, at: datetime, change: Ticket, outdated: list[str]
) -> None:
    journal.store(release, [], {}, at)
    journal.store(change, [], {}, LATER)
    assert [row.key for row in journal.outdated_releases()] == outdated


def test_a_release_that_was_looked_at_again_is_up_to_date_and_forgets_what_it_no_longer_contains(
    journal: Journal,
) -> None:
    journal.store(RELEASE, [], {}, NOW)
    journal.store(TICKET, [], {}, LATER)
    journal.store(replace(RELEASE, fields={"changes": Field(("CHG-2",))}), [], {}, LATER)
    journal.store(TICKET, [], {}, LATER + timedelta(hours=1))
    assert journal.outdated_releases() == ()
    journal.gone("jira", "9", LATER)
    journal.store(replace(TICKET, key="CHG-2"), [], {}, LATER + timedelta(hours=2))
    assert journal.outdated_releases() == ()
