"""What a classification asks for, without any ticket: measures, rollout strategies, service hours."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from domain.asset import Because, Flag, Subject
from domain.facts import Facts
from domain.ticket import TicketKind
from rules.applicability import applicable_rules, causes
from rules.loading.loader import Pack, Rule
from rules.rollout_table import STRATEGIES, RolloutTable, in_order
from rules.service_hours import HoursTable, longest

_KINDS = frozenset({TicketKind.CHANGE, TicketKind.RELEASE})


@dataclass(frozen=True, slots=True)
class Measures:
    """Ids in the order of the catalogue; the strategies that all of them allow; "5x10" or "24x7"."""

    ids: tuple[str, ...]
    rollout: tuple[str, ...]
    hours: str


def measures(
    confidentiality: int,
    integrity: int,
    availability: int,
    flags: Collection[Flag],
    size: str,
    packs: Sequence[Pack],
) -> Measures:
    """What one asset of these classes (1 to 5) asks of a release of `size`: major, minor or sprint."""
    gdpr, ksz, nis2 = (flag in flags for flag in (Flag.GDPR, Flag.KSZ, Flag.NIS2))
    subject = Subject("", confidentiality, integrity, availability, gdpr, ksz, nis2)
    found = [(rule, why) for rule in _rules(packs) if (why := tuple(causes(rule.applies, subject)))]
    hours = {
        # A reason by a flag alone has no class; the highest is then asked.
        rule.params.at(reason.level or 5)
        for rule, why in found
        if isinstance(rule.params, HoursTable)
        for reason in why
    }
    return Measures(tuple(rule.id for rule, _ in found), _narrowest(found, size), longest(hours))


def allowed_rollout(facts: Facts, packs: Sequence[Pack]) -> tuple[str, ...]:
    """The strategies that all rules of a ticket allow, for all its assets together.

    A rule that applies by a flag nobody can see narrows too: what is advised must hold either way.
    """
    found = [
        (rule, tuple(why for subject in facts.subjects for why in causes(rule.applies, subject)))
        for _, rule in applicable_rules(facts, packs)
    ]
    return _narrowest(found, facts.size)


def _rules(packs: Sequence[Pack]) -> Iterator[Rule]:
    """What a classification can ask for; what is asked whatever the class is left out."""
    for pack in packs:
        for rule in pack.rules:
            if rule.asked and not rule.applies.any and not _KINDS.isdisjoint(rule.applies.kinds):
                yield rule


def _narrowest(found: Sequence[tuple[Rule, tuple[Because, ...]]], size: str | None) -> tuple[str, ...]:
    allowed = frozenset(STRATEGIES)
    for rule, why in found:
        if isinstance(rule.params, RolloutTable):
            allowed &= rule.params.narrowest(why, size)
    return in_order(allowed)
