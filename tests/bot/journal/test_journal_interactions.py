"""Deeds: kept once, worked off once, whatever is killed when; pauses, and who a finding waits for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from build import AN, BO, CAB, complete, members
from fakes import Clock
from sqlalchemy import select

from bot.journal import Decided, Journal, open_journal
from bot.journal.schema import INTERACTION
from domain.lifecycle import State, Verdict
from domain.people import Role
from domain.ports.interactions import Interaction, InteractionKind
from domain.snooze import Snooze, SnoozeKind
from domain.waiver import Waiver
from rules.engine import evaluate
from rules.loading.loader import load_packs

PRESS = Interaction(
    "press:1", InteractionKind.PRESS, "U1", "seen", "jira:1||a", {"a": "b"}, "C1", "", "https://hook", "Tr1"
)


def pause_for(
    clock: Clock, hours: float = 1, account: str = "an", kind: SnoozeKind = SnoozeKind.SNOOZED
) -> Snooze:
    return Snooze("jira:1", account, account.title(), kind, clock(), clock() + timedelta(hours=hours), "D1")


def states(journal: Journal) -> list[tuple[str, str]]:
    with journal.read() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                select(INTERACTION.c.state, INTERACTION.c.outcome).order_by(INTERACTION.c.id)
            )
        ]


def test_a_deed_is_kept_once_and_worked_off_once(journal: Journal, clock: Clock) -> None:
    assert [journal.keep(PRESS, clock()) for _ in range(3)] == [True, False, False]
    deed = journal.next_interaction("me", clock(), 60)
    assert deed is not None
    assert (deed.interaction, deed.answer, deed.state) == (PRESS, None, "waiting")
    assert journal.next_interaction("other", clock(), 60) is None, "one at a time"
    assert journal.decide(deed, "me", Decided("seen", {"tell": {"text": "x"}}, "jira:1", "an", "An"), clock())
    journal.answered(deed, clock())
    assert journal.next_interaction("me", clock(), 60) is None
    assert not journal.keep(PRESS, clock()), "delivered again when all is done"
    assert (states(journal), journal.waiting_interactions()) == ([("done", "seen")], 0)
    (kept,) = journal.interactions_of("jira:1")
    assert (kept["person"], kept["account"], kept["action"], kept["outcome"]) == ("An", "an", "seen", "seen")
    assert kept["received_at"] == clock()


def test_what_allowed_answering_is_forgotten_afterwards(journal: Journal, clock: Clock) -> None:
    journal.keep(PRESS, clock())
    deed = journal.next_interaction("me", clock(), 60)
    assert deed
    journal.decide(deed, "me", Decided("seen", {"tell": {"text": "secret words"}}), clock())
    journal.answered(deed, clock())
    with journal.read() as connection:
        row = dict(connection.execute(select(INTERACTION)).mappings().one())
    assert (row["payload"], row["answer"]) == ({}, None)


def test_who_lost_a_deed_puts_nothing_on_record(journal: Journal, clock: Clock) -> None:
    journal.keep(PRESS, clock())
    slow = journal.next_interaction("slow", clock(), 60)
    clock.forward(seconds=61)
    quick = journal.next_interaction("quick", clock(), 60)
    assert slow is not None
    assert quick is not None
    assert journal.decide(quick, "quick", Decided("snoozed", pause=pause_for(clock)), clock())
    assert not journal.decide(slow, "slow", Decided("snoozed", pause=pause_for(clock, 9)), clock())
    assert journal.snoozes_of("jira:1") == (pause_for(clock),)


def test_a_waiver_and_its_deed_are_on_record_together_or_not_at_all(journal: Journal, clock: Clock) -> None:
    journal.keep(PRESS, clock())
    deed = journal.next_interaction("me", clock(), 60)
    assert deed is not None
    until = clock() + timedelta(days=3)
    made = Waiver("jira:1", ("ICR-13", "ICR-14"), "a good reason", "An", Role.CAB, clock(), until)
    decided = Decided("waived", {}, "jira:1", "an", "An", waiver=made)
    assert journal.decide(deed, "me", decided, clock())
    assert not journal.decide(deed, "me", decided, clock()), "worked on again after a kill"
    assert [w.rules for w in journal.waivers_of("jira:1")] == [("ICR-13",), ("ICR-14",)]


@pytest.mark.parametrize("decided", [False, True])
def test_what_a_killed_process_was_working_on_goes_on(
    sqlite_journal_url: str, clock: Clock, decided: bool
) -> None:
    first = open_journal(sqlite_journal_url)
    first.keep(PRESS, clock())
    deed = first.next_interaction("killed", clock(), 600)
    assert deed is not None
    if decided:
        first.decide(deed, "killed", Decided("seen", {"tell": {"text": "x"}}), clock())
    first.close()  # as the end of a process does; its lease stands
    again = open_journal(sqlite_journal_url)
    found = again.next_interaction("next", clock(), 60)
    assert found is not None
    assert found.answer == ({"tell": {"text": "x"}} if decided else None)
    again.close()


def test_a_deed_that_could_not_be_answered_waits_its_time(journal: Journal, clock: Clock) -> None:
    journal.keep(PRESS, clock())
    deed = journal.next_interaction("me", clock(), 60)
    assert deed is not None
    journal.try_again(deed, clock() + timedelta(seconds=30))
    assert journal.next_interaction("me", clock(), 60) is None
    clock.forward(seconds=30)
    later = journal.next_interaction("me", clock(), 60)
    assert later is not None
    assert later.attempts == 1


def decide(journal: Journal, clock: Clock, number: int, pause: Snooze) -> None:
    journal.keep(Interaction(f"p{number}", InteractionKind.PRESS, "U1"), clock())
    deed = journal.next_interaction("me", clock(), 60)
    assert deed is not None
    journal.decide(deed, "me", Decided("x", pause=pause), clock())
    journal.answered(deed, clock())


def test_the_last_pause_of_each_person_counts(journal: Journal, clock: Clock) -> None:
    decide(journal, clock, 1, pause_for(clock, 1))
    decide(journal, clock, 2, pause_for(clock, 5, "bo"))
    clock.forward(minutes=10)
    decide(journal, clock, 3, pause_for(clock, 3))
    assert {p.account: p.until for p in journal.snoozes_of("jira:1")} == {
        "an": clock() + timedelta(hours=3), "bo": clock() + timedelta(hours=5, minutes=-10),
    }  # fmt: skip
    assert journal.snoozes_of("jira:2") == ()


@pytest.mark.parametrize(
    ("hours", "kind", "awake"),
    [(0.5, SnoozeKind.SNOOZED, []), (1, SnoozeKind.SNOOZED, ["an"]), (2, SnoozeKind.SNOOZED, ["an"]),
     (2, SnoozeKind.SEEN, []), (80, SnoozeKind.SNOOZED, [])],
)  # fmt: skip
def test_whose_snooze_is_over(
    journal: Journal, clock: Clock, hours: float, kind: SnoozeKind, awake: list[str]
) -> None:
    decide(journal, clock, 1, pause_for(clock, 1, kind=kind))
    clock.forward(hours=hours)
    found = journal.snoozes_over(clock() - timedelta(days=3), clock())
    assert [p.account for p in found] == awake


def test_a_new_pause_takes_the_place_of_a_snooze(journal: Journal, clock: Clock) -> None:
    decide(journal, clock, 1, pause_for(clock, 1))
    decide(journal, clock, 2, pause_for(clock, 5, kind=SnoozeKind.SEEN))
    clock.forward(hours=2)
    assert journal.snoozes_over(clock() - timedelta(days=3), clock()) == ()


def test_open_findings_name_who_can_settle_them(journal: Journal, clock: Clock) -> None:
    facts = complete(
        state=State.AUTHORIZE, approvals=(), roles={Role.CAB: members(AN, BO, group=CAB)}, now=clock()
    )
    findings = evaluate(facts, load_packs(["vo-icr"]))
    journal.store(facts.ticket, findings, {}, clock())
    found = {one.rule: one for one in journal.open_findings()}
    assert ("person:cab", "an", "An") in found["ICR-11"].who or ("person:cab", "bo", "Bo") in found[
        "ICR-11"
    ].who
    assert {one.verdict for one in found.values()} <= {Verdict.PENDING, Verdict.MISSING, Verdict.VIOLATED}
    journal.gone("jira", "1", clock())
    assert journal.open_findings() == ()


def test_two_workers_never_get_the_same_deed(
    make_postgres: Callable[[str], str], postgres_template: str, clock: Clock
) -> None:
    url = make_postgres(postgres_template)
    one, two = open_journal(url), open_journal(url)
    for number in range(6):
        one.keep(Interaction(f"d{number}", InteractionKind.COMMAND, "U1"), clock())
    got = [j.next_interaction(o, clock(), 60) for _ in range(3) for j, o in ((one, "one"), (two, "two"))]
    assert len({d.id for d in got if d}) == 6
    one.close()
    two.close()
