"""The packs' own cases hold, and there are enough of them: each verdict that a requirement can come to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest
from build import english

from bot.policy_tests.coverage import verdicts
from bot.policy_tests.reader import case_files, read_cases, unknown_rules
from bot.policy_tests.runner import run
from bot.policy_tests.schema import Expected
from domain.fields import FIELDS, Kind
from domain.words import empty, says_no, says_none
from rules.loading.loader import PACKS, Item, known_packs, load_packs

CASES = Path(str(PACKS)) / "cases"
READS = [(file.parent.name, read_cases(file)) for file in case_files(CASES)]
LOADED = {name: load_packs([name]) for name in known_packs()}
ALL = [(read, case) for _, read in READS for case in read.cases]


@pytest.mark.parametrize(
    ("read", "case"), ALL, ids=[f"{read.name}: {case.name}".replace("/", "_") for read, case in ALL]
)
def test_a_case_of_a_pack(read, case):
    packs = [pack for name in read.packs for pack in LOADED[name]]
    ran = run(read.name, case, packs)
    assert [
        (d.rule, d.expected.value, d.got.value, english(d.seen) if d.seen else "") for d in ran.differences
    ] == []


def test_every_file_stands_in_the_folder_of_a_pack_that_it_is_about():
    assert [read.name for folder, read in READS if folder not in read.packs] == []
    assert [line for _, read in READS for line in unknown_rules(read, sum(LOADED.values(), ()))] == []


def forbidding() -> set[str]:
    """Checks by which something was ever violated in a case: then it must be shown of every requirement that has one
    of them. What the other checks ask can only be lacking.
    """
    table = shown()
    rules = [rule for packs in LOADED.values() for pack in packs for rule in pack.rules]
    return {str(rule.check) for rule in rules if table[rule.id][Expected.VIOLATED]}


NEVER_UNKNOWN = {"ICR-19", "ICR-55"}
"""Whether a notification was delivered is in our own journal, which can always be read."""


def wanted(rule) -> set[Expected]:
    """The verdicts that must be shown of a requirement. Waivers are recorded, not derived.

    What is reserved or declared for the organisation is asked of no ticket.
    """
    possible = verdicts(rule) - {Expected.WAIVED}
    if rule.check not in FORBIDDING:
        possible -= {Expected.VIOLATED}
    return possible - ({Expected.UNKNOWN} if rule.id in NEVER_UNKNOWN else set())


def shown() -> dict[str, Counter[Expected]]:
    """How many cases show each verdict of each requirement."""
    table: dict[str, Counter[Expected]] = defaultdict(Counter)
    for _, case in ALL:
        for rule_id, expected in case.expect.items():
            table[rule_id][expected] += 1
    return table


FORBIDDING = forbidding()


def test_ten_checks_at_least_forbid_something():
    assert len(FORBIDDING) >= 10


@pytest.mark.parametrize("name", known_packs())
def test_every_verdict_of_every_requirement_is_shown(name):
    table = shown()
    rules = [rule for pack in LOADED[name] for rule in pack.rules if rule.item is not Item.REPORT]
    print(f"\n{'':8}" + "".join(f"{e.value:>16}" for e in Expected))  # noqa: T201
    for rule in rules:
        print(f"{rule.id:8}" + "".join(f"{table[rule.id][e] or '':>16}" for e in Expected))  # noqa: T201
    lacking = {r.id: sorted(e.value for e in wanted(r) if not table[r.id][e]) for r in rules}
    assert {rule_id: verdicts for rule_id, verdicts in lacking.items() if verdicts} == {}


NO_NORM = {"description", "classification"}
"""What is said of a ticket as a whole is evidence of nothing."""


def test_every_text_field_is_denied_in_some_case():
    texts = {name for name, spec in FIELDS.items() if spec.kind is Kind.TEXT}
    denied = {
        name
        for read, case in ALL
        for name, raw in case.ticket.fields.items()
        for said in [raw.get("value") if isinstance(raw, Mapping) else raw]
        if name in texts
        and isinstance(said, str)
        and said
        and (empty(said, name) or says_none(said, name) or says_no(said))
    }
    assert texts - denied - NO_NORM == set()
