"""Until when an emergency change is to make good what it skipped. Pure: the moment is handed in.

An emergency, so called when its rollout began, is judged by the same measures. What is missing once it is being carried
out becomes an obligation with a clock of its own: it runs from the actual start, else from when the ticket went into
implementation, else from when that was first seen.
"""

from __future__ import annotations

from datetime import datetime

from domain import parsing
from domain.lifecycle import State
from domain.ticket import Change, Ticket
from domain.working_calendar import Calendar

EMERGENCY = "emergency"


def settle_by(
    ticket: Ticket, known: datetime | None, days: int, calendar: Calendar, now: datetime
) -> datetime | None:
    """The moment (UTC) before which everything is to be made good; None for what is no emergency, or has not begun.

    known  what was reckoned before, for want of a better start
    """
    start = _started(ticket, now)
    if not ticket.state.reached(State.IMPLEMENT) or _called(ticket, start) != EMERGENCY:
        return None
    if start is None:
        # What was reckoned once stays: else the term would begin anew at every look. A clock that was ahead gives no
        # more time than there is from now on.
        term = calendar.working_days_after(now, days)
        return min(known, term) if known else term
    return calendar.working_days_after(start, days)


def _called(ticket: Ticket, start: datetime | None) -> object:
    """What the change was called when its rollout began; what it is called since makes and heals nothing."""
    renamed = (c for c in ticket.history if start and c.field == "change_type" and c.at > start)
    first = min(renamed, key=lambda change: change.at, default=None)
    return parsing.choice("change_type", first.before).value if first else ticket.field("change_type").value


def _started(ticket: Ticket, now: datetime) -> datetime | None:
    actual = ticket.field("actual_start").value
    # A start that is still to come is none, and gives nobody more time.
    if isinstance(actual, datetime) and actual <= now:
        return actual
    entered = [change.at for change in ticket.history if _implements(change, ticket)]
    # The first time, since going back and forth gives nobody more of it.
    return min(entered, default=None)


def _implements(change: Change, ticket: Ticket) -> bool:
    """A change of state into implementation, by the lifecycle's name or by that of the status it is in now."""
    names = {State.IMPLEMENT.value}
    names |= {ticket.status.casefold()} if ticket.state is State.IMPLEMENT else set()
    return change.field == "state" and change.after.casefold() in names
