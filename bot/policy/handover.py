"""The two formal handover notifications: when they are due, and who gets them (Vo-ICR §2.3.3); and the one that takes
them back.

They go out wherever a rule asks for one, to whom that rule names. What was delivered, to whom and when is itself the
evidence, so the next evaluation sees it. A rollout that was rolled back or failed hands nothing over, so no rule asks
for anything then: whoever was told that it is available is told that it is not, and nobody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.policy.audience import Team
from domain.asset import Asset
from domain.facts import Facts
from domain.fields import UNDONE, Field
from domain.finding import Finding
from domain.people import Group, Person, Role
from rules.handover_record import SOON
from rules.moments.rollout import ended
from rules.moments.span import minute
from rules.nonsense import believed

# What failed or was rolled back hands nothing over.
_DONE = ("successful", "with_issues")

AVAILABLE, OPERATIONAL, TAKEN_BACK = 1, 2, 3
"""The stages: available in production; fully operational with service levels in force; neither of them any more."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One addressee: a role or team in its channel, or a person. `names` are the stakeholders reached by it; `roles`
    those that have had it with this one.
    """

    audience: Role | Team | Person
    names: tuple[str, ...]
    roles: tuple[Role, ...] = ()

    @property
    def key(self) -> str:
        """Stable within a ticket."""
        if isinstance(self.audience, Role):
            return self.audience.value
        if not isinstance(self.audience, Person):
            return f"team:{self.audience.name}"
        # A register in a file may know somebody by address only, and no address is kept.
        known = self.audience.id
        return hashlib.sha256(known.encode()).hexdigest()[:16] if "@" in known else known


def kind_of(stage: int, key: str, round_: int = 1) -> str:
    """The kind of message a notification is: one for each stage and recipient, by the recipient's key; and for each
    rollout of the same ticket that comes after one that was undone.
    """
    # The first bears no number, so that what was sent before there were more is known by the same name.
    again = f".{round_}" if round_ > 1 else ""
    return f"handover-{stage}{again}:{key}"


def is_handover(kind: str) -> bool:
    """Whether a kind of message is a handover notification."""
    return kind.startswith("handover-")


def stage_of(kind: str) -> int:
    """The stage that a kind of notification is about."""
    return int(kind[len("handover-")])


def round_in(kind: str) -> int:
    """The rollout that a kind of notification is about: 1, or higher after one that was undone."""
    return int(kind.partition(":")[0].partition(".")[2] or 1)


def key_in(kind: str) -> str:
    """The key of the recipient that a kind of notification is for."""
    return kind.partition(":")[2]


def takes_back(kind: str) -> bool:
    """Whether a kind of message takes an earlier notification back."""
    return is_handover(kind) and stage_of(kind) == TAKEN_BACK


def announces(kind: str) -> bool:
    """Whether a kind of message tells somebody that a rollout is available or operational."""
    return is_handover(kind) and not takes_back(kind)


def round_of(key: str, posted: Collection[str], early: Collection[str] = ()) -> int:
    """The rollout that a recipient is told of now, by the kinds that were posted: the one after those that they heard
    to be undone, or heard of too `early`.
    """
    void = (kind for kind in posted if takes_back(kind) or kind in early)
    return 1 + max((round_in(kind) for kind in void if key_in(kind) == key), default=0)


def too_early(facts: Facts, sent: Mapping[str, datetime]) -> frozenset[str]:
    """The kinds of the notifications that were sent (UTC) before the rollout had ended, as its end is known now."""
    end = ended(believed(facts))
    return frozenset(
        kind for kind, at in sent.items() if end and announces(kind) and minute(at) < minute(end.after)
    )


def taken_back(facts: Facts, posted: Collection[str]) -> tuple[str, ...]:
    """The kinds of message that are to tell somebody that what they were told holds no more, by those posted."""
    if facts.field("result").value not in UNDONE:
        return ()
    told: dict[str, int] = {}
    for kind in filter(announces, sorted(posted)):
        # Of what somebody was told more than once, the last takes the place of the others.
        told[key_in(kind)] = max(round_in(kind), told.get(key_in(kind), 1))
    kinds = (kind_of(TAKEN_BACK, key, number) for key, number in told.items())
    return tuple(kind for kind in kinds if kind not in posted)


def audience_of(key: str, people: Iterable[Person], team: str) -> Role | Team | Person:
    """Whom a recipient's key stands for; the ticket's own team for a person who is not among these any more."""
    if key in {role.value for role in Role}:
        return Role(key)
    if key.startswith("team:"):
        return Team(key.removeprefix("team:"))
    # A key may be the hash of an address, so it is made again of everybody and compared.
    return next((person for person in people if Recipient(person, ()).key == key), Team(team))


def stages_due(facts: Facts, findings: Sequence[Finding]) -> tuple[int, ...]:
    """Which notifications are due now: the first once the rollout ended well, the second once operational."""
    asked = any(finding.notifies for finding in findings)
    # The rules ask for no notification of an end that nobody can believe, and one that went out is not taken back.
    facts = believed(facts)
    rolled_out = facts.field("actual_end").filled and facts.field("result").value in _DONE
    if not asked or not rolled_out:
        return ()
    operational = facts.field("operational_at").value
    # A moment that lies ahead is a plan and announces nothing.
    second = isinstance(operational, datetime) and operational <= facts.now
    return (AVAILABLE, OPERATIONAL) if second else (AVAILABLE,)


def watched(facts: Facts, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings, those about the handover with the moment at which the next notification is due or one on its way
    is tried again: nobody touches the ticket for that, and not every rule asks for both of them.
    """
    # The journal knows a moment to look at a ticket again only from its findings, and a check knows only its own stage.
    operational, ended = (facts.field(name).moment for name in ("operational_at", "actual_end"))
    moments = [facts.now + SOON] if facts.underway else []
    if operational and operational > facts.now and stages_due(facts, findings):
        moments.append(operational)
    # Filled in ahead it is no end yet, and becomes one by itself.
    if ended and ended > facts.now:
        moments.append(ended)
    return tuple(
        replace(one, again=min([*moments, *filter(None, [one.again])])) if moments and one.notifies else one
        for one in findings
    )


def recipients(facts: Facts, findings: Sequence[Finding]) -> tuple[Recipient, ...]:
    """Whom the rules want notified, each once: the roles, and where one asks for it every stakeholder of the ticket and
    its assets. Where they name nobody, or nobody who is known, whoever takes over.
    """
    asked = [finding.notifies for finding in findings if finding.notifies]
    roles = dict.fromkeys(role for one in asked for role in one.roles)
    found = [one for role in roles for one in _in_role(facts, role)]
    if any(one.stakeholders for one in asked):
        # The group that takes over has its own as operations.
        taken = _operations(facts) if Role.OPERATIONS in roles else ()
        parties = dict.fromkeys(_stakeholders(facts))
        found += [_party_of(p) for p in parties if isinstance(p, Person) or p.name not in taken]
    each: dict[Role | Team | Person, Recipient] = {}
    for one in found:
        # An owner may be a stakeholder too: one message, which counts for both.
        each.setdefault(one.audience, one)
    return tuple(each.values()) or tuple(_in_role(facts, Role.OPERATIONS))


def _in_role(facts: Facts, role: Role) -> Iterator[Recipient]:
    """Who is addressed for a role: its channel; but the owners of the assets, who differ by asset, themselves."""
    owners = _owners(facts) if role is Role.OWNER else []
    if owners:
        yield from (replace(_party_of(party), roles=(role,)) for party in owners)
    elif role is Role.OPERATIONS:
        yield Recipient(role, _operations(facts), (role,))
    else:
        yield Recipient(role, tuple(person.name for person in facts.role(role).people), (role,))


def _party_of(party: Person | Group) -> Recipient:
    return Recipient(party if isinstance(party, Person) else Team(party.name), (party.name,))


def named(facts: Facts) -> list[Asset]:
    """The assets that the ticket names; who has to do with one that depends on these is handed over nothing."""
    return [one.asset for one in facts.subjects if one.asset and not one.path]


def _owners(facts: Facts) -> list[Person | Group]:
    return [party for asset in named(facts) for party in _party(asset.owner)]


def _operations(facts: Facts) -> tuple[str, ...]:
    """Names of the groups that take over: stated on the ticket, declared for the asset, or holding the role."""
    fields = [facts.field("handed_over_to"), *(asset.operations_group for asset in named(facts))]
    names = [p.name for field in fields for p in _party(field)]
    return tuple(dict.fromkeys([*names, *(g.name for g in facts.role(Role.OPERATIONS).groups)]))


def _stakeholders(facts: Facts) -> list[Person | Group]:
    fields = [facts.field("stakeholders"), *(asset.stakeholders for asset in named(facts))]
    return [party for field in fields for party in _party(field)]


def _party(field: Field) -> list[Person | Group]:
    return [p for p in field.value if isinstance(p, Person | Group)] if isinstance(field.value, tuple) else []
