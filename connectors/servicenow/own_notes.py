"""The bot's own notes as what they are: no change of the ticket.

A note moves the stamp and the counter of its record. When the counter stands exactly one above where it stood just
before the note, and the account wrote last, that one step was the note: the ticket is still in the state that was
judged.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime

from connectors.servicenow import values
from connectors.servicenow.values import Row
from domain.ticket import TicketRef

COLUMNS = ("sys_mod_count", "sys_updated_on", "sys_updated_by")
KEPT = 5000
"""Records remembered at most; of one that was pushed out, a note costs one needless reading."""

State = tuple[str, datetime]


class OwnWorkNotes:
    """Where counters and stamps stood before and after the bot's notes, by the ticket's id. Safe between threads.
    `user` is the account's user name; as long as it is not known, nothing is taken for our own.
    """

    def __init__(self) -> None:
        self.user = ""
        self._lock = threading.Lock()
        self._before: dict[str, State] = {}
        self._notes: OrderedDict[str, tuple[State, State]] = OrderedDict()

    def about_to(self, ticket: str, row: Row) -> None:
        """The record as it is just before a note."""
        with self._lock:
            # Of one ticket at a time: a note that was never written leaves nothing behind.
            self._before = {ticket: state} if (state := _state(row)) else {}

    def wrote(self, ticket: str, row: Row) -> None:
        """The record as it is just after a note; remembered when nothing else moved the counter between."""
        after = _state(row) if self.user and values.value(row, "sys_updated_by") == self.user else None
        with self._lock:
            before = self._before.pop(ticket, None)
            self._notes.pop(ticket, None)
            # Two steps mean that somebody else wrote in between, and their change must be read.
            if before and after and int(after[0]) == int(before[0]) + 1:
                self._notes[ticket] = before, after
            if len(self._notes) > KEPT:
                self._notes.popitem(last=False)

    def unmoved(self, ref: TicketRef) -> TicketRef:
        """The ref in the state before the note, when the note was all that happened since."""
        with self._lock:
            before, after = self._notes.get(ref.id, (None, None))
        # Counter and stamp: a record that was imported anew may reach the same counter again.
        if before is None or after != (ref.version, ref.updated):
            return ref
        return replace(ref, version=before[0], updated=before[1])

    def forget(self, ticket: str) -> None:
        """The ticket was read anew, with the note in it."""
        with self._lock:
            self._notes.pop(ticket, None)


def _state(row: Row) -> State | None:
    count = values.value(row, "sys_mod_count")
    return (
        (count, values.stamp(row, "sys_updated_on"))
        if count.isdecimal() and values.has(row, COLUMNS[1])
        else None
    )
