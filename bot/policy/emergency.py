"""Until when an emergency change is to make good what it skipped. Pure: the moment is handed in.

An emergency is judged by the same measures. What is missing once its rollout has begun becomes an obligation with a
clock of its own, which runs from the start by which the rules judge what came late.
"""

from __future__ import annotations

from datetime import datetime

from domain.facts import Facts
from domain.lifecycle import State
from domain.working_calendar import Calendar
from rules.moments.as_of import AsOf, facts_at
from rules.moments.rollout import rollout
from rules.nonsense import believed

EMERGENCY = "emergency"


def settle_by(facts: Facts, known: datetime | None, days: int, calendar: Calendar) -> datetime | None:
    """The moment (UTC) before which everything is to be made good; None for what has not begun, or was no emergency
    when it began.

    known  what was reckoned before, for want of a better start
    """
    facts = believed(facts)
    begun = None if facts.ticket.state is State.CANCELED else rollout(facts)
    if begun is None or not _emergency(facts, begun.began.by):
        return None
    term = calendar.working_days_after(begun.began.by, days)
    # Where no moment is on record, what was reckoned once stays: else the term would begin anew at every look. A clock
    # that was ahead gives no more time than there is from now on.
    return term if begun.began.exact or known is None else min(known, term)


def _emergency(facts: Facts, start: datetime) -> bool:
    # What a change was called afterwards makes no emergency of it, and undoes none.
    called = facts_at(facts, AsOf(start, benefit=True)).field("change_type").value
    return called == EMERGENCY
