"""What changed of a ticket, oldest first: by its source's history, else by the bot's own looks."""

from __future__ import annotations

from datetime import datetime

from domain.facts import Facts
from domain.ticket import Change


def changes(facts: Facts) -> tuple[Change, ...]:
    """All that is known to have changed. What a source tells of itself is exact; a look only bounds it."""
    told = facts.ticket.history if facts.ticket.history_readable else ()
    if not facts.looks.changes:
        return told
    return tuple(sorted((*told, *facts.looks.changes), key=lambda change: change.at))


def known_since(facts: Facts) -> datetime:
    """From when on (UTC) every change of a field would be known: the ticket's making, else the bot's first look."""
    if facts.ticket.history_readable:
        return facts.ticket.created
    return facts.looks.first or facts.now
