"""Cases against the rules: what was expected, what came of it, and what the rule saw."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.messages.i18n.speaker import Translator
from bot.policy_tests.facts import facts_of
from bot.policy_tests.reader import Read
from bot.policy_tests.schema import Case, Expected
from domain.facts import Facts
from domain.finding import Finding
from domain.sentence import Say
from rules.engine import evaluate, why_not
from rules.loading.loader import Pack


@dataclass(frozen=True, slots=True)
class Difference:
    """A requirement that came to something else than expected, and what was seen of it."""

    rule: str
    expected: Expected
    got: Expected
    seen: Say | None


@dataclass(frozen=True, slots=True)
class Ran:
    """One case that was run, and how each requirement came out that it names."""

    file: str
    case: Case
    got: Mapping[str, Expected]
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came as expected."""
        return not self.differences

    def as_json(self, speak: Translator) -> dict[str, Any]:
        """The same for machines."""
        return {
            "file": self.file,
            "case": self.case.name,
            "passed": self.passed,
            "differences": [
                {
                    "rule": d.rule,
                    "expected": d.expected.value,
                    "got": d.got.value,
                    "seen": speak(d.seen) if d.seen else None,
                }
                for d in self.differences
            ],
        }


def run_all(reads: Iterable[Read], packs: Sequence[Pack]) -> Iterator[Ran]:
    """Every case of the files, in order."""
    for read in reads:
        for case in read.cases:
            yield run(read.name, case, packs)


def run(file: str, case: Case, packs: Sequence[Pack]) -> Ran:
    """One case. Only the requirements it names are compared, unless it says `exactly`."""
    facts = facts_of(case)
    found = {finding.id: finding for finding in evaluate(facts, packs)}
    wanted = dict(case.expect)
    if case.exactly:
        wanted |= {rule: Expected.NOT_APPLICABLE for rule in found if rule not in wanted}
    got = {rule: Expected.of(found[rule].verdict if rule in found else None) for rule in wanted}
    different = (
        Difference(rule, expected, got[rule], _seen(facts, packs, rule, found))
        for rule, expected in wanted.items()
        if got[rule] is not expected
    )
    return Ran(file, case, got, tuple(different))


def _seen(facts: Facts, packs: Sequence[Pack], rule: str, found: Mapping[str, Finding]) -> Say | None:
    return found[rule].seen if rule in found else why_not(facts, packs, rule)
