"""Which rules apply to an asset, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.asset import Because, Subject
from domain.facts import Facts
from rules.declarations import Declared, Standing, standing
from rules.loading.loader import Applies, Pack, Rule
from rules.moments.rollout import rollout


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


def judged_on(facts: Facts) -> date:
    """The day whose edition of a norm counts: while the rollout lies ahead, that of the planned start, or today where
    that day is past or not given; once it has begun, the day on which it did.
    """
    return judged_at(facts).astimezone(_NORM_TIME).date()


def judged_at(facts: Facts) -> datetime:
    """The moment (UTC) on that day."""
    planned = facts.field("planned_start").moment
    under_way = rollout(facts)
    if under_way is None:
        return max(planned, facts.now) if planned else facts.now
    began = under_way.first
    if planned and not began.exact:
        # Where only bounds tell when it began: as planned, as far as that lies between them.
        return min(max(planned, began.after), began.by)
    # What is over began before it was over.
    return min(began.by, facts.ticket.updated) if facts.ticket.state.over and not began.exact else began.by


def begun(facts: Facts) -> bool:
    """Whether the rollout has begun, by its recorded start or by the state of the ticket."""
    return rollout(facts) is not None


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
