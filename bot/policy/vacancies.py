"""Roles that nobody holds, and what waits for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.facts import Facts
from domain.finding import Finding
from domain.lifecycle import Verdict
from domain.people import ANY_ROLE, Group, Holder, Person, Role, RoleMembers
from rules.engine import evaluate
from rules.loading.loader import Pack

_SOMEBODY = Person("\0somebody", "")


def held_by_nobody(roles: Mapping[Role, RoleMembers]) -> tuple[Role, ...]:
    """The roles whose group has no active member, or is not found. One that cannot be read may well be held."""
    return tuple(role for role, held in roles.items() if held.vacant or held.lost)


def waited_for(facts: Facts, packs: Sequence[Pack], roles: Sequence[Role]) -> tuple[Role, ...]:
    """Those of these roles that a ticket waits for: somebody who held one would be asked for what is open now."""
    stuck = {f.id: f for f in evaluate(facts, packs) if f.verdict.open or f.verdict is Verdict.UNKNOWN}
    return tuple(role for role in roles if stuck and _waits(facts, packs, role, stuck))


def _waits(facts: Facts, packs: Sequence[Pack], role: Role, stuck: Mapping[str, Finding]) -> bool:
    # Judged as if somebody held it: no check has to tell apart why it asks whom.
    held = RoleMembers((_SOMEBODY,), facts.role(role).groups or (Group(_SOMEBODY.id, ""),))
    supposed = evaluate(replace(facts, roles={**facts.roles, role: held}), packs)
    return any(one.id in stuck and _asks(one, stuck[one.id]) for one in supposed)


def _asks(supposed: Finding, now: Finding) -> bool:
    asked = [a for a in supposed.who if isinstance(a, Holder) and a.person == _SOMEBODY]
    # Where somebody in another role can settle it as well, it waits for nobody.
    others = any(isinstance(actor, Holder) for actor in now.who)
    return any(actor.part != ANY_ROLE or not others for actor in asked)
