"""Findings that demand the same thing as one line for people; in data each keeps its own finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.asset import Because
from domain.finding import Actor, Finding, TableRow, Timing
from domain.lifecycle import WORST_FIRST, Severity, State, Verdict
from domain.sentence import Say
from rules.wording import atoms


@dataclass(frozen=True, slots=True)
class RequirementGroup:
    """One demand, worded by its strictest finding, with all ids, reasons and clauses behind it.

    findings  all findings of the line, in the order of the catalogue
    speaking  those a person should hear of, strictest first: what is open, else unknown, else the rest
    """

    line: str
    findings: tuple[Finding, ...]
    speaking: tuple[Finding, ...]

    @property
    def headline(self) -> Finding:
        """The finding that words the line."""
        return self.speaking[0]

    @property
    def told(self) -> Finding:
        """The finding that heads the line: the strictest of those that are as bad as the line is."""
        return next((f for f in self.speaking if f.verdict is self.verdict), self.headline)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the line."""
        return min((f.verdict for f in self.findings), key=WORST_FIRST.index)

    @property
    def severity(self) -> Severity:
        """Required as soon as one finding that speaks is."""
        # By those that speak: a required finding that is met must not make open advice look required.
        required = any(f.severity is Severity.REQUIRED for f in self.speaking)
        return Severity.REQUIRED if required else Severity.ADVICE

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of all findings of the line."""
        return tuple(f.id for f in self.findings)

    @property
    def cites(self) -> tuple[str, ...]:
        """Document, version and section of all findings, each once."""
        return tuple(dict.fromkeys(f.cite for f in self.findings))

    @property
    def places(self) -> tuple[tuple[str, TableRow | None], ...]:
        """The same with the row of the norm's table, each once."""
        return tuple(dict.fromkeys((f.cite, f.row) for f in self.findings))

    @property
    def because(self) -> tuple[Because, ...]:
        """The reasons of all findings, each once."""
        return tuple(dict.fromkeys(why for f in self.findings for why in f.because))

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings of it that somebody still has to settle."""
        return tuple(f for f in self.findings if f.verdict.open)

    @property
    def who(self) -> tuple[Actor, ...]:
        """Everybody who can settle something of it that is open, each once."""
        return tuple(dict.fromkeys(actor for f in self.open for actor in f.who))

    @property
    def gate(self) -> State:
        """The earliest state that may not be entered before it is settled."""
        return min((f.gate for f in self.findings), key=list(State).index)

    @property
    def due(self) -> datetime | None:
        """The earliest moment (UTC) before which it must be settled."""
        return min((f.due for f in self.findings if f.due), default=None)

    @property
    def deadline(self) -> datetime | None:
        """The earliest moment (UTC) at which a clock of a rule's own runs out or ran out; None where none runs."""
        return min((f.deadline for f in self.findings if f.deadline), default=None)

    @property
    def settle_by(self) -> datetime | None:
        """Until when (UTC) an emergency is to make good what it skipped of this; None for anything else."""
        return min((f.settle_by for f in self.findings if f.settle_by), default=None)

    @property
    def underway(self) -> bool:
        """True when all that is open of it is being done by the bot itself."""
        # Only those of the line's own severity: open advice beside a required point says nothing of that point.
        open_ = [f.underway for f in self.findings if f.verdict.open and f.severity is self.severity]
        return bool(open_) and all(open_)

    @property
    def seen(self) -> tuple[Say, ...]:
        """What was seen, sentence by sentence, the headline's first, each once."""
        return _once(f.seen for f in self._worded)

    @property
    def wanted(self) -> tuple[Say, ...]:
        """What is wanted, in the same way."""
        return _once(f.wanted for f in self._worded)

    @property
    def moments(self) -> tuple[Say, ...]:
        """What is to be told of when its evidence came, each once; nothing of what was in time."""
        return _once(f.moment.told for f in self._worded if f.moment and f.moment.told)

    def timed(self, timing: Timing) -> bool:
        """Whether the evidence of a finding that words it came so."""
        return any(f.moment is not None and f.moment.timing is timing for f in self._worded)

    @property
    def _worded(self) -> tuple[Finding, ...]:
        # Where the strictest contains the others, a second wording would only contradict it.
        return self.speaking[:1] if self.headline.alone else self.speaking


def group_findings(findings: Iterable[Finding]) -> tuple[RequirementGroup, ...]:
    """One line per demand, in the order in which the demands first appear."""
    lines: dict[str, list[Finding]] = {}
    for finding in findings:
        lines.setdefault(finding.line, []).append(finding)
    return tuple(RequirementGroup(name, tuple(some), _speaking(some)) for name, some in lines.items())


# An exception comes before what is met: what is open stays visible beneath it.
_SPEAK_IN_TURN = (
    frozenset(verdict for verdict in Verdict if verdict.open),
    frozenset({Verdict.LATE}),
    frozenset({Verdict.UNKNOWN}),
    frozenset({Verdict.WAIVED}),
    frozenset({Verdict.MET}),
)


def _speaking(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What is open hides what is unknown, and that what is waived or met; strictest first."""
    heard = next(turn for turn in _SPEAK_IN_TURN if any(f.verdict in turn for f in findings))
    telling = (f for f in findings if f.verdict in heard)
    return tuple(sorted(telling, key=lambda f: f.rank, reverse=True))


def _once(spoken: Iterable[Say]) -> tuple[Say, ...]:
    said: list[Say] = []
    # Sentence by sentence, since two findings may share one sentence of several.
    for sentence in (atom for one in spoken for atom in atoms(one)):
        if sentence not in said:
            said.append(sentence)
    return tuple(said)
