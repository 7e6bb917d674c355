"""What was over before the bot came is not its business: `SLUIS_SINCE`; what was closed after that is. Pure."""

from __future__ import annotations

from datetime import datetime

from domain.lifecycle import State
from domain.ticket import Ticket

_OVER = {state.value for state in State if state.over}


def over_before(ticket: Ticket, since: datetime | None) -> bool:
    """Whether the ticket was closed before that moment (UTC). Where nothing tells when, its last change does: then it
    cannot have been closed later.
    """
    return since is not None and ticket.state.over and closed_at(ticket) < since


def closed_at(ticket: Ticket) -> datetime:
    """When (UTC) it was closed last, by its history; else when it was last changed."""
    return _closing(ticket) or ticket.updated


def closed_after(ticket: Ticket, came: datetime | None) -> datetime | None:
    """When (UTC) a ticket was closed, if that was surely after the bot came; None where it was not, or where nothing
    tells: a last change tells nothing, since what is long closed may be touched too.
    """
    if came is None or ticket.state is not State.CLOSED:
        return None
    closing = _closing(ticket)
    if closing is None:
        # Made since then, so closed since then.
        return ticket.updated if ticket.created >= came else None
    return closing if closing >= came else None


def _closing(ticket: Ticket) -> datetime | None:
    """When it was closed last, by its history."""
    closings = [one.at for one in ticket.history if one.field == "state" and one.after in _OVER]
    return max(closings) if closings and ticket.history_readable else None
