"""What a check answers: met, unmet, violated or unknown, with what was seen and what is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.finding import Actor, Part
from domain.sentence import Say
from rules.wording import sentences


class Result(StrEnum):
    """The answer of a check, before the gate is looked at. What cannot be read is `UNKNOWN`, never `MET`."""

    MET = "met"
    UNMET = "unmet"
    VIOLATED = "violated"
    UNKNOWN = "unknown"


_AS_PART = {Result.MET: True, Result.UNMET: False, Result.VIOLATED: False, Result.UNKNOWN: None}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a check on one ticket.

    who         who can settle it, as far as somebody of the team can
    parts       the things asked for one by one, where there are several
    strictness  added to the rule's rank within its line, where the demand itself depends on the class
    due         the moment (UTC) at which a clock of the rule's own runs out, or ran out
    again       when (UTC) time alone next changes what it says; None where that is `due`
    underway    what is unmet is being done by the bot itself: nobody is asked for it, and it is never missing
    in_time     what is unmet is not overdue in whatever state the ticket is: its own clock still runs, or there is none
    """

    result: Result
    seen: Say
    wanted: Say
    who: tuple[Actor, ...] = ()
    parts: tuple[Part, ...] = ()
    strictness: int = 0
    due: datetime | None = None
    again: datetime | None = None
    underway: bool = False
    in_time: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """What looking at one thing gave: its name for people, the result, and what was seen."""

    name: Say
    result: Result
    seen: Say

    @property
    def part(self) -> Part:
        """The same as part of a finding."""
        return Part(self.name, _AS_PART[self.result], self.seen)


def all_of(results: Iterable[Result]) -> Result:
    """Everything is asked: the worst counts, and one thing surely lacking is worse than one unseen."""
    found = set(results)
    ranked = (Result.VIOLATED, Result.UNMET, Result.UNKNOWN)
    return next((result for result in ranked if result in found), Result.MET)


def any_of(results: Iterable[Result]) -> Result:
    """One thing suffices: met by any, unknown while one is unseen, violated only when all are."""
    found = set(results)
    if found == {Result.VIOLATED}:
        return Result.VIOLATED
    return next((result for result in (Result.MET, Result.UNKNOWN) if result in found), Result.UNMET)


def combine(
    looks: Sequence[Observation],
    wanted: Say,
    who: tuple[Actor, ...],
    combine: Callable[[Iterable[Result]], Result] = all_of,
) -> Outcome:
    """Make one outcome of several looks; it tells what was seen of those that decide it."""
    result = combine(look.result for look in looks)
    telling = [look.seen for look in looks if look.result is result] or [look.seen for look in looks]
    return Outcome(result, sentences(*telling), wanted, who, tuple(look.part for look in looks))


def with_told(outcome: Outcome, told: Sequence[Say]) -> Outcome:
    """The outcome with facts that go with what was seen, where it is met."""
    if outcome.result is not Result.MET or not told:
        return outcome
    return replace(outcome, seen=sentences(outcome.seen, *told))
