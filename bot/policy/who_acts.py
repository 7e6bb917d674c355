"""Who must act on what is open: of several who can, one; where several must, each. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from domain.finding import Actor, Finding
from domain.people import ANY_ROLE, Holder, Role

Alternatives = tuple[Actor, ...]
"""Those of whom one is enough."""


def must_act(findings: Iterable[Finding]) -> tuple[Alternatives, ...]:
    """For all that these ask together: each group must act, and of each group one is enough."""
    groups = [group for finding in findings for group in _groups(finding.who)]
    asked = list(dict.fromkeys(tuple(dict.fromkeys(map(_bare, group))) for group in groups))
    # Whoever settles what fewer can settle, settles with it what more can.
    return tuple(dict.fromkeys(_narrowest(one, asked) for one in asked))


def _narrowest(one: Alternatives, asked: Iterable[Alternatives]) -> Alternatives:
    return min((other for other in asked if _narrower(other, one)), key=len, default=one)


def _groups(actors: Iterable[Actor]) -> Iterable[Alternatives]:
    found: dict[Hashable, list[Actor]] = {}
    for actor in actors:
        found.setdefault(_key(actor), []).append(actor)
    return tuple(map(tuple, found.values()))


def _key(actor: Actor) -> Hashable:
    """What puts actors into one group: the part of what is asked, in a role; of the team anybody."""
    match actor:
        case Holder(role=role, part=part):
            # Only what any role can settle is named so, whichever role each of them holds.
            return part if part == ANY_ROLE else (role, part)
        case Role():
            return actor
        case _:
            return ""


def _bare(actor: Actor) -> Actor:
    return Holder(actor.person, actor.role) if isinstance(actor, Holder) else actor


def _narrower(one: Alternatives, other: Alternatives) -> bool:
    if set(one) < set(other):
        return True
    # A role as such is anybody in it, so that its people by name are fewer.
    return isinstance(other[0], Role) and any(isinstance(a, Holder) and a.role is other[0] for a in one)
