"""Moments that nobody can mean: an end before its start, ten years away, an actual moment that is still to come.

They are evidence of nothing (requirements catalogue, section 8, Nonsense): a rule finds the field without a value,
and what it says tells why. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from domain.facts import Child, Facts
from domain.fields import FIELDS, Field, Kind
from domain.parsing import out_of_reach
from domain.sentence import Quote, Say, say
from domain.ticket import Ticket
from rules.wording import label

_FAR = timedelta(days=3653)
"""Ten years, from now, either way."""
_MOMENTS = tuple(name for name, spec in FIELDS.items() if spec.kind is Kind.MOMENT)
_HAPPENED = (
    *("actual_start", "actual_end", "test_plan_fixed_at", "tested_at", "test_validated_at", "accepted_at"),
    *("handed_over_at", "reported_written", "reported_phone"),
)
"""What tells that something was done: until then it is a plan, and evidence of nothing."""
_ENDS = {"planned_end": "planned_start", "actual_end": "actual_start"}


def believed(facts: Facts) -> Facts:
    """The facts with no value in the fields that hold such a moment, each with the reason; of the changes of a release
    as well. The same facts where there is none.
    """
    ticket = believed_ticket(facts.ticket, facts.now)
    children = tuple(_believed_child(child, facts.now) for child in facts.children)
    if ticket is facts.ticket and all(
        one is other for one, other in zip(children, facts.children, strict=True)
    ):
        return facts
    return replace(facts, ticket=ticket, children=children)


def believed_ticket(ticket: Ticket, now: datetime) -> Ticket:
    """One ticket, as `believed` at a moment (UTC)."""
    doubts = dict(_doubts(ticket, now))
    if not doubts:
        return ticket
    fields = {name: _emptied(ticket.field(name), doubt) for name, doubt in doubts.items()}
    return replace(ticket, fields={**ticket.fields, **fields})


def _believed_child(child: Child, now: datetime) -> Child:
    ticket = believed_ticket(child.ticket, now) if child.ticket else None
    return child if ticket is child.ticket else replace(child, ticket=ticket)


def _emptied(field: Field, doubt: Say) -> Field:
    raw = field.raw or (field.moment.isoformat() if field.moment else "")
    return replace(field, value=None, raw=raw, doubt=doubt)


def _doubts(ticket: Ticket, now: datetime) -> Iterator[tuple[str, Say]]:
    for name in _MOMENTS:
        field = ticket.field(name)
        # A doubt that is there already was told of the value that is gone.
        if field.doubt is None and (
            doubt := _of_itself(name, field, now) or _of_its_start(name, ticket, now)
        ):
            yield name, doubt


def _of_itself(name: str, field: Field, now: datetime) -> Say | None:
    at, about = field.moment, {"field": label(name)}
    if at is None:
        if not (field.readable and out_of_reach(field.raw)):
            return None
        return say(
            "{field} says {text}, which is no usable date, so it does not count.",
            text=Quote(field.raw),
            **about,
        )
    if abs(at - now) > _FAR:
        return say(
            "{field} says {moment}, more than ten years away, so it does not count.", moment=at, **about
        )
    # By the minute: people fill it in at the moment itself, and two clocks differ by seconds.
    if name in _HAPPENED and at.replace(second=0, microsecond=0) > now:
        return say("{field} says {moment}, which is still to come, so it does not count.", moment=at, **about)
    return None


def _of_its_start(name: str, ticket: Ticket, now: datetime) -> Say | None:
    """Of an end that lies before its start, where that is to be believed itself."""
    origin = _ENDS.get(name)
    if origin is None or _of_itself(origin, ticket.field(origin), now):
        return None
    start, end = ticket.field(origin).moment, ticket.field(name).moment
    if start is None or end is None or end >= start:
        return None
    return say(
        "{field} says {moment}, which is before {other}, {start}, so it does not count.",
        field=label(name),
        moment=end,
        other=label(origin),
        start=start,
    )
