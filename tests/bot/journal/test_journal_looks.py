"""What is remembered from one look at a ticket to the next, in the journal, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from build import AN, BO, day
from sqlalchemy import event, select
from test_journal_ledger import TICKET

from bot.journal import Journal, Reading
from bot.journal.schema import LOOK
from bot.policy.looks import Observation, observed
from domain.asset import Asset, Subject
from domain.fields import Field
from domain.lifecycle import State
from domain.pseudonym import Persona
from domain.ticket import AssetRef, Change, Ticket

SUBJECT = TICKET.subject


def site(owner: Any = AN, integrity: int = 2) -> Subject:
    return Subject("Website", 2, 2, 2, asset=Asset("cmdb", "1", "Website", integrity=Field(integrity),
                                                   owner=Field((owner,))))  # fmt: skip


def made(**given: Any) -> Ticket:
    fields = {name: Field(value) for name, value in given.items()}
    return replace(TICKET, fields=fields, assets=(AssetRef("cmdb", "1", "Website"),), created=day(1))


def look(number: int, *subjects: Subject, **given: Any) -> Observation:
    return observed(made(**given), subjects, day(number, 10), day(number, 10) + timedelta(minutes=5))


def keep(journal: Journal, seen: Observation) -> None:
    journal.store(TICKET, [], {}, seen.at, reading=Reading("", seen))


@contextmanager
def writes(journal: Journal) -> Iterator[list[str]]:
    """The statements about looks."""
    found: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        if " look " in " ".join(statement.split()) + " ":
            found.append(statement.split(maxsplit=1)[0])

    event.listen(journal.engine, "before_cursor_execute", note)
    yield found
    event.remove(journal.engine, "before_cursor_execute", note)


def test_look_by_look(journal: Journal) -> None:
    assert journal.remembered(SUBJECT) is None
    keep(journal, look(2, site(), implementer=(AN,)))
    keep(journal, look(3, site(), test_plan="Twelve cases", implementer=(AN,)))
    keep(journal, look(4, site(BO, 4), test_plan="Twelve cases"))
    keep(journal, look(6, site(BO, 4), test_plan="Twelve cases", implementer=(BO,)))
    known = journal.remembered(SUBJECT)
    assert known
    began, minutes = {n: day(n, 10) for n in range(2, 7)}, timedelta(minutes=5)
    assert (known.first, known.began, known.at) == (began[2] + minutes, began[6], began[6] + minutes)
    assert known.changes == (
        # not mapped at the look before: it may have been there from the start
        Change("test_plan", "", "Twelve cases", None, began[3] + minutes, day(1)),
        Change("integrity", "2", "4", None, began[4] + minutes, began[3], "Website"),
        Change("owner", "An", "Bo", None, began[4] + minutes, began[3], "Website"),
        # not to be seen at the look before
        Change("implementer", "An", "Bo", None, began[6] + minutes, began[3]),
    )
    assert known.kept == {key: replace(one, since=None) for key, one in known.kept.items()}, (
        "all of it was seen at the last look"
    )


def test_where_nothing_changed_one_statement_writes_the_moment(journal: Journal) -> None:
    keep(journal, look(2, site(), test_plan="a"))
    with writes(journal) as found:
        keep(journal, look(3, site(), test_plan="a"))
    assert found == ["UPDATE"]
    keep(journal, look(5, site(), test_plan="b"))
    known = journal.remembered(SUBJECT)
    assert known and known.changes == (
        Change("test_plan", "a", "b", None, day(5, 10) + timedelta(minutes=5), day(3, 10)),
    )


def test_without_a_look_nothing_is_remembered(journal: Journal) -> None:
    journal.store(TICKET, [], {}, day(2))
    assert journal.remembered(SUBJECT) is None


def test_a_look_that_is_older_than_the_last_changes_nothing(journal: Journal) -> None:
    keep(journal, look(2, test_plan="a"))
    last = look(3, test_plan="b")
    keep(journal, last)
    before = journal.remembered(SUBJECT)
    slow = replace(look(3, test_plan="a"), at=last.at - timedelta(minutes=1))
    keep(journal, slow)
    assert journal.remembered(SUBJECT) == before


def test_no_long_text_and_no_address_is_kept(journal: Journal) -> None:
    long = "Steps of the plan: " + "one more; " * 60
    keep(journal, look(2, implementation_plan=long, implementer=(replace(AN, email="an@example.org"),)))
    keep(journal, look(3, implementation_plan=long + "done", implementer=()))
    with journal.read() as connection:
        (row,) = connection.execute(select(LOOK)).mappings()
    assert "example.org" not in str(row)
    assert str(row).count("one more") < 20


def test_who_is_erased_is_erased_here_and_has_not_changed(journal: Journal) -> None:
    keep(journal, look(2, site(BO), implementer=(AN,), risks="Ask An"))
    keep(journal, look(3, site(AN), implementer=(AN,), risks="Ask An"))
    an = Persona(frozenset({"an"}), frozenset({"An"}))
    assert journal.accounts("An")["an"] == {"An"}
    assert "look" in {place.table for place in journal.told_of(an)}
    assert journal.erase(an, day(3)).changed["look"] == 1
    assert "look" not in {place.table for place in journal.told_of(an)}
    known = journal.remembered(SUBJECT)
    assert known and [one.after[:7] for one in known.changes] == ["person-"]
    keep(journal, look(4, site(AN), implementer=(AN,), risks="ask an", test_plan="a"))
    later = journal.remembered(SUBJECT)
    assert later and [one.field for one in later.changes] == ["owner", "test_plan"]


def test_it_is_forgotten_with_its_ticket(journal: Journal) -> None:
    closed = replace(TICKET, state=State.CLOSED, updated=day(2))
    journal.store(closed, [], {}, day(2), reading=Reading("", look(2, test_plan="a")))
    assert journal.forget_before(day(9), day(9)) == 1
    assert journal.remembered(SUBJECT) is None
