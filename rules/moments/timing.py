"""Whether what is met now was there when the rollout began, and has been since."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.facts import Facts
from domain.finding import Moment, Timing
from rules.moments import telling
from rules.moments.as_of import AsOf
from rules.moments.log import changes
from rules.moments.rollout import Rollout
from rules.moments.span import Span, minute

Holds = Callable[[AsOf], bool]
"""Whether a rule was met as the facts were at a moment."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a rule that is met now rests on: whether it held at a moment, and which fields it looked at."""

    facts: Facts
    rollout: Rollout
    holds: Holds
    fields: Collection[str]
    unchanged: Callable[[AsOf], bool] = lambda _: False


def timing(evidence: Evidence) -> Moment:
    """When it came, against the start. Late is only what surely came after it; what nothing shows is told as that."""
    began = evidence.rollout.began
    # Most evidence stands as it stood: what looks the same is judged the same, and is not judged once more.
    if not evidence.rollout.corrections and evidence.unchanged(AsOf(began.after, benefit=False)):
        return Moment(Timing.IN_TIME, began.exact)
    if not evidence.holds(AsOf(began.by, benefit=True)) or _saved_by_correction(evidence):
        return _late(evidence)
    if not evidence.holds(AsOf(began.after, benefit=False)):
        return Moment(Timing.UNSEEN, began.exact, told=telling.unseen())
    if _broken(evidence):
        return _late(evidence)
    return Moment(Timing.IN_TIME, began.exact)


def _saved_by_correction(evidence: Evidence) -> bool:
    """Whether it came between a start on record and the moment at which that was moved or taken back."""
    return any(
        evidence.holds(AsOf(one.until, benefit=False)) and not evidence.holds(AsOf(one.began, benefit=True))
        for one in evidence.rollout.corrections
    )


def _broken(evidence: Evidence) -> bool:
    """Whether it did not hold at some moment after the start: what was mended since was not there all the time."""
    end = evidence.rollout.ended
    return any(
        not evidence.holds(AsOf(span.by, benefit=True))
        for span in _events(evidence)
        if end is None or minute(span.by) <= minute(end.by)
    )


def _late(evidence: Evidence) -> Moment:
    """Late, and since when it has held without a break: the first event from which on it did."""
    came = None
    for span in reversed(_events(evidence)):
        if not evidence.holds(AsOf(span.by, benefit=True)):
            break
        came = span
    start = evidence.rollout.began.by
    since = came.by if came else None
    return Moment(Timing.LATE, start, since, telling.late(came, start, signed=signed(evidence, since)))


def signed(evidence: Evidence, since: datetime | None) -> bool:
    """Whether an approval of the ticket itself at this moment brought it: then the approval tells the moment."""
    if since is None or since not in {approval.at for approval in evidence.facts.ticket.approvals}:
        return False
    written = since in {span.by for span in _written(evidence)}
    return not written and not evidence.holds(AsOf(since - timedelta(minutes=1), benefit=True))


def _events(evidence: Evidence) -> list[Span]:
    """Moments after the start at which what it looks at changed, oldest first."""
    start = evidence.rollout.began.by
    told = _written(evidence) | {Span.at(at) for at in _decided(evidence.facts)}
    return sorted((span for span in told if minute(span.by) > minute(start)), key=lambda span: span.by)


def _written(evidence: Evidence) -> set[Span]:
    """Moments at which fields or assets changed, or of which fields themselves tell."""
    facts = evidence.facts
    told = {Span(c.since or c.at, c.at) for c in changes(facts) if c.field in evidence.fields or c.of}
    return told | {
        Span.at(moment)
        for name in evidence.fields
        if (moment := facts.field(name).moment) and moment <= facts.now
    }


def _decided(facts: Facts) -> set[datetime]:
    tickets = (facts.ticket, *(child.ticket for child in facts.children if child.ticket))
    return {approval.at for ticket in tickets for approval in ticket.approvals if approval.at}
