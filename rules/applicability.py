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
        yield Because(subject.name, flag=flag, certain=held is True, path=subject.path)
    for dimension in applies.dimensions:
        level = subject.level(dimension)
        if level >= (applies.from_class or 1):
            assumed = dimension in subject.assumed
            certain = held is True
            yield Because(subject.name, dimension, level, flag, assumed, certain, subject.path)


def asked(facts: Facts, packs: Sequence[Pack]) -> Iterator[tuple[Pack, Rule]]:
    """The rules of the packs in force for this kind of ticket, in order, whatever its assets; no reserved ones."""
    for pack in packs:
        if pack.effective(facts.now.date()):
            for rule in pack.rules:
                if not rule.reserved and facts.ticket.kind in rule.applies.kinds:
                    yield pack, rule
