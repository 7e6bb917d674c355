"""Counting findings: each ticket once, by what it was judged last."""

from __future__ import annotations

from build import NOW, complete

from bot.report import Report
from rules.engine import evaluate
from rules.loading.loader import load_packs

PACKS = load_packs(("vo-icr",))


def test_a_ticket_that_is_judged_twice_counts_once_by_its_last_judgement() -> None:
    good, poor = evaluate(complete(), PACKS), evaluate(complete(test_data="production"), PACKS)
    twice, once = Report("act", NOW), Report("act", NOW)
    assert [twice.judged("jira:1", poor), twice.judged("jira:2", good), twice.judged("jira:1", good)] == [
        True,
        True,
        False,
    ]
    once.judged("jira:1", good)
    once.judged("jira:2", good)
    assert (twice.rules, +twice.verdicts) == (once.rules, once.verdicts)
    assert twice.rules["ICR-16"] == {"met": 2}
