"""When a rollout began, for what had to be decided before it."""

from __future__ import annotations

from datetime import datetime

from domain.facts import Facts
from domain.lifecycle import State
from rules.approval.drift import cycle_start


def rollout_began(facts: Facts) -> datetime | None:
    """When the rollout began (UTC): as recorded, else when it first went into implementation since it was last a draft;
    None where nothing tells.
    """
    start = facts.field("actual_start").value
    # A start that is still to come is none.
    if isinstance(start, datetime) and start <= facts.now:
        return start
    if not facts.ticket.history_readable:
        return None
    anew = cycle_start(facts.ticket)
    entered = [c.at for c in facts.ticket.history if c.field == "state" and c.after == State.IMPLEMENT.value]
    return min((at for at in entered if anew is None or at >= anew), default=None)


def later(moment: datetime, start: datetime) -> bool:
    """Whether a moment lies after the start; equal is in time. By the minute: some systems keep moments no closer."""
    return moment.replace(second=0, microsecond=0) > start.replace(second=0, microsecond=0)
