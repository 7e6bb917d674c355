"""Who was asked for what, what is sent once, and what the journal knows of rules without the ticket at hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from domain.lifecycle import Verdict


class OnceKey(NamedTuple):
    """What makes a message come once: what it is, and a day that belongs to it."""

    what: str
    day: date


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """A line of a ticket ("source:id") that somebody was asked for.

    audience    a role, or "team:<name>"
    step        of the ladder, the first being 0; None for a reminder
    settled_at  when (UTC) the line was first seen to be open no more; None while it is
    """

    ticket: str
    line: str
    audience: str
    at: datetime
    step: int | None = None
    settled_at: datetime | None = None


class OpenFinding(NamedTuple):
    """What the journal knows of a rule that is not in order. Moments are in UTC."""

    rule: str
    verdict: Verdict
    since: datetime
    deadline: datetime | None


class ResolvedFinding(NamedTuple):
    """A rule of a ticket ("source:id") that came in order."""

    ticket: str
    rule: str
