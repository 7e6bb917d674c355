"""What a rule's check looks at on a ticket: found out by letting it run on facts that take note."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from domain.asset import Subject
from domain.facts import Facts
from domain.people import Role
from rules.applicability import causes
from rules.check_api import CheckInput, Params, asked_of
from rules.checks import CHECKS
from rules.loading.loader import Rule
from rules.wording import label

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class LookedAt:
    """What was looked at, in the order of the first look: fields by name, roles, and the approvals as a whole."""

    fields: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    approvals: bool = False


class AccessTrace(Mapping[K, V]):
    """A mapping that keeps what it was asked for."""

    def __init__(self, inner: Mapping[K, V]) -> None:
        self._inner, self.asked = inner, list[K]()

    def __getitem__(self, key: K) -> V:
        self.asked.append(key)
        return self._inner[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self._inner)

    def __len__(self) -> int:
        return len(self._inner)

    def items(self) -> ItemsView[K, V]:
        """All at once, as a copy of the whole needs it: that is a look at none of them."""
        return self._inner.items()

    def values(self) -> ValuesView[V]:
        """The same, of the values alone."""
        return self._inner.values()


class _NotingTuple(tuple[Any, ...]):
    """A tuple that tells when it is read."""

    told: Callable[[], None]

    # A look at the approvals as a whole is noticed where a check goes through them.
    def __iter__(self) -> Iterator[Any]:
        self.told()
        return super().__iter__()


def access_trace(facts: Facts, rule: Rule) -> LookedAt:
    """What judging this rule on this ticket takes into view; nothing where no check is run."""
    # As the engine does: only certain reasons are judged by, and each asset once.
    certain = [(s, why) for s in facts.subjects for why in causes(rule.applies, s) if why.certain]
    if not certain or not rule.stages:
        return LookedAt()
    fields, roles = AccessTrace(facts.ticket.fields), AccessTrace(facts.roles)
    approvals, read = _NotingTuple(facts.ticket.approvals), list[bool]()
    approvals.told = lambda: read.append(True)
    ticket = replace(facts.ticket, fields=fields, approvals=approvals)
    because, noted = tuple(why for _, why in certain), replace(facts, ticket=ticket, roles=roles)

    def of(params: Params) -> tuple[Subject, ...]:
        return asked_of(params, facts, (subject for subject, _ in certain))

    judged = {
        part.name
        for stage in rule.stages
        for part in CHECKS[stage.check].run(noted, CheckInput(stage.params, because, of(stage.params))).parts
    }
    # Some checks judge the very fields by which others only seek whom to ask: a part of that name tells them apart.
    names = [*_judged_by(fields.asked), *(name for name in _WHOM_TO_ASK if label(name) in judged)]
    return LookedAt(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(roles.asked)), bool(read))


_WHOM_TO_ASK = ("responsible_group", "implementer", "requester")
"""The order in which `rules.approval.people.settlers` looks for somebody to ask."""


def _judged_by(asked: list[str]) -> Iterator[str]:
    """The looks without those that only sought whom to ask: they judge nothing."""
    # `settlers` reads these fields in one order, each only where the one before named nobody.
    next_to_ask = 0
    for name in asked:
        if name == _WHOM_TO_ASK[0]:
            next_to_ask = 1
        elif 0 < next_to_ask < len(_WHOM_TO_ASK) and name == _WHOM_TO_ASK[next_to_ask]:
            next_to_ask += 1
        else:
            next_to_ask = 0
            yield name
