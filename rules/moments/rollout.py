"""When the rollout of a ticket began and ended, as far as it can be seen, and what that was said to be before.

requirements.md, section 8: the actual start, else the entry into implementation; a start that was corrected to later
saves only evidence that is younger than the correction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain import parsing
from domain.facts import Facts
from domain.fields import Field
from domain.lifecycle import State
from domain.ticket import Change
from rules.moments.log import changes
from rules.moments.span import Span


@dataclass(frozen=True, slots=True)
class Correction:
    """A start that stood on record (`began`, UTC) until it was taken back or moved to later (`until`, UTC)."""

    began: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Rollout:
    """When it began, which starts stood on record before that, and when it ended; `ended` is None while it runs.
    `entered` is when its state first said so, where it has no start of its own.
    """

    began: Span
    corrections: tuple[Correction, ...] = ()
    ended: Span | None = None
    entered: Span | None = None

    @property
    def first(self) -> Span:
        """When it began for the first time: going back and forth makes nothing begin later."""
        return self.entered or self.began


def rollout(facts: Facts) -> Rollout | None:
    """The rollout of a ticket; None while it has not begun."""
    said = facts.field("actual_start")
    start = said.moment
    if start is not None and start <= facts.now:
        # Of a day without a time nobody can tell what came before the start and what after it on that day.
        began = Span(start, min(said.day_ends or start, facts.now))
        return Rollout(began, tuple(_moved(facts, start)), ended(facts))
    if not facts.ticket.state.reached(State.IMPLEMENT):
        return None
    entries = list(_entries(facts, State.IMPLEMENT))
    began = entries[-1] if entries else _off_record(facts)
    if not facts.field("actual_start").readable:
        # A start that is hidden may be earlier than the entry.
        began = Span(facts.ticket.created, began.by)
    entered = entries[0] if len(entries) > 1 else None
    return Rollout(began, tuple(_taken_back(facts, entries)), ended(facts), entered)


def ended(facts: Facts) -> Span | None:
    """When the rollout ended: its actual end, else the entry into review; None while it has not."""
    end = facts.field("actual_end").moment
    if end is not None and end <= facts.now:
        return Span.at(end)
    if not facts.ticket.state.reached(State.REVIEW):
        return None
    entries = list(_entries(facts, State.REVIEW))
    return entries[-1] if entries else _off_record(facts)


def _off_record(facts: Facts) -> Span:
    """When a state was entered of which no entry is on record: before the bot first saw it, or at any time."""
    # A history without an entry is no proof that there was none: states are renamed and imported.
    seen = None if facts.ticket.history_readable else facts.looks.first
    return Span(facts.ticket.created, seen or facts.now)


def _moved(facts: Facts, start: datetime) -> Iterator[Correction]:
    """Earlier starts that stood in the field before the present one."""
    for change in changes(facts):
        said = parsing.moment(change.before) if change.field == "actual_start" else Field()
        # A day that was given its time since was no other start.
        before = said.day_ends or said.moment
        # A start from before there was a ticket is a slip of the pen, and so is one that had not come yet.
        if before is not None and facts.ticket.created <= before < min(start, change.at):
            yield Correction(before, change.at)


def _entries(facts: Facts, state: State) -> Iterator[Span]:
    for change in _moves(facts):
        if _reached(change.after, state) and not _reached(change.before, state):
            yield Span(change.since or change.at, change.at)


def _taken_back(facts: Facts, entries: Sequence[Span]) -> Iterator[Correction]:
    """Entries into implementation that were followed by a way back."""
    for entry in entries[:-1]:
        back = next(
            (c.at for c in _moves(facts) if c.at > entry.by and not _reached(c.after, State.IMPLEMENT)), None
        )
        if back is not None:
            yield Correction(entry.by, back)


def _moves(facts: Facts) -> Iterator[Change]:
    return (change for change in changes(facts) if change.field == "state")


def _reached(code: str, state: State) -> bool:
    """By the codes of a history, in which a state that is not known is empty."""
    return code in _CODES and State(code).reached(state)


_CODES = frozenset(state.value for state in State)
