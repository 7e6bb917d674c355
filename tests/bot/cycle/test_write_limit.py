"""How much a run may write unasked, and whose word counts for how long."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from fakes import NOW
from sqlalchemy import insert, select

from bot.cycle.write_limit import FEW, PlannedWrites, exceeds_limit
from bot.journal import Allowance, Journal
from bot.journal.schema import AUDIT, AUDIT_PERSONAL, META
from domain.pseudonym import Persona


@pytest.mark.parametrize(
    ("load", "told"),
    [
        (PlannedWrites(0, 0, 0), ""),
        (PlannedWrites(200, 90, 200), ""),
        (PlannedWrites(201, 10, 1000), "201 messages are more than SLUIS_MAX_WRITES=200"),
        (PlannedWrites(FEW, 12, 12), ""),
        (PlannedWrites(FEW + 1, 6, 12), ""),
        (
            PlannedWrites(FEW + 1, 7, 12),
            "21 messages about 7 of 12 open tickets are about more than SLUIS_MAX_SHARE=50 percent of them",
        ),
        (
            PlannedWrites(150, 101, 200),
            "150 messages about 101 of 200 open tickets are about more than SLUIS_MAX_SHARE=50 percent of them",
        ),
    ],
)
def test_what_is_too_much(load: PlannedWrites, told: str) -> None:
    assert exceeds_limit(load, 200, 50) == told


def test_nothing_may_be_written_at_all_under_a_cap_of_nought() -> None:
    assert exceeds_limit(PlannedWrites(1, 1, 100), 0, 50) == "1 messages are more than SLUIS_MAX_WRITES=0"


def said(messages: int, until: datetime = NOW + timedelta(days=1)) -> Allowance:
    return Allowance(messages, "Dirk Peeters", "dpeeters", until)


def test_a_word_is_used_up_by_the_cycle_that_takes_it(journal: Journal) -> None:
    word = said(400)
    assert journal.allowance(NOW) is None
    journal.allow(said(10), NOW)
    journal.allow(word, NOW)
    assert [journal.allowance(NOW), journal.allowance(NOW)] == [word, None]


def test_a_word_counts_for_its_time_only(journal: Journal) -> None:
    journal.allow(said(400, NOW), NOW)
    assert journal.allowance(NOW) is None


def test_who_gave_a_word_is_on_record_and_nowhere_else(journal: Journal) -> None:
    journal.allow(said(400), NOW)
    journal.allow_once(replace(said(500), by=""), NOW)
    journal.allowance_used(380, "too much", NOW)
    with journal.read() as connection:
        facts = [json.loads(row.facts) for row in connection.execute(select(AUDIT).order_by(AUDIT.c.seq))]
        beside = [json.loads(row.body) for row in connection.execute(select(AUDIT_PERSONAL))]
        elsewhere = repr([list(connection.execute(select(table))) for table in (META, AUDIT)])
    assert [(one["event"], one["messages"]) for one in facts] == [
        ("given", 400), ("given", 500), ("used", 380),
    ]  # fmt: skip
    assert beside == [{"as": "Dirk Peeters", "user": "dpeeters"}, {"as": "", "user": "dpeeters"}]
    assert not {"Dirk", "dpeeters"} & set(re.findall(r"\w+", elsewhere))
    assert list(journal.audit_flaws({})) == []


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("Dirk Peeters", "the account dpeeters of the machine, in the name of Dirk Peeters"),
        ("", "the account dpeeters of the machine"),
    ],
)
def test_the_report_tells_what_is_known_of_who_gave_it(by: str, told: str) -> None:
    assert str(replace(said(400), by=by)) == told


def test_who_gave_a_word_is_erased_and_forgotten_and_the_word_counts(journal: Journal) -> None:
    journal.allow(said(400), NOW)
    done = journal.erase(Persona(frozenset({"dpeeters"}), frozenset({"Dirk Peeters"})), NOW)
    word = journal.allowance(NOW)
    assert word and (word.by, word.user, word.messages) == (done.pseudonym, done.pseudonym, 400)
    journal.allow(said(400, NOW + timedelta(days=99)), NOW)
    journal.forget_before(NOW + timedelta(days=1), NOW + timedelta(days=1))
    word = journal.allowance(NOW)
    assert word and str(word) == "the account (not kept) of the machine"
    assert list(journal.audit_flaws({})) == []


def test_a_word_of_before_these_were_on_record_does_not_count(journal: Journal) -> None:
    old = {"messages": 9, "by": "Dirk Peeters", "until": (NOW + timedelta(days=1)).isoformat()}
    with journal.write() as connection:
        connection.execute(insert(META).values(name="allowance", value=json.dumps(old)))
    assert journal.allowance(NOW) is None


def test_why_nothing_is_written_is_kept_until_it_may_be(journal: Journal) -> None:
    assert journal.halted() == ""
    journal.halt("too much")
    assert journal.halted() == "too much"
    journal.halt("")
    assert journal.halted() == ""
