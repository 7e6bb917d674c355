"""How many cases of the packs show each verdict of each requirement, as a table of docs/proofs.md.

`python -m bot.policy_tests.coverage docs/proofs.md` writes it anew; `make cases-doc` does the same.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.policy_tests.reader import case_files, read_cases
from bot.policy_tests.schema import Expected
from rules.loading.loader import PACKS, Item, known_packs, load_packs
from rules.loading.schema import Counts, Rule

BEGIN, END = "<!-- cases: generated -->", "<!-- end of cases -->"


def counted(folder: Path) -> Mapping[str, Counter[Expected]]:
    """How many cases of a folder expect each verdict, by requirement."""
    table: dict[str, Counter[Expected]] = defaultdict(Counter)
    for file in case_files(folder):
        for case in read_cases(file).cases:
            for rule_id, expected in case.expect.items():
                table[rule_id][expected] += 1
    return table


def verdicts(rule: Rule) -> frozenset[Expected]:
    """What a requirement can come to, as its pack says: late only where its evidence must be there before the rollout,
    and nothing at all where it is asked of no ticket. Whether a check ever forbids anything no pack tells.
    """
    if not rule.asked:
        return frozenset({Expected.NOT_APPLICABLE})
    in_time = any(stage.evidence is Counts.BEFORE_ROLLOUT for stage in rule.stages)
    return frozenset(Expected) - (set() if in_time else {Expected.LATE})


def table(folder: Path = Path(str(PACKS)) / "cases") -> str:
    """The table: a row per requirement that is asked of tickets, a column per verdict ("–" where it cannot come to
    that), and the sum.
    """
    return "\n".join(_lines(counted(folder))) + "\n"


def _lines(counts: Mapping[str, Counter[Expected]]) -> Iterator[str]:
    yield "| requirement | " + " | ".join(e.value for e in Expected) + " | cases |"
    yield "|---" * (len(Expected) + 2) + "|"
    rules = [rule for pack in load_packs(known_packs()) for rule in pack.rules if rule.item is Item.RULE]
    for rule in rules:
        found = counts.get(rule.id, Counter())
        yield _row(rule.id, found, verdicts(rule))
    whole = sum((counts.get(r.id, Counter()) for r in rules), Counter())
    yield _row(f"**{len(rules)} requirements**", whole, frozenset(Expected))


def _row(name: str, found: Counter[Expected], possible: frozenset[Expected]) -> str:
    cells = [str(found[one] or ("" if one in possible else "–")) for one in Expected]
    return f"| {name} | {' | '.join(cells)} | {found.total()} |"


def put_into(text: str) -> str:
    """A page with the table between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        page.write_text(put_into(page.read_text(encoding="utf-8")), encoding="utf-8")
    if not sys.argv[1:]:
        sys.stdout.write(table())
