"""Which rules apply to an asset, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.model.asset import Because, Subject
from bot.model.facts import Facts
from rules.policy import Applies, Pack, Rule


def causes(applies: Applies, subject: Subject) -> Iterator[Because]:
    """Every reason one asset gives for a rule to apply. A flag never combines with another asset's class."""
    flag = applies.flag
    held = True if flag is None else subject.flag(flag)
    if held is False:
        return
    if not applies.dimensions:
        yield Because(subject.name, flag=flag, certain=held is True)
    for dimension in applies.dimensions:
        level = subject.level(dimension)
        if level >= (applies.from_class or 1):
            assumed = dimension in subject.assumed
            yield Because(subject.name, dimension, level, flag, assumed, certain=held is True)


def asked(facts: Facts, packs: Sequence[Pack]) -> Iterator[tuple[Pack, Rule]]:
    """The rules of the packs in force for this kind of ticket and what its fields say, in order, whatever its
    assets. A rule whose condition cannot be read is among them.
    """
    for pack in packs:
        if pack.effective(facts.now.date()):
            for rule in pack.rules:
                if rule.asked and facts.ticket.kind in rule.applies.kinds and _called_for(rule, facts):
                    yield pack, rule


def _called_for(rule: Rule, facts: Facts) -> bool:
    when = rule.applies.when
    return when is None or when.holds(facts) is not False
