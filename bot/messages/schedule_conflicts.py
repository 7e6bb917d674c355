"""One line on the planning as the source system itself checked it. A fact for the change manager: no norm asks for
it, so it is neither a point to settle nor counted.
"""

from __future__ import annotations

from datetime import datetime

from bot.messages.i18n.speaker import Translator
from domain.facts import Facts
from domain.lifecycle import State
from domain.schedule_conflicts import Checked, Clash, Conflict
from domain.sentence import Quote, Say, say

_DATES = ("planned_start", "planned_end")
_BEFORE = (State.DRAFT, State.ASSESS, State.AUTHORIZE, State.SCHEDULED)
SHOWN = 4
"""Conflicts that are named; the others are counted."""
_CHECK_IS_DUE = (State.AUTHORIZE, State.SCHEDULED)

_KINDS = {
    Clash.BLACKOUT: say("a blackout"),
    Clash.WINDOW: say("a maintenance window"),
    Clash.CHANGE: say("another change"),
    Clash.OTHER: say("something else"),
}


def planning_line(facts: Facts, speak: Translator) -> str:
    """What is worth knowing of a planning that is still ahead; empty when there is nothing to tell: the check ran
    after the last change of the dates and found nothing, or nobody can see how it went.
    """
    planning, start = facts.ticket.planning, facts.field("planned_start").value
    ahead = isinstance(start, datetime) and start > facts.now and facts.ticket.state in _BEFORE
    if planning is None or not ahead:
        return ""
    if planning.result is Checked.NOT_RUN:
        # Before it is to be authorised nobody expects the check to have run.
        due = facts.ticket.state in _CHECK_IS_DUE
        return speak.say("The planning has not been checked for conflicts.") if due else ""
    if planning.at and _moved_since(facts, planning.at):
        return speak.say(
            "The planned dates changed after the planning was last checked for conflicts, on {at}.",
            at=planning.at,
        )
    if planning.result is Checked.CLEAR:
        return ""
    return _conflict(planning.conflicts, planning.at, speak)


def _moved_since(facts: Facts, at: datetime) -> bool:
    return any(change.field in _DATES and change.at > at for change in facts.ticket.history)


def _conflict(conflicts: tuple[Conflict, ...], at: datetime | None, speak: Translator) -> str:
    named = tuple(dict.fromkeys(_named(conflict) for conflict in conflicts))
    what = Quote(speak.listed(named, SHOWN)) if named else None
    if what and at:
        return speak.say("The planning is in conflict with {what}; checked on {at}.", what=what, at=at)
    if what:
        return speak.say("The planning is in conflict with {what}.", what=what)
    # The details may be hidden from the account; that there is a conflict is not.
    return speak.say("The planning is in conflict with a blackout, a maintenance window or another change.")


def _named(conflict: Conflict) -> Say | Quote:
    """A change goes by its own number, a schedule by its kind with its name behind it."""
    own_name = bool(conflict.with_what) and conflict.kind in (Clash.CHANGE, Clash.OTHER)
    name: Say | Quote = Quote(conflict.with_what) if own_name else _KINDS[conflict.kind]
    rest = [conflict.asset] if own_name else [conflict.with_what, conflict.asset]
    details = " · ".join(filter(None, rest))
    return say("{name} ({details})", name=name, details=Quote(details)) if details else name
