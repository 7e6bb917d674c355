"""Which rules apply to an asset, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.asset import Because, Subject
from domain.facts import Facts
from domain.lifecycle import State
from rules.declarations import Declared, Standing, standing
from rules.loading.loader import Applies, Pack, Rule


def causes(applies: Applies, subject: Subject) -> Iterator[Because]:
    """Every reason one asset gives for a rule to apply. A flag never combines with another asset's class."""
    flag = applies.flag
    held = True if flag is None else subject.flag(flag)
    # Only a certain "no" ends it: a flag that cannot be seen asks, uncertainly.
    if held is False:
        return
    if not applies.dimensions:
        yield Because(subject.name, flag=flag, certain=held is True, path=subject.path)
    # The schema gives a class with every list of dimensions; the 1 is there for the types.
    from_class = applies.from_class or 1
    for dimension in applies.dimensions:
        level = subject.level(dimension)
        if level >= from_class:
            assumed = dimension in subject.assumed
            certain = held is True
            yield Because(subject.name, dimension, level, flag, assumed, certain, subject.path)


_NORM_TIME = ZoneInfo("Europe/Brussels")
"""Norms take effect at midnight where they are issued: Flanders and the Netherlands share the clock."""

_UNDER_WAY = {state.value for state in State if state.reached(State.IMPLEMENT)}


def judged_on(facts: Facts) -> date:
    """The day whose edition of a norm counts: while the rollout lies ahead, that of the planned start, or today where
    that day is past or not given; once it has begun, the day on which it did.
    """
    return judged_at(facts).astimezone(_NORM_TIME).date()


def judged_at(facts: Facts) -> datetime:
    """The moment (UTC) on that day."""
    planned = facts.field("planned_start").value
    start = planned if isinstance(planned, datetime) else None
    if not begun(facts):
        return max(start, facts.now) if start else facts.now
    if at := _began_at(facts):
        return at
    # Where nothing tells when it began: as planned, but not later than now; what is over began before it was over.
    latest = facts.ticket.updated if facts.ticket.state.over else facts.now
    # A start before the ticket existed is a slip of the pen; it must not lead back to before the norm.
    return min(max(start, facts.ticket.created), facts.now) if start else latest


def begun(facts: Facts) -> bool:
    """Whether the rollout has begun, by its recorded start or by the state of the ticket."""
    return _started(facts) is not None or facts.ticket.state.reached(State.IMPLEMENT)


def _began_at(facts: Facts) -> datetime | None:
    if started := _started(facts):
        return started
    ticket = facts.ticket
    moved = ticket.history if ticket.history_readable else ()
    # Going back and forth makes nothing begin later.
    return min((one.at for one in moved if one.field == "state" and one.after in _UNDER_WAY), default=None)


def _started(facts: Facts) -> datetime | None:
    actual = facts.field("actual_start").value
    # One that lies ahead is a mistake, and no start.
    return actual if isinstance(actual, datetime) and actual <= facts.now else None


def applicable_rules(facts: Facts, packs: Sequence[Pack]) -> Iterator[tuple[Pack, Rule]]:
    """The rules of the packs in force for this kind of ticket and what its fields say, in order, whatever its
    assets. A rule whose condition cannot be read is among them.
    """
    day = judged_on(facts)
    for pack in packs:
        if pack.effective(day):
            for rule in pack.rules:
                if rule.asked and facts.ticket.kind in rule.applies.kinds and _called_for(rule, facts):
                    yield pack, rule


def in_effect(rule: Rule, facts: Facts) -> bool:
    """Whether what the rule is about is declared for the organisation, where it has to be. Without that tickets are not
    asked: it is the organisation's to declare, and no team's.
    """
    return not rule.declared or declared_for(rule, facts).standing is Standing.CURRENT


def declared_for(rule: Rule, facts: Facts) -> Declared:
    """How the organisation's declaration of a rule stands today."""
    # What was declared for one service says nothing of the organisation.
    general = (one for one in facts.declarations if not one.subject)
    return standing(general, rule.id, facts.now.date())


def _called_for(rule: Rule, facts: Facts) -> bool:
    if not in_effect(rule, facts):
        return False
    when, unless = rule.applies.when, rule.applies.unless
    # What cannot be seen takes nothing away.
    if unless is not None and unless.holds(facts) is True:
        return False
    # What cannot be seen stays in: the engine makes it "unknown", where leaving it out would pass for "not asked".
    return when is None or when.holds(facts) is not False
