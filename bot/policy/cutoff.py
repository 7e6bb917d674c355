"""What was over before the bot came is not its business: `SLUIS_SINCE`. Pure."""

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
    closings = [one.at for one in ticket.history if one.field == "state" and one.after in _OVER]
    return max(closings) if closings and ticket.history_readable else ticket.updated
