"""The audit trail on both databases: what is put on record, in which transaction, and what is found in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import text
from test_journal_ledger import COMMENT, LATER, NOW, SNAPSHOT, TICKET, finding

from bot.journal import Journal, open_journal
from bot.journal.audit import Entry, append
from bot.journal.audit_causes import Cause
from domain.hash_chain import START, Head
from domain.lifecycle import Verdict
from domain.people import Role
from domain.ports.messaging import Place
from domain.waiver import Waiver

WAIVER = Waiver("jira:10001", ("ICR-1",), "Comes in May", "Karim", Role.CAB, NOW, NOW + timedelta(days=9))


def record(journal: Journal) -> list[tuple[object, ...]]:
    found = journal.audit_excerpt({"jira:10001", "jira:2"})
    return [] if found is None else [(r.seq, r.cause, r.before, json.loads(r.facts)) for r in found.rows]


def whole(journal: Journal) -> list[str]:
    return [str(flaw) for flaw in journal.audit_flaws({})]


def lived(journal: Journal) -> None:
    """A ticket judged twice, commented on, and excepted."""
    journal.store(TICKET, [finding("ICR-1", Verdict.MISSING)], SNAPSHOT, NOW, [COMMENT])
    (due,) = journal.due_rows(NOW)
    slot = journal.lease(due.id, "me", NOW, 60)
    assert slot is not None
    journal.begin(slot, Place("10001"), NOW, 60)
    journal.confirm(slot, "501", LATER)
    journal.record_waiver(WAIVER, "acc-9")
    journal.store(TICKET, [finding("ICR-1", Verdict.MET)], SNAPSHOT | {"more": 1}, LATER)


def test_a_new_journal_has_an_empty_chain(journal: Journal) -> None:
    assert (journal.audit_head(), journal.audit_excerpt({"jira:10001"}), whole(journal)) == (
        Head(0, START),
        None,
        [],
    )


def test_what_happens_is_put_on_record(journal: Journal) -> None:
    lived(journal)
    journal.store(TICKET, [finding("ICR-1", Verdict.MET)], SNAPSHOT, LATER)
    journal.end_waiver("jira:10001", "ICR-1", LATER, "Karim")
    journal.gone("jira", "10001", LATER)
    journal.gone("jira", "10001", LATER)
    cite, text_ = "Vo-ICR R&D v2.1 §1.1", {"target": "jira", "kind": "comment", "text": "hash-a", "number": 1}
    first = {"rule": "ICR-1", "cite": cite, "before": None, "after": "missing"}
    second = {"rule": "ICR-1", "cite": cite, "before": "missing", "after": "met"}
    waived = {"event": "recorded", "rules": ["ICR-1"], "role": "cab", "until": WAIVER.until.isoformat()}
    assert record(journal) == [
        (1, "verdict", 0, {"key": "CHG-1", "state": "assess", "changes": [first]}),
        (2, "write", 1, {"event": "announced", **text_}),
        (3, "write", 2, {"event": "confirmed", "remote": "501", **text_}),
        (4, "waiver", 3, waived),
        (5, "verdict", 4, {"key": "CHG-1", "state": "assess", "changes": [second]}),
        (6, "waiver", 5, {"event": "ended", "rules": ["ICR-1"]}),
        (7, "gone", 6, {}),
    ]
    assert whole(journal) == []


def test_personal_data_stand_beside_the_chain(journal: Journal) -> None:
    lived(journal)
    found = journal.audit_excerpt({"jira:10001"})
    assert found is not None
    assert "Karim" not in repr(found.rows)
    kept = {(one.seq, one.part): json.loads(one.body) for one in found.beside}
    assert kept == {
        (1, "snapshot"): SNAPSHOT,
        (4, "personal"): {"by": {"id": "acc-9", "name": "Karim"}, "reason": "Comes in May"},
        (5, "snapshot"): SNAPSHOT | {"more": 1},
    }
    first, written, _, waived, second = found.rows
    assert first.snapshot == written.snapshot == waived.snapshot != second.snapshot


@pytest.mark.parametrize(
    ("error", "not_done", "told"),
    [
        ("too long", True, {"event": "failed", "error": "too long", "done": "no"}),
        ("time-out", False, {"event": "failed", "error": "time-out", "done": "unknown"}),
        ("", False, None),
    ],
)
def test_a_write_that_did_not_work_out(journal: Journal, error, not_done, told) -> None:
    journal.put_messages([COMMENT], NOW)
    slot = journal.lease(journal.due_rows(NOW)[0].id, "me", NOW, 60)
    assert slot is not None
    journal.release(slot, None, error, not_done=not_done, now=NOW)
    facts = [facts for *_, facts in record(journal)]
    rest = {"target": "jira", "kind": "comment", "text": "hash-a", "number": 1}
    assert facts == ([told | rest] if told else [])


def test_a_confirmation_that_comes_too_late_is_told_as_doubt(journal: Journal) -> None:
    journal.put_messages([COMMENT], NOW)
    first = journal.lease(journal.due_rows(NOW)[0].id, "me", NOW, 60)
    assert first is not None
    assert journal.lease(first.id, "other", NOW + timedelta(minutes=2), 60) is not None
    assert not journal.begin(first, Place("10001"), NOW, 60)
    assert not journal.confirm(first, "501", NOW)
    assert [facts["event"] for *_, facts in record(journal)] == ["doubted"]


def test_a_row_is_written_with_its_fact_or_not_at_all(journal: Journal) -> None:
    lived(journal)
    before = journal.audit_head()
    with pytest.raises(RuntimeError), journal.write() as connection:
        append(connection, Entry(Cause.INTERACTION, "jira:2", {"did": "snoozed"}), NOW)
        raise RuntimeError
    assert (journal.audit_head(), whole(journal)) == (before, [])
    seq = journal.record(Entry(Cause.INTERACTION, "jira:2", {"did": "snoozed"}, {"by": {"id": "1"}}), NOW)
    assert (seq, journal.audit_length(), whole(journal)) == (before.seq + 1, before.seq + 1, [])


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["UPDATE audit SET facts = replace(facts, 'missing', 'met') WHERE seq = 1"], ["row 1: was changed"]),
        (["UPDATE audit SET ticket = 'jira:7' WHERE seq = 3"], ["row 3: was changed"]),
        (
            ["DELETE FROM audit WHERE seq = 2"],
            ["row 2: is missing, or more up to row 2 are; rows were removed"],
        ),
        (
            ["DELETE FROM audit WHERE seq = 5", "DELETE FROM audit_personal WHERE seq = 5"],
            [
                "row 5: is missing, or more up to row 5 are; the end of the chain was cut off",
                "row 1: says that ICR-1 is missing for jira:10001; the journal says met",
            ],
        ),
        (
            [
                "UPDATE audit SET seq = 99 WHERE seq = 2",
                "UPDATE audit SET seq = 2 WHERE seq = 3",
                "UPDATE audit SET seq = 3 WHERE seq = 99",
            ],
            ["row 2: was changed", "row 3: was changed", "row 4: does not follow row 3 as that stands now"],
        ),
        (
            ["UPDATE audit_personal SET body = replace(body, 'Karim', 'Dirk')"],
            [
                "row 4: its personal part, kept beside the chain, was changed",
                "row 4: the journal gives another reason or person for a waiver of ICR-1 for jira:10001",
            ],
        ),
        (
            ["DELETE FROM audit_personal WHERE seq = 1"],
            ["row 1: its snapshot part is gone, and no erasing of it is on record"],
        ),
        (
            ["UPDATE finding SET verdict = 'missing'"],
            ["row 5: says that ICR-1 is met for jira:10001; the journal says missing"],
        ),
        (
            ["UPDATE waiver SET until = '2099-01-01 00:00:00.000000'"],
            ["row 4: the journal's waivers of ICR-1 for jira:10001 are not those on record"],
        ),
        (
            ["DELETE FROM waiver"],
            ["row 4: the journal's waivers of ICR-1 for jira:10001 are not those on record"],
        ),
        (
            ["UPDATE waiver SET ticket = 'jira:10002', rule_id = 'ICR-2'"],
            [
                "row 4: the journal's waivers of ICR-1 for jira:10001 are not those on record",
                "the journal's waivers of ICR-2 for jira:10002 are not those on record",
            ],
        ),
        (["DELETE FROM audit_head"], ["row 5: is not where the head says that the chain ends (row 0)"]),
    ],
)
def test_tampering_is_found_and_named(journal: Journal, statements, told) -> None:
    lived(journal)
    with journal.write() as connection:
        for statement in statements:
            connection.execute(text(statement))
    assert whole(journal) == told


def test_an_anchor_finds_a_chain_that_was_started_anew(journal: Journal) -> None:
    lived(journal)
    noted = journal.audit_head()
    with journal.write() as connection:
        for table in ("audit", "audit_personal", "finding", "outbox", "waiver"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text(f"UPDATE audit_head SET seq = 0, hash = '{START}'"))
    lived(journal)
    assert whole(journal) == []
    assert [flaw.seq for flaw in journal.audit_flaws({noted.seq: noted.hash})] == [5]


def test_several_processes_append_to_one_chain(
    make_postgres: Callable[[str], str], postgres_template: str
) -> None:
    url = make_postgres(postgres_template)
    journals = [open_journal(url) for _ in range(4)]

    def work(journal: Journal) -> None:
        for number in range(25):
            journal.record(Entry(Cause.INTERACTION, f"jira:{number % 3}", {"n": number}), NOW)

    threads = [Thread(target=work, args=(journal,)) for journal in journals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (journals[0].audit_length(), whole(journals[0])) == (100, [])
    for journal in journals:
        journal.close()


def test_settings_are_put_on_record_when_they_change(journal: Journal) -> None:
    first = {"SLUIS_MODE": "observe", "JIRA_API_TOKEN": None}
    runs = [first, first, first | {"SLUIS_MODE": "act"}, {"SLUIS_MODE": "act", "ROLES__CAB": "Dirk"}]
    assert [journal.note_settings(values, NOW) for values in runs] == [True, False, True, True]
    with journal.read() as connection:
        rows = connection.execute(text("SELECT facts FROM audit ORDER BY seq")).scalars().all()
        beside = connection.execute(text("SELECT body FROM audit_personal")).scalars().all()
    told = [json.loads(facts) for facts in rows]
    assert [(one["settings"], one["changed"]) for one in told] == [
        (["JIRA_API_TOKEN", "SLUIS_MODE"], ["JIRA_API_TOKEN", "SLUIS_MODE"]),
        (["JIRA_API_TOKEN", "SLUIS_MODE"], ["SLUIS_MODE"]),
        (["ROLES__CAB", "SLUIS_MODE"], ["JIRA_API_TOKEN", "ROLES__CAB"]),
    ]
    assert len({one["digest"] for one in told}) == 3
    assert not any(word in repr([rows, beside]) for word in ("observe", "Dirk"))
    assert whole(journal) == []
