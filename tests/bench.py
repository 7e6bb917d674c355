"""`make bench`: how long the norms take, on one core.

3000 classifications        from loaded packs to measures
sluis measures --all        the same as a command, from the start of Python to its last line
tickets a second            facts → findings, all rules of the packs, over a spread of classes, kinds and states
a bare loop                 the same checks on the same facts without becauses, verdicts and citations

The command once, the others for the pack that is on by default and for all of them. Counted in the processes' own
time, so that what else the machine does makes little difference.
"""

from __future__ import annotations

import itertools
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from build import complete, subject

from domain.asset import Flag
from domain.facts import Facts
from domain.lifecycle import State
from rules.applicability import causes
from rules.check_api import CheckInput
from rules.checks import CHECKS
from rules.engine import evaluate, measures
from rules.loading.loader import Pack, known_packs, load_packs

TICKETS = 400


def main() -> None:
    """Print the figures; the best of five runs each."""
    sys.stdout.write(f"sluis measures --all: {_best(_command, _of_children):.3f} s\n")
    cases = _cases()
    for names in dict.fromkeys((("vo-icr",), known_packs())):
        packs = load_packs(names)
        count = sum(bool(rule.check) for pack in packs for rule in pack.rules)
        took = _best(lambda packs=packs: _all_measures(packs))
        whole = _best(lambda packs=packs: _each(cases, evaluate, packs))
        bare = _best(lambda packs=packs: _each(cases, _bare, packs))
        sys.stdout.write(
            f"{', '.join(names)} ({count} rules)\n"
            f"  3000 classifications: {took:.3f} s\n"
            f"  tickets a second: {len(cases) / whole:.0f}"
            f" (bare loop of the same checks: {len(cases) / bare:.0f})\n"
        )


def _each(cases: list[Facts], work: Callable[..., object], packs: tuple[Pack, ...]) -> None:
    """One ticket after the other, none of the answers kept."""
    for facts in cases:
        work(facts, packs)


def _command() -> None:
    command = [sys.executable, "-m", "bot", "measures", "--all", "--format", "jsonl"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _best(work: Callable[[], object], used: Callable[[], float] = time.process_time) -> float:
    def once() -> float:
        started = used()
        work()
        return used() - started

    return min(once() for _ in range(5))


def _all_measures(packs: tuple[Pack, ...]) -> None:
    sets = [
        [f for f, on in zip(Flag, on_, strict=True) if on]
        for on_ in itertools.product((False, True), repeat=3)
    ]
    for c, i, a in itertools.product(range(1, 6), repeat=3):
        for flags, size in itertools.product(sets, ("major", "minor", "sprint")):
            measures(c, i, a, flags, size, packs)


def _cases() -> list[Facts]:
    spread = itertools.cycle(
        itertools.product(range(1, 6), range(1, 6), (State.ASSESS, State.REVIEW), (False, True))
    )
    return [
        complete(state=state, subjects=(subject(c=c, i=i, a=3, flags=tuple(Flag) if flagged else ()),))
        for c, i, state, flagged in itertools.islice(spread, TICKETS)
    ]


def _bare(facts: Facts, packs: tuple[Pack, ...]) -> None:
    kind = facts.ticket.kind
    for rule in (rule for pack in packs for rule in pack.rules if rule.check and kind in rule.applies.kinds):
        reasons = tuple(why for subject_ in facts.subjects for why in causes(rule.applies, subject_))
        if reasons:
            for stage in rule.stages:
                CHECKS[stage.check].run(facts, CheckInput(stage.params, reasons, facts.subjects))


if __name__ == "__main__":
    main()
