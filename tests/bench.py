"""`make bench`: how long the norms take, on one core.

3000 classifications        from a loaded pack to measures
tickets a second            facts → findings, all rules of the pack, over a spread of classes and states
a bare loop                 the same checks on the same facts without becauses, verdicts and citations
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable

from build import complete, subject

from bot.model.asset import Flag
from bot.model.facts import Facts
from bot.model.lifecycle import State
from rules.applicability import causes
from rules.checks import CHECKS
from rules.demand import Demand
from rules.engine import evaluate, measures
from rules.policy import Pack, load_packs

TICKETS = 400


def main() -> None:
    """Print the figures; the best of three runs each."""
    packs = load_packs(["vo-icr"])
    took = _best(lambda: _all_measures(packs))
    sys.stdout.write(f"3000 classifications: {took:.3f} s\n")
    cases = _cases()
    whole = _best(lambda: [evaluate(facts, packs) for facts in cases])
    bare = _best(lambda: [_bare(facts, packs) for facts in cases])
    sys.stdout.write(
        f"tickets a second: {len(cases) / whole:.0f} (bare loop of the same checks: {len(cases) / bare:.0f})\n"
    )


def _best(work: Callable[[], object]) -> float:
    def once() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return min(once() for _ in range(3))


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
    for rule in (rule for pack in packs for rule in pack.rules if rule.check):
        reasons = tuple(why for subject_ in facts.subjects for why in causes(rule.applies, subject_))
        if reasons:
            CHECKS[rule.check].run(facts, Demand(rule.params, reasons, facts.subjects))


if __name__ == "__main__":
    main()
