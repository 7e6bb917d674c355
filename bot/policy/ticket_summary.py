"""What matters of a ticket's findings, in order: the one choice that comment, card and reminder all show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domain.document import Tone
from domain.finding import Timing
from domain.lifecycle import Severity, State, Verdict
from rules.grouping import RequirementGroup
from rules.nothing_asked import NothingAsked


@dataclass(frozen=True, slots=True)
class Overview:
    """The lines of a ticket by what they ask of the reader.

    forbidden  what the ticket says and the class does not allow
    missing    what should have been there before a gate that is passed
    waived     what an authorised person excepted for a while, wholly
    upcoming   what is to be settled before the next gate, `gate`; what is only asked after the rollout is not
               upcoming before it has begun
    later      what is due at gates after that one
    met        what is in order; `unseen` what the bot could not look at
    late       what came only after the rollout began: told as a deviation, asked of nobody; of the norm's advice too
    afterwards what an emergency made good in its term, which is shown for good
    undated    what is in order, of which nothing shows on which side of the start or end of the rollout it came
    underway   what the bot itself is at, so that nobody is asked for it
    advised    what the norm only advises and is due by now: named, never counted as missing
    lines      all lines that were sorted, in their order
    unasked    why no rule at all was asked, where none was
    """

    forbidden: tuple[RequirementGroup, ...]
    missing: tuple[RequirementGroup, ...]
    upcoming: tuple[RequirementGroup, ...]
    later: tuple[RequirementGroup, ...]
    met: tuple[RequirementGroup, ...]
    unseen: tuple[RequirementGroup, ...]
    gate: State | None
    waived: tuple[RequirementGroup, ...] = ()
    advised: tuple[RequirementGroup, ...] = ()
    underway: tuple[RequirementGroup, ...] = ()
    lines: tuple[RequirementGroup, ...] = ()
    late: tuple[RequirementGroup, ...] = ()
    afterwards: tuple[RequirementGroup, ...] = ()
    undated: tuple[RequirementGroup, ...] = ()
    unasked: NothingAsked | None = None

    @property
    def now(self) -> tuple[RequirementGroup, ...]:
        """What is to be settled first, most pressing first."""
        return self.forbidden + self.missing + self.upcoming

    @property
    def obligations(self) -> tuple[RequirementGroup, ...]:
        """What an emergency change skipped and is to make good afterwards."""
        return tuple(line for line in self.missing if line.settle_by)

    @property
    def open(self) -> bool:
        """True when anything is to be settled, now or later."""
        return bool(self.now or self.later or self.underway)

    @property
    def without_advice(self) -> Overview:
        """The same of what the norm requires alone."""
        return replace(
            self,
            met=_required(self.met),
            waived=_required(self.waived),
            advised=(),
            underway=_required(self.underway),
            lines=_required(self.lines),
            late=_required(self.late),
            afterwards=_required(self.afterwards),
            undated=_required(self.undated),
        )

    @property
    def tone(self) -> Tone:
        """How pressing it is, as a colour."""
        if self.forbidden or self.missing:
            return Tone.STOP
        if self.upcoming:
            return Tone.TODO
        # Green for nothing left behind alone: what is unseen, excepted, late or on its way is not done.
        left = self.unseen or self.waived or self.underway or self.late or not self.lines
        return Tone.INFO if left else Tone.DONE


def overview(
    lines: Sequence[RequirementGroup], state: State, unasked: NothingAsked | None = None
) -> Overview:
    """Sort the lines of a ticket by what they ask of somebody while it is in this state. `unasked` is why there are
    none.
    """
    underway, asked = _parted(lines, lambda line: line.underway)
    required, advice = _parted(asked, lambda line: line.severity is Severity.REQUIRED)
    pending = _with(required, Verdict.PENDING)
    gate = _next_gate(pending, state)
    upcoming, later = _parted(pending, lambda line: line.gate is gate)
    return Overview(
        forbidden=_with(required, Verdict.VIOLATED),
        missing=_with(required, Verdict.MISSING),
        upcoming=upcoming,
        later=later,
        met=_with(lines, Verdict.MET),
        waived=_with(lines, Verdict.WAIVED),
        unseen=_with(required, Verdict.UNKNOWN),
        gate=gate,
        advised=tuple(line for line in advice if line.verdict.open and _by_now(line, gate)),
        underway=underway,
        lines=tuple(lines),
        late=_with(lines, Verdict.LATE),
        afterwards=tuple(line for line in _with(lines, Verdict.MET) if line.timed(Timing.AFTERWARDS)),
        undated=tuple(line for line in _with(lines, Verdict.MET) if line.timed(Timing.UNSEEN)),
        unasked=unasked,
    )


def left_open(lines: Sequence[RequirementGroup], state: State) -> tuple[RequirementGroup, ...]:
    """What the norm requires and is not in order or not known, most pressing first; without what the bot itself is at.
    For what is said before the summary can be: a notification goes out first, because its delivery is a part of that.
    """
    asked = [line for line in _required(lines) if not line.underway]
    pending = _with(asked, Verdict.PENDING)
    gate = _next_gate(pending, state)
    return (
        *_with(asked, Verdict.VIOLATED),
        *_with(asked, Verdict.MISSING),
        *sorted(pending, key=lambda line: line.gate is not gate),
        *_with(asked, Verdict.UNKNOWN),
    )


def _required(lines: Sequence[RequirementGroup]) -> tuple[RequirementGroup, ...]:
    return tuple(line for line in lines if line.severity is Severity.REQUIRED)


def _with(lines: Sequence[RequirementGroup], verdict: Verdict) -> tuple[RequirementGroup, ...]:
    return tuple(line for line in lines if line.verdict is verdict)


def _parted(
    lines: Sequence[RequirementGroup], test: Callable[[RequirementGroup], bool]
) -> tuple[tuple[RequirementGroup, ...], tuple[RequirementGroup, ...]]:
    """Those that pass the test, and the others."""
    return tuple(filter(test, lines)), tuple(line for line in lines if not test(line))


def _next_gate(pending: Sequence[RequirementGroup], state: State) -> State | None:
    """The first gate ahead; one after the rollout only once that has begun."""
    begun = state.reached(State.IMPLEMENT)
    near = [line.gate for line in pending if begun or State.IMPLEMENT.reached(line.gate)]
    return min(near, key=list(State).index, default=None)


def _by_now(line: RequirementGroup, gate: State | None) -> bool:
    return line.verdict is not Verdict.PENDING or line.gate is gate
