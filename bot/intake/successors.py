"""Which later patch tickets take the place of one that was undone (requirements catalogue, section 8)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.intake.releases import TicketCache
from domain.facts import Successor
from domain.fields import UNDONE
from domain.lifecycle import State
from domain.ticket import Ticket

_MOST = 20
"""Tickets read of those that are linked to one."""


def successors(ticket: Ticket, shelf: TicketCache) -> tuple[Successor, ...]:
    """Those that are named for it or linked to it. Raises SourceError when a source is down."""
    if ticket.field("patch").value is not True or ticket.field("result").value not in UNDONE:
        return ()
    named = ticket.field("succeeded_by").value
    keys = [key for key in named if isinstance(key, str)] if isinstance(named, tuple) else []
    return tuple(_among(ticket, keys[:_MOST], shelf))


def _among(ticket: Ticket, keys: list[str], shelf: TicketCache) -> Iterator[Successor]:
    began = ticket.field("actual_start").moment or ticket.created
    for key, other in shelf.each(ticket, keys):
        if other is None:
            yield Successor(key, None)
        # An earlier one that it relates to is no other try, and neither is what is no patch or was given up.
        elif (
            other.created > began and other.field("patch").value is True and other.state is not State.CANCELED
        ):
            yield Successor(key, other.created)
