"""What counts only from after the rollout: what was recorded too early is not there yet, and can be given again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from domain.facts import Facts
from domain.fields import FIELDS, Kind
from rules.moments.log import changes
from rules.moments.rollout import ended
from rules.moments.span import Span, minute

_WHO = frozenset({Kind.USERS, Kind.PARTY, Kind.KEYS})
"""Who or what it will be can be named beforehand; that it was done cannot."""


def without_early(facts: Facts, names: Collection[str]) -> tuple[Facts, tuple[str, ...], bool]:
    """The facts without those of these fields that were filled in before the rollout ended, their names, and whether
    of what is left it can be seen that it came after.
    """
    end = ended(facts)
    spans = {
        name: _recorded(facts, name)
        for name in names
        if facts.field(name).filled and FIELDS[name].kind not in _WHO
    }
    early = tuple(name for name, span in spans.items() if _before(span, end))
    left = (span for name, span in spans.items() if name not in early)
    sure = all(span is not None and end is not None and minute(span.after) >= minute(end.by) for span in left)
    fields = {
        name: replace(field, value=None, raw="") if name in early else field
        for name, field in facts.ticket.fields.items()
    }
    return replace(facts, ticket=replace(facts.ticket, fields=fields)), early, sure


def _before(span: Span | None, end: Span | None) -> bool:
    """Whether it surely came before the end; of a rollout that has not ended everything did."""
    return end is None or (span is not None and minute(span.by) < minute(end.after))


def _recorded(facts: Facts, name: str) -> Span | None:
    """When the present value was written, or the moment that it tells itself; None where nothing shows it."""
    field = facts.field(name)
    if field.moment is not None:
        return Span.at(field.moment)
    last = max((c for c in changes(facts) if c.field == name), key=lambda c: c.at, default=None)
    if last is not None:
        return Span(last.since or last.at, last.at)
    if field.at is not None:
        return Span.at(field.at)
    if facts.ticket.history_readable:
        return Span.at(facts.ticket.created)
    return Span(facts.ticket.created, facts.looks.first) if facts.looks.first else None
