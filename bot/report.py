"""Stage 6: what a run saw, said, held back and could not do; and the exit code that follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.finding import Finding, Timing
from domain.lifecycle import Verdict
from rules.declarations import Declared
from rules.loading.loader import Item, Pack, Rule
from rules.nothing_asked import NothingAsked, WhyNothing

EXIT_OK, EXIT_INCOMPLETE, EXIT_USAGE = 0, 1, 2
"""0: all was read and delivered. 1: something stayed unread or undelivered. 2: wrong usage or settings."""


NOT_MEASURED = "not measured"
Verdicts = tuple[tuple[str, Verdict, bool], ...]
"""The outcome of one ticket: rule id, verdict, and whether it cannot be seen if what meets it came in time."""


@dataclass(slots=True)
class SourceCount:
    """What one source gave in a run. `complete` is False when the listing or a ticket could not be read."""

    listed: int = 0
    read: int = 0
    unchanged: int = 0
    failed: int = 0
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """A message that observe mode would have written, or that waits."""

    ticket: str
    where: str
    what: str
    reason: str


@dataclass(slots=True)
class Report:
    """Filled in by the stages of a run.

    notes         what an admin should know although nothing went wrong, a line each
    attestations  by rule id, how what the organisation must declare stands: declared, stale, not declared
    webhooks      requests that came in since the last run, by system and outcome ("refused": a wrong signature)
    undated       by rule id, how often it is met and nothing shows whether that was in time
    halted        why nothing was written although the bot may act: see bot.cycle.write_limit
    undelivered   messages that should stand outside by now and do not, whatever the reason
    indicators    by id, what the norms want reported; "not measured" where nothing that is read tells it
    unseen        changes found closed at the first look, though closed after the bot came; `unseen_untold` those that
                  were closed before it began to act, of which nothing is said
    unasked       tickets of which no rule asked anything, by the reason
    """

    mode: str
    started: datetime
    ended: datetime | None = None
    sources: dict[str, SourceCount] = field(default_factory=dict)
    verdicts: Counter[str] = field(default_factory=Counter)
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    undated: Counter[str] = field(default_factory=Counter)
    planned: list[Planned] = field(default_factory=list)
    delivered: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    attestations: dict[str, str] = field(default_factory=dict)
    indicators: dict[str, str] = field(default_factory=dict)
    webhooks: dict[str, dict[str, int]] = field(default_factory=dict)
    stopped: bool = False
    halted: str = ""
    undelivered: int = 0
    unseen: int = 0
    unseen_untold: int = 0
    unasked: Counter[str] = field(default_factory=Counter)
    _why_nothing: dict[str, str] = field(default_factory=dict)
    _judged: dict[str, Verdicts] = field(default_factory=dict)
    _alike: dict[Verdicts, Verdicts] = field(default_factory=dict)

    def source(self, name: str) -> SourceCount:
        """The count of a source, made when first asked for."""
        return self.sources.setdefault(name, SourceCount())

    def judged(self, ticket: str, findings: tuple[Finding, ...], unasked: NothingAsked | None = None) -> bool:
        """Count the findings of one ticket ("source:id"), or why there are none. Only what it was judged last counts;
        True the first time.
        """
        if (was := self._why_nothing.pop(ticket, None)) is not None:
            self.unasked[was] -= 1
        if unasked:
            self._why_nothing[ticket] = unasked.why.value
            self.unasked[unasked.why.value] += 1
        before = self._judged.get(ticket)
        now = tuple((finding.id, finding.verdict, _undated(finding)) for finding in findings)
        # Thousands of tickets have few different outcomes: each is kept once.
        self._judged[ticket] = self._alike.setdefault(now, now)
        for verdicts, number in ((before or (), -1), (now, 1)):
            for rule, verdict, undated in verdicts:
                self.undated[rule] += number if undated else 0
                self.verdicts[verdict.value] += number
                counts = self.rules.setdefault(rule, Counter())
                counts[verdict.value] += number
                # The plus drops what came to nought: a verdict that was taken back leaves no zero behind.
                self.rules[rule] = +counts
        return before is None

    def organisation(self, packs: Sequence[Pack], declared: Iterable[tuple[Rule, Declared]]) -> None:
        """What the norms ask of the organisation as a whole, beside its tickets."""
        self.attestations = {rule.id: found.standing.value for rule, found in declared}
        reported = (rule.id for pack in packs for rule in pack.rules if rule.item is Item.REPORT)
        self.indicators = dict.fromkeys(reported, NOT_MEASURED)

    def add(self, counts: Mapping[str, int]) -> None:
        """Add what a delivery did; how much stands as it should is a state, not a sum."""
        for what, number in counts.items():
            self.delivered[what] = number if what == "unchanged" else self.delivered.get(what, 0) + number

    def problem(self, line: str) -> None:
        """Note a failure, one line, once."""
        if line not in self.problems:
            self.problems.append(line)

    def note(self, line: str) -> None:
        """Note something to know, one line, once."""
        if line not in self.notes:
            self.notes.append(line)

    @property
    def writes(self) -> int:
        """How many messages were created or edited outside."""
        return sum(self.delivered.get(what, 0) for what in ("created", "updated", "removed"))

    @property
    def exit_code(self) -> int:
        """See the module's constants."""
        whole = all(count.complete for count in self.sources.values())
        done = whole and not self.problems and not self.undelivered and not self.stopped
        return EXIT_OK if done else EXIT_INCOMPLETE

    def as_json(self) -> dict[str, Any]:
        """The report for machines; times are ISO 8601 in UTC."""
        return {
            "mode": self.mode,
            "started": self.started.isoformat(),
            "ended": self.ended.isoformat() if self.ended else None,
            "sources": {
                name: {
                    "listed": c.listed,
                    "read": c.read,
                    "unchanged": c.unchanged,
                    "failed": c.failed,
                    "complete": c.complete,
                }
                for name, c in self.sources.items()
            },
            "verdicts": {v.value: self.verdicts.get(v.value, 0) for v in Verdict},
            "nothing_asked": {why.value: self.unasked.get(why.value, 0) for why in WhyNothing},
            "closed_unseen": {"judged": self.unseen, "not_told": self.unseen_untold},
            "rules": {rule: dict(counts) for rule, counts in sorted(self.rules.items())},
            "undated": {rule: number for rule, number in sorted(self.undated.items()) if number},
            "planned": [
                {"ticket": p.ticket, "where": p.where, "what": p.what, "reason": p.reason}
                for p in self.planned
            ],
            "delivered": dict(self.delivered),
            "undelivered": self.undelivered,
            "writes": self.writes,
            "problems": list(self.problems),
            "notes": list(self.notes),
            "attestations": dict(self.attestations),
            "indicators": dict(self.indicators),
            "webhooks": self.webhooks,
            "stopped": self.stopped,
            "halted": self.halted,
            "exit_code": self.exit_code,
        }


def _undated(finding: Finding) -> bool:
    return finding.moment is not None and finding.moment.timing is Timing.UNSEEN
