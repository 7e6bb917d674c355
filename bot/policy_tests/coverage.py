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

BEGIN, END = "<!-- cases: generated -->", "<!-- end of cases -->"


def counted(folder: Path) -> Mapping[str, Counter[Expected]]:
    """How many cases of a folder expect each verdict, by requirement."""
    table: dict[str, Counter[Expected]] = defaultdict(Counter)
    for file in case_files(folder):
        for case in read_cases(file).cases:
            for rule_id, expected in case.expect.items():
                table[rule_id][expected] += 1
    return table


def table(folder: Path = Path(str(PACKS)) / "cases") -> str:
    """The table: a row per requirement that is asked of tickets, a column per verdict, and the sum."""
    return "\n".join(_lines(counted(folder))) + "\n"


def _lines(counts: Mapping[str, Counter[Expected]]) -> Iterator[str]:
    yield "| requirement | " + " | ".join(e.value for e in Expected) + " | cases |"
    yield "|---" * (len(Expected) + 2) + "|"
    rules = [rule for pack in load_packs(known_packs()) for rule in pack.rules if rule.item is Item.RULE]
    for rule in rules:
        found = counts.get(rule.id, Counter())
        yield _row(rule.id, found)
    yield _row(f"**{len(rules)} requirements**", sum((counts.get(r.id, Counter()) for r in rules), Counter()))


def _row(name: str, found: Counter[Expected]) -> str:
    cells = [str(found[expected] or "") for expected in Expected]
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
