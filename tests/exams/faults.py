"""`make exam-faults`: everything goes wrong, and the outside ends as if nothing had happened.

The story of `tests.exams.story` is told with a trouble in the first run of every chapter: of a line, of a system's
answers, of what it lets the bot see, of the machine. After that run either all is well outside and the exit code says
so, or the exit code and a line of text say that it is not; what the trouble does not touch is served all the same.
Every chapter ends with every message there exactly as in the undisturbed telling, and a further run writes nothing.
In the end one ticket among a thousand is poison, and nights without an hour, or with one hour twice, go by.

    python -m tests.exams.faults                  # the whole exam: each fault strikes each kind of request
    python -m tests.exams.faults --times 9        # ... in nine chapters
    python -m tests.exams.faults --only jira      # troubles whose name holds this
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tests.exams import nights, poison
from tests.exams.outside import Outside
from tests.exams.process import Bot
from tests.exams.scene import Scene
from tests.exams.story import PLAIN, Env, Telling, differences, tell
from tests.exams.troubles import CLOCK, Strike, line_troubles, machine_troubles, sight_troubles


@dataclass(slots=True)
class Trouble:
    """Strikes of one kind, one after the other, each in the next chapter in which it can occur. `spared` are systems
    whose messages must be right all the same. With `late` the run itself may leave something for the right time.
    """

    name: str
    due: deque[tuple[str, Strike]]
    spared: tuple[str, ...] = ()
    late: bool = False
    struck: list[str] = field(default_factory=list)

    def first_run(self, scene: Scene, env: Env, chapter: int) -> Bot:
        """A chapter's first run, with the next strike."""
        self.struck.append("")
        if not self.due:
            bot = Bot(env)
            bot.wait()
            return bot
        name, strike = self.due[0]
        bot, met = strike(scene, env)
        if met:
            self.due.popleft()
            self.struck[-1] = name
        return bot

    def tellings(self, reference: Telling) -> Iterator[Verdict]:
        """The story, until every strike has had its chapter."""
        while self.due:
            self.struck = []
            told = tell(self.first_run, replace(PLAIN, again=True))
            found = judge(self, told, reference)
            if not any(self.struck):
                found = [f"cannot occur in this story: {', '.join(name for name, _ in self.due)}"]
                self.due.clear()
            yield Verdict(self.name, [name for name in self.struck if name], found, told.runs)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one telling: what struck, what was not as it should be, and how often the bot ran."""

    name: str
    struck: list[str]
    found: list[str]
    runs: int


def troubles(times: int) -> Iterator[Trouble]:
    """All of them."""
    for group in (line_troubles(), sight_troubles(), machine_troubles()):
        for kind, strikes, spared in group:
            yield Trouble(kind, deque(strikes * times), spared, late=kind == CLOCK)


def judge(trouble: Trouble, told: Telling, reference: Telling) -> list[str]:
    """What was not as it should be, a line each."""
    found, unseen = list(told.wrong), False
    for chapter, name in enumerate(trouble.struck):
        code, said, after = told.exits[chapter], told.said[chapter], told.after_first[chapter]
        wanted, place = reference.after_first[chapter], f"chapter {chapter + 1} ({name or 'undisturbed'})"
        # A run that could not look ends with 1; until the ticket is looked at again, it stands there as unknown.
        unseen = unseen or (code != 0 and _says_unseen(after - wanted))
        if code == 0 and not trouble.late and not unseen:
            found += [f"{place} ended with 0, yet {line}" for line in differences(after, wanted)]
        if code not in (0, 1, 2) or "Traceback" in said:
            found.append(f"{place} ended with {code} and said: {said[-600:]}")
        if code and not said.strip():
            found.append(f"{place} ended with {code} and said nothing")
        for system in trouble.spared:
            both = differences(*_of(system, after, wanted))
            found += [f"{place}, after its first run: {line}" for line in both]
        both_ends = told.ends[chapter], reference.ends[chapter]
        ends = differences(*(map(_headings, both_ends) if unseen else both_ends))
        found += [f"{place}, in the end: {line}" for line in ends]
        if ends:
            break  # whatever follows differs for the same reason
    return found


def _says_unseen(news: Outside) -> bool:
    """Whether it stands in a ticket that something could not be looked at: what an account may not see is unknown.
    What was announced meanwhile, once and for all, said so too.
    """
    return any("What could be looked at" in what[2] or "could not be looked at" in what[2] for what in news)


def _headings(world: Outside) -> Outside:
    """Where messages stand and what they are about, whatever they say of it."""
    about: Outside = Counter()
    for what, count in world.items():
        about[(*what[:2], "" if what[0] in ("jira", "servicenow") else what[-1].partition("\n")[0])] += count
    return about


def _of(system: str, after: Outside, wanted: Outside) -> tuple[Outside, Outside]:
    """What stands in a system, but for tickets that rightly tell that their notification is held up elsewhere."""
    held_up = {what[:2] for what in after if "a formal notification is on its way" in what[2]}
    ours, theirs = (
        Outside({what: n for what, n in one.items() if what[0] == system and what[:2] not in held_up})
        for one in (after, wanted)
    )
    return ours, theirs


def all_verdicts(only: list[str], times: int) -> Iterator[Verdict]:
    """Each telling, as it was told."""
    reference = tell()
    if reference.wrong or any(reference.exits):
        yield Verdict("undisturbed", [], [f"not well: {reference.wrong} {reference.said}"], reference.runs)
        return
    for trouble in troubles(times):
        if _asked(only, trouble.name):
            yield from trouble.tellings(reference)
    for name, told in nights.tellings():
        if _asked(only, name):
            yield Verdict(name, [name], *told())
    if _asked(only, poison.NAME):
        yield Verdict(poison.NAME, [poison.NAME], *poison.one_in_a_thousand())


def _asked(only: list[str], name: str) -> bool:
    return any(part in name for part in only)


def main() -> int:
    """Hold the exam; gives the exit code."""
    asked = argparse.ArgumentParser(description="Let everything go wrong, and look at the outside.")
    asked.add_argument("--only", nargs="+", default=[""], help="only troubles whose name holds one of these")
    asked.add_argument("--times", type=int, default=1, help="chapters in which each fault strikes")
    given = asked.parse_args()
    started, wrong, told, runs, struck = time.monotonic(), 0, 0, 0, 0
    for verdict in all_verdicts(given.only, given.times):
        wrong, told = wrong + bool(verdict.found), told + 1
        runs, struck = runs + verdict.runs, struck + len(verdict.struck)
        print(
            f"{'DIFFERS' if verdict.found else 'ok'}  {verdict.name}: {', '.join(verdict.struck)}", flush=True
        )
        for line in verdict.found:
            print(f"    {line}", flush=True)
    ends = f"{told - wrong} of {told} tellings end as they should"
    print(f"{struck} faults in {runs} runs, {ends}; {time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
