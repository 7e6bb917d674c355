"""Recorded exceptions: what is open stays visible beneath them, and nothing becomes met by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from domain.asset import Subject
from domain.facts import Facts
from domain.finding import Finding
from domain.lifecycle import State, Verdict
from domain.people import Person, Role
from domain.sentence import Either, Say, say
from domain.ticket import Change
from domain.waiver import Waiver
from rules.approval.people import among
from rules.loading.loader import Rule
from rules.loading.schema import Counts
from rules.moments.rollout import rollout
from rules.moments.span import Span
from rules.wording import ROLES, asset_name, sentences

_DUTIES = ("requester", "builders", "testers", "implementer")
"""Fields with the people who do not waive: they requested, build, test or carry out the change."""

_NEVER = frozenset({Verdict.MET, Verdict.UNKNOWN, Verdict.WAIVED})
"""What no exception covers, however early it was recorded."""


@dataclass(frozen=True, slots=True)
class Required:
    """One exception that must be recorded, by somebody in one of these roles; nobody may where there are none. The
    `owners` are those of one `asset`, where the owner is among the roles.
    """

    roles: frozenset[Role]
    asset: str = ""
    owners: tuple[Person, ...] = ()

    def by(self, person: Person, role: Role, facts: Facts) -> bool:
        """Whether it is for this person in this role to record it."""
        return role in self.roles and (role is not Role.OWNER or among(facts, person, self.owners))

    @property
    def who(self) -> Say | Either:
        """Who may record it, in words."""
        asset = asset_name(self.asset)
        named = [
            say("the application owner of {asset}", asset=asset) if role is Role.OWNER else told
            for role, told in ROLES.items()
            if role in self.roles
        ]
        return named[0] if len(named) == 1 else Either(tuple(named))


_NOBODY = Required(frozenset())


@dataclass(frozen=True, slots=True)
class Part:
    """A duty that keeps somebody from waiving: the field that gives it, and the ticket of which it is one."""

    duty: str
    key: str


def apply_waivers(finding: Finding, facts: Facts, rule: Rule) -> Finding:
    """The finding, waived when it is open and what must be recorded for it is in force: now, or when the rollout began
    for what had to be there before it. Where the document lets it be waived on a condition only, an exception holds
    nothing without that. An exception that does not hold leaves the finding as it is, and saying why.
    """
    recorded = _recorded(facts, finding.id)
    if not recorded or finding.verdict in _NEVER:
        return finding
    asked, under_way = required(rule, finding, facts), rollout(facts)
    began = under_way.began if under_way else None
    # Of a start between two moments an exception counts that was in force at both.
    before = [one for one in recorded if began and _throughout(one, finding.id, began)]
    if _asked_before_the_start(finding, rule) and (chosen := _covering(before, asked, facts)):
        return replace(_waived(finding, chosen), for_good=True)
    if not finding.verdict.open:
        return finding
    now = running(facts, finding.id)
    if chosen := _covering(now, asked, facts):
        begun = began.exact if began else None
        after = begun if begun and any(one.recorded_at > begun for one in chosen) else None
        return replace(_waived(finding, chosen), begun=after if _asked_before_the_start(finding, rule) else None)
    told = [_why_not(one, now, asked, rule, facts) for one in now]
    return _doubted(finding, now, told) if now else finding


def required(rule: Rule, finding: Finding, facts: Facts) -> tuple[Required, ...]:
    """What must be recorded before the finding is waived, each by somebody else or in another role."""
    # What cannot be seen of the condition is no leave either.
    if rule.waivable and rule.waivable.holds(facts) is not True:
        return (_NOBODY,)
    causing = _causing(finding, facts)
    # A flag that cannot be seen may be there, and then the DPO has a say.
    demands = rule.exempted_by.demands(any(subject.gdpr is not False for subject in causing))
    return tuple(one for demand in demands for one in _per_asset(demand, causing, facts))


def running(facts: Facts, rule: str) -> tuple[Waiver, ...]:
    """The exceptions recorded for a rule of this very ticket that run now."""
    return tuple(one for one in _recorded(facts, rule) if one.in_force(rule, facts.now))


def lacking(rule: Rule, finding: Finding, facts: Facts) -> tuple[Required, ...]:
    """What is required of exceptions and runs for the finding as yet by nobody."""
    recorded = running(facts, finding.id)
    return tuple(one for one in required(rule, finding, facts) if not _covering(recorded, (one,), facts))


def part_of(facts: Facts, person: Person) -> Part | None:
    """What part somebody has in making the change, or in a change that the release contains; None when there is none
    to be seen. A duty that cannot be read is held against nobody.
    """
    own = _with_accounts(facts, person)
    tickets = (facts.ticket, *(child.ticket for child in facts.children if child.ticket))
    return next(
        (
            Part(duty, ticket.key)
            for ticket in tickets
            for duty in _DUTIES
            if any(_same(facts, own, other) for other in ticket.field(duty).people)
        ),
        None,
    )


def _recorded(facts: Facts, rule: str) -> list[Waiver]:
    # By id and not by key: keys change when a ticket is moved.
    return [one for one in facts.waivers if one.ticket == facts.ticket.subject and rule in one.rules]


def _causing(finding: Finding, facts: Facts) -> tuple[Subject, ...]:
    named = {(why.subject, why.path) for why in finding.because if why.certain}
    return tuple(one for one in facts.subjects if (one.name, one.path) in named)


def _per_asset(demand: frozenset[Role], causing: Sequence[Subject], facts: Facts) -> Iterator[Required]:
    if Role.OWNER not in demand:
        yield Required(demand)
        return
    # Who owns several of the assets records one for all of them.
    yield from dict.fromkeys(
        Required(demand, subject.name, _owners(facts, subject)) for subject in causing
    ) or [Required(demand)]


def _owners(facts: Facts, subject: Subject) -> tuple[Person, ...]:
    own = subject.asset.owner.people if subject.asset else ()
    return own or facts.people("application_owner")


def _covering(recorded: Sequence[Waiver], asked: Sequence[Required], facts: Facts) -> tuple[Waiver, ...]:
    """For each exception that is asked one of those recorded, the one that ends first before the others; nothing
    where one is lacking.
    """
    sound = [one for one in recorded if part_of(facts, _person(one)) is None]
    chosen = [_longest(one for one in sound if meets(one, demand, facts)) for demand in asked]
    found = dict.fromkeys(one for one in chosen if one)
    return tuple(sorted(found, key=lambda one: one.until)) if all(chosen) else ()


def _longest(recorded: Iterable[Waiver]) -> Waiver | None:
    return max(recorded, key=lambda one: (one.until, one.recorded_at), default=None)


def meets(waiver: Waiver, demand: Required, facts: Facts) -> bool:
    """Whether an exception is one that is required."""
    if waiver.role is not Role.OWNER:
        return waiver.role in demand.roles
    # An exception is overtaken by nothing: whoever owned the asset when recording it had the right to.
    return demand.by(_person(waiver), Role.OWNER, facts) or (
        Role.OWNER in demand.roles and _owned_then(facts, demand.asset, waiver)
    )


def _owned_then(facts: Facts, asset: str, waiver: Waiver) -> bool:
    def told(change: Change) -> bool:
        return change.of == asset and change.field in ("owner", "application_owner")

    later = [one for one in facts.looks.changes if told(one) and one.at > waiver.recorded_at]
    return bool(later) and waiver.by in [name.strip() for name in later[0].before.split(",")]


def _waived(finding: Finding, chosen: Sequence[Waiver]) -> Finding:
    # Nobody is asked for what is excused, and no term of an emergency runs on it.
    return replace(
        finding,
        verdict=Verdict.WAIVED,
        under=finding.verdict,
        waiver=chosen[0],
        also=tuple(chosen[1:]),
        who=(),
        settle_by=None,
    )


def _doubted(finding: Finding, recorded: Sequence[Waiver], told: Sequence[Say]) -> Finding:
    """The finding with why the exceptions that run for it do not hold, until one of them ends."""
    ends = [one.until for one in recorded]
    again = min([*ends, finding.again] if finding.again else ends)
    return replace(finding, seen=sentences(finding.seen, *told), again=again)


def _why_not(
    waiver: Waiver, recorded: Sequence[Waiver], asked: Sequence[Required], rule: Rule, facts: Facts
) -> Say:
    by = {"name": _person(waiver), "role": waiver.role}
    if part := part_of(facts, _person(waiver)):
        return _own_work(waiver, part)
    if asked == (_NOBODY,) and rule.waivable:
        told = rule.waivable.told
        return say(
            "The exception by {name} ({role}) does not hold: it may only be waived {when}.", when=told, **by
        )
    if asked == (_NOBODY,):
        return say("The exception by {name} ({role}) does not hold: nobody may waive this.", **by)
    if not any(meets(waiver, demand, facts) for demand in asked):
        who = tuple(demand.who for demand in asked)
        return say(
            "The exception by {name} ({role}) does not hold: that is for {who} to record.", who=who, **by
        )
    who = tuple(demand.who for demand in asked if not _covering(recorded, (demand,), facts))
    return say(
        "The exception by {name} ({role}) holds nothing yet: {who} must record one too.", who=who, **by
    )


def _own_work(waiver: Waiver, part: Part) -> Say:
    given = {"name": _person(waiver), "ticket": part.key}
    match part.duty:
        case "requester":
            return say("The exception by {name} does not hold: they requested {ticket} themselves.", **given)
        case "builders":
            return say("The exception by {name} does not hold: they build {ticket} themselves.", **given)
        case "testers":
            return say("The exception by {name} does not hold: they test {ticket} themselves.", **given)
        case _:
            return say("The exception by {name} does not hold: they carry out {ticket} themselves.", **given)


def _person(waiver: Waiver) -> Person:
    return Person(waiver.account, waiver.by)


def _with_accounts(facts: Facts, person: Person) -> Person:
    """The person with the e-mail address that their account shows where they hold a role: in a change of another system
    they have another account.
    """
    known = (member for held in facts.roles.values() for member in held.people)
    owners = (owner for subject in facts.subjects for owner in _owners(facts, subject))
    return next((one for one in (*known, *owners) if one.id == person.id and one.email), person)


def _same(facts: Facts, person: Person, other: Person) -> bool:
    alike = bool(person.email) and person.email.casefold() == other.email.casefold()
    return alike or among(facts, person, (other,))


def _asked_before_the_start(finding: Finding, rule: Rule) -> bool:
    """Whether it had to be there when the rollout began, or was forbidden then: what no moment is asked of can still be
    settled, and an exception to that ends when it ends.
    """
    if rule.stays or any(stage.evidence is Counts.BEFORE_ROLLOUT for stage in rule.stages):
        return True
    return finding.verdict is Verdict.VIOLATED and State.IMPLEMENT.reached(finding.gate)


def _throughout(one: Waiver, rule: str, span: Span) -> bool:
    return one.in_force(rule, span.after) and one.in_force(rule, span.by)
