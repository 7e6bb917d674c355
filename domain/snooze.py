"""Somebody saw what is asked of a ticket, and is not to be reminded of it for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SnoozeKind(StrEnum):
    """Why: they said that they have seen it, or chose when to hear of it again."""

    SEEN = "seen"
    SNOOZED = "snoozed"


@dataclass(frozen=True, slots=True)
class Snooze:
    """No reminders of one ticket to one person until a moment (UTC). It moves no deadline and silences nothing
    that comes at the last moment: see `bot.policy.reminders`.

    ticket        "source:id"
    account       the person's account in the ticket's system, `person` their name
    conversation  where they are reached directly on the message service; empty when not known
    shortened     whether it is shorter than they chose, because a last moment comes first
    """

    ticket: str
    account: str
    person: str
    kind: SnoozeKind
    at: datetime
    until: datetime
    conversation: str = ""
    shortened: bool = False

    def holds(self, now: datetime) -> bool:
        """Whether it is in force at this moment."""
        return self.at <= now < self.until
