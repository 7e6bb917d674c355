"""How much a run may write unasked, and whose word counts for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fakes import NOW

from bot.brake import FEW, Load, too_much
from bot.journal import Allowance, Journal


@pytest.mark.parametrize(
    ("load", "told"),
    [
        (Load(0, 0, 0), ""),
        (Load(200, 90, 200), ""),
        (Load(201, 10, 1000), "201 messages are more than SLUIS_MAX_WRITES=200"),
        (Load(FEW, 12, 12), ""),
        (Load(FEW + 1, 6, 12), ""),
        (
            Load(FEW + 1, 7, 12),
            "21 messages about 7 of 12 open tickets are about more than SLUIS_MAX_SHARE=50 percent of them",
        ),
        (
            Load(150, 101, 200),
            "150 messages about 101 of 200 open tickets are about more than SLUIS_MAX_SHARE=50 percent of them",
        ),
    ],
)
def test_what_is_too_much(load: Load, told: str) -> None:
    assert too_much(load, 200, 50) == told


def test_nothing_may_be_written_at_all_under_a_cap_of_nought() -> None:
    assert too_much(Load(1, 1, 100), 0, 50) == "1 messages are more than SLUIS_MAX_WRITES=0"


def test_a_word_is_used_up_by_the_cycle_that_takes_it(journal: Journal) -> None:
    word = Allowance(400, "Dirk Peeters", NOW + timedelta(days=1))
    assert journal.allowance(NOW) is None
    journal.allow(Allowance(10, "Dirk Peeters", NOW + timedelta(days=1)))
    journal.allow(word)
    assert [journal.allowance(NOW), journal.allowance(NOW)] == [word, None]


def test_a_word_counts_for_its_time_only(journal: Journal) -> None:
    journal.allow(Allowance(400, "Dirk Peeters", NOW))
    assert journal.allowance(NOW) is None


def test_why_nothing_is_written_is_kept_until_it_may_be(journal: Journal) -> None:
    assert journal.halted() == ""
    journal.halt("too much")
    assert journal.halted() == "too much"
    journal.halt("")
    assert journal.halted() == ""
