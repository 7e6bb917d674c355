"""Decisions that people took in the source system, and what they settle for a role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from domain.asset import Subject
from domain.facts import Facts
from domain.finding import Actor
from domain.people import Group, Holder, Person, Role
from domain.sentence import Quote, Say, say
from domain.ticket import Approval, Change, Decision, Ticket
from rules.approval.drift import as_part, changed_after, cycle_start, doubtful, out_of_sight, told, unread
from rules.approval.membership_then import HeldThen, role_at_decision, why_not
from rules.approval.people import account
from rules.approval.unanswered import with_silence
from rules.memo import once_per_facts
from rules.moments.rollout import Rollout, rollout
from rules.moments.span import minute
from rules.outcome import Observation, Outcome, Result
from rules.wording import ROLES, sentences

# A decision without a moment sorts first, so that a dated one of the same person replaces it.
_EARLIEST = datetime.min.replace(tzinfo=UTC)
UNREAD = say("The approvals of this ticket cannot be read.")


@dataclass(frozen=True, slots=True)
class ApprovalDecision:
    """A decision by a person. Requests, groups as such and "not required" are none.

    person        who acted, and by whom the decision is judged
    at            when (UTC), where the source tells; `asked_at` when the person was asked
    on_behalf_of  in whose place they acted
    drift         what changed, after an approval, of that which was approved
    lapse         why an approval does not count in the role it is looked at for: it was not theirs then
    unsure        the same, where that cannot be seen for certain
    then          the role that was theirs when they decided, and is not now
    late          how long after the rollout began they approved; None where it was before, or cannot be seen
    doubtful      it cannot be seen whether what changed since is part of what was approved
    """

    person: Person
    approved: bool
    at: datetime | None
    group: Group | None
    on_behalf_of: Person | None = None
    asked_at: datetime | None = None
    drift: tuple[Change, ...] = ()
    lapse: Say | None = None
    unsure: bool = False
    then: Role | None = None
    late: timedelta | None = None
    doubtful: bool = False

    @property
    def holds(self) -> bool:
        """An approval of what the ticket still says, by somebody whose role it was then."""
        return self.approved and not self.drift and self.lapse is None

    @property
    def signed(self) -> Say:
        """Who decided, for whom, and when as far as the source tells; also how long after the rollout began."""
        return self._signed(self.person, self.on_behalf_of)

    def signed_as(self, role: Role) -> Say:
        """The same, with the role in which it was decided."""
        # A deputy's approval counts by the deputy's own role; a rejection stands on the record of who was asked.
        if self.approved or self.on_behalf_of is None:
            return self._signed(Holder(self.person, role), self.on_behalf_of)
        return self._signed(self.person, Holder(self.on_behalf_of, role))

    def _signed(self, actor: Person | Holder, principal: Person | Holder | None) -> Say:
        who: Say | Person | Holder = actor
        if principal is not None:
            who = say("{person} on behalf of {approver}", person=actor, approver=principal)
        if self.at is not None and self.late is not None:
            who = say(
                "{person} on {moment}, {late} after the rollout began",
                person=who,
                moment=self.at,
                late=self.late,
            )
        elif self.at is not None:
            who = say("{person} on {moment}", person=who, moment=self.at)
        if self.then is not None:
            return say("{person} (then a member of {role})", person=who, role=ROLES[self.then])
        return who if isinstance(who, Say) else say("{person}", person=who)


def decisions(ticket: Ticket) -> tuple[ApprovalDecision, ...]:
    """All decisions by people, in the order of the source, those of earlier cycles and stale ones included."""
    return tuple(_decision(a, a.person) for a in ticket.approvals if a.person and a.decision in _DECIDED)


_DECIDED = (Decision.APPROVED, Decision.REJECTED)


def _decision(given: Approval, person: Person) -> ApprovalDecision:
    approved = given.decision is Decision.APPROVED
    return ApprovalDecision(person, approved, given.at, given.group, given.on_behalf_of, given.asked_at)


@once_per_facts
def decisions_of_cycle(facts: Facts) -> tuple[ApprovalDecision, ...]:
    """The decisions of the present cycle, each with what changed after it of that which was approved.

    A decision of which only is known when it was asked for is dated by that: then `at` stays None.
    """
    start = cycle_start(facts.ticket)
    cast = [_with_drift(facts, vote) for vote in decisions(facts.ticket) if not _before(vote, start)]
    begun = rollout(facts) if any(vote.approved and vote.at for vote in cast) else None
    return tuple(_with_lateness(vote, begun) for vote in cast)


def _with_lateness(vote: ApprovalDecision, begun: Rollout | None) -> ApprovalDecision:
    if begun is None or vote.at is None or not vote.approved:
        return vote
    late = minute(vote.at) - minute(begun.began.by)
    return replace(vote, late=late) if late > timedelta() else vote


def _before(vote: ApprovalDecision, start: datetime | None) -> bool:
    """Whether a decision is of an earlier cycle: by when it was asked for, else by when it was taken."""
    # A change that goes back to New makes ServiceNow ask anew; what was asked before is of the earlier cycle
    # (docs/servicenow-facts.md).
    began = vote.asked_at or vote.at
    # One without any moment is kept: nothing shows that it is old (docs/decisions/010).
    return start is not None and began is not None and began < start


def _with_drift(facts: Facts, vote: ApprovalDecision) -> ApprovalDecision:
    moment = vote.at or vote.asked_at
    # A rejection never goes stale (docs/decisions/010).
    if not vote.approved or not moment:
        return vote
    drift = changed_after(facts, moment)
    return replace(vote, drift=drift, doubtful=doubtful(facts, drift))


def latest_per_person(
    cast: Iterable[ApprovalDecision], accounts: Mapping[str, str] | None = None
) -> tuple[ApprovalDecision, ...]:
    """The latest decision of each person; of two at the same moment the rejection. `accounts` gives the id of the
    account that stands for a person with several.
    """
    latest: dict[str, ApprovalDecision] = {}
    for vote in cast:
        person = (accounts or {}).get(vote.person.id, vote.person.id)
        before = latest.get(person)
        if before is None or _order(vote) >= _order(before):
            latest[person] = vote
    return tuple(latest.values())


def _order(vote: ApprovalDecision) -> tuple[datetime, bool]:
    return (vote.at or _EARLIEST, not vote.approved)


@once_per_facts
def effective_decisions(facts: Facts) -> tuple[ApprovalDecision, ...]:
    """The latest decision of each person in the present cycle, whatever their role."""
    return latest_per_person(decisions_of_cycle(facts), facts.same_person)


def with_later_changes(
    facts: Facts, subjects: Iterable[Subject], given: Iterable[ApprovalDecision], outcome: Outcome
) -> Outcome:
    """The outcome with what the time after the decisions given for it tells: every change that overtook one of
    them, or, where an approval settled it, what cannot be seen of that time.
    """
    votes_given = tuple(given)
    if outcome.result is Result.MET:
        approved = min((v.at for v in votes_given if v.holds and v.at), default=None)
        return replace(outcome, parts=(*outcome.parts, *out_of_sight(facts, subjects, approved)))
    changes = dict.fromkeys(change for vote in votes_given for change in vote.drift)
    return replace(outcome, parts=(*outcome.parts, *map(as_part, changes)))


def holds_role(facts: Facts, role: Role, person: Person) -> bool:
    """Whether the person holds the role, or was seen to hold it once, by any of their accounts."""
    # Without a moment: that it was ever theirs does not hang on one.
    return role_at_decision(facts, role, person, None, None).ever


def decides(vote: ApprovalDecision, member: Callable[[Person], bool], asked: bool = False) -> bool:
    """Whether a decision is one of those who are `member`, or `asked` through their group.

    Who decides for somebody else is judged as who they are: their approval needs the role to be their own. A
    rejection stands on whichever record it was written: nothing may pass over it.
    """
    if member(vote.person):
        return True
    if vote.on_behalf_of is None:
        return asked
    return not vote.approved and (asked or member(vote.on_behalf_of))


@once_per_facts
def in_role(facts: Facts, role: Role) -> tuple[ApprovalDecision, ...]:
    """The current decisions of people who hold the role, by membership or by the group they were asked in; those of
    people who hold or held it at another time are there too: an approval then counts for nothing, and takes back
    nothing that they decided while it was theirs; a rejection counts.
    """
    given = [_in_time(facts, role, v) for v in decisions_of_cycle(facts) if _decides_for(facts, role, v)]
    counted = latest_per_person((v for v in given if v.lapse is None), facts.same_person)
    decided = {account(facts, v.person) for v in counted}
    # An idle one is told, so that nobody asks why it was passed over; but what somebody decided while it counted is
    # their word, and a later one that does not count takes nothing of that back.
    idle = (v for v in given if v.lapse and account(facts, v.person) not in decided)
    return (*counted, *latest_per_person(idle, facts.same_person))


def _in_time(facts: Facts, role: Role, vote: ApprovalDecision) -> ApprovalDecision:
    """The decision with how whoever took it stood to the role at that moment. Who was asked through a group of the
    role belonged to it when they were asked, as the source's own record says.
    """
    if vote.on_behalf_of is None and facts.role(role).covers(vote.group):
        return vote
    stood = role_at_decision(facts, role, vote.person, vote.at, vote.asked_at)
    if stood.held is HeldThen.THEN:
        return replace(vote, then=role)
    # A rejection stands whenever it was given (docs/decisions/014); only approvals lapse.
    if not vote.approved or stood.counts or not stood.ever:
        return vote
    why = why_not(role, vote.person, vote.at, stood)
    return replace(vote, lapse=why, unsure=stood.held is HeldThen.UNSURE)


def _decides_for(facts: Facts, role: Role, vote: ApprovalDecision) -> bool:
    asked = facts.role(role).covers(vote.group)
    return decides(vote, lambda person: holds_role(facts, role, person), asked)


def observe_role(facts: Facts, role: Role, counts: Callable[[Person], bool], needed: int = 1) -> Observation:
    """Whether the role approved, by as many different people who `counts` as are `needed`. One rejection outweighs
    every approval.
    """
    members, name = facts.role(role), ROLES[role]
    if not facts.ticket.approvals_readable:
        return Observation(name, Result.UNKNOWN, UNREAD)
    if not members.configured:
        return Observation(name, Result.UNKNOWN, _unnamed(role))
    # What is decided comes before what is unreadable: one decision that is seen can settle it.
    decided = _observe_decided(facts, role, counts, needed)
    return decided or with_silence(facts, role, Observation(name, *_undecided(facts, role, counts, needed)))


def approvals_for(facts: Facts, role: Role, counts: Callable[[Person], bool]) -> tuple[ApprovalDecision, ...]:
    """The approvals for a role that count now, one of each person."""
    found = [vote for vote in in_role(facts, role) if vote.holds and counts(vote.person)]
    return tuple({account(facts, vote.person): vote for vote in found}.values())


def _observe_decided(
    facts: Facts, role: Role, counts: Callable[[Person], bool], needed: int
) -> Observation | None:
    """What those who hold the role decided; None when that settles nothing."""
    given, name = in_role(facts, role), ROLES[role]
    rejected = tuple(v.signed_as(role) for v in given if not v.approved)
    if rejected:
        return Observation(name, Result.UNMET, say("Rejected by {people}.", people=rejected))
    approved = tuple(v.signed_as(role) for v in approvals_for(facts, role, counts))
    # A member who cannot be seen may have rejected, and one rejection outweighs every approval.
    if len(approved) < needed or _hidden_rejection(facts, role):
        return None
    return Observation(name, Result.MET, say("Approved by {people}.", people=approved))


def _undecided(facts: Facts, role: Role, counts: Callable[[Person], bool], needed: int) -> tuple[Result, Say]:
    if not facts.role(role).readable:
        return Result.UNKNOWN, say("It cannot be read who belongs to {role}.", role=ROLES[role])
    if facts.role(role).lost:
        return Result.UNKNOWN, say("The group that is named for {role} is not found.", role=ROLES[role])
    idle = [v for v in in_role(facts, role) if v.approved and not v.holds and counts(v.person)]
    lapses = [vote.lapse for vote in idle if vote.lapse]
    overtaken = [vote for vote in idle if vote.drift and not vote.lapse]
    # Why what looks like an approval is none, before "no approval yet" is said to whoever sees one in the ticket.
    told = [*lapses, *(_no_member(role, v) for v in _deputies(facts, role))]
    empty = [_vacant(role)] if facts.role(role).vacant else []
    if overtaken:
        result, seen = observe_overtaken(overtaken)
        return result, sentences(seen, *told, *empty)
    if told and any(vote.unsure for vote in idle):
        return Result.UNKNOWN, sentences(told[0], *told[1:])
    return Result.UNMET, sentences(*told, _too_few(facts, role, counts, needed), *empty)


def _too_few(facts: Facts, role: Role, counts: Callable[[Person], bool], needed: int) -> Say:
    approved = tuple(vote.signed for vote in approvals_for(facts, role, counts))
    if needed == 1 or not approved:
        return say("No approval by {role} yet.", role=ROLES[role])
    return say(
        "{needed} approvals by {role} are asked, {given} so far: {people}.",
        needed=needed,
        role=ROLES[role],
        given=len(approved),
        people=approved,
    )


def _vacant(role: Role) -> Say:
    return say("At present nobody can decide for {role}: its group has no active member.", role=ROLES[role])


def approvals_wanted(role: Role, needed: int = 1) -> Say:
    """What is asked of a role."""
    if needed == 1:
        return say("An approval by {role}.", role=ROLES[role])
    return say("{n} approvals by {role}, of different people.", n=needed, role=ROLES[role])


def observe_overtaken(given: Sequence[ApprovalDecision]) -> tuple[Result, Say]:
    """Approvals after which something changed: they do not count. Of one without a date it cannot be seen whether
    it came before or after; that is told when nothing else is.
    """
    doubted = [vote for vote in given if vote.doubtful]
    if doubted:
        return Result.UNKNOWN, _doubted(doubted)
    dated = [vote for vote in given if vote.at is not None]
    alike: dict[tuple[Change, ...], list[ApprovalDecision]] = {}
    for vote in dated or given:
        alike.setdefault(vote.drift, []).append(vote)
    spoken = [
        sentence
        for changes, together in alike.items()
        for sentence in (_overtaken(tuple(v.signed for v in together), bool(dated)), *told(changes))
    ]
    return Result.UNMET if dated else Result.UNKNOWN, sentences(spoken[0], *spoken[1:])


def _doubted(given: Sequence[ApprovalDecision]) -> Say:
    approved = say("Approved by {people}.", people=tuple(vote.signed for vote in given))
    return sentences(approved, *told(given[0].drift), unread())


def _overtaken(people: tuple[Say, ...], dated: bool) -> Say:
    if not dated:
        return say("It cannot be seen whether {people} approved before or after a change.", people=people)
    if len(people) == 1:
        return say("The approval by {person} no longer counts.", person=people[0])
    return say("The approvals by {people} no longer count.", people=people)


def _deputies(facts: Facts, role: Role) -> tuple[ApprovalDecision, ...]:
    """Approvals in the place of somebody who holds the role, by somebody who does not."""
    members = facts.role(role)
    return tuple(
        v
        for v in effective_decisions(facts)
        if v.approved
        and v.on_behalf_of is not None
        and (members.covers(v.group) or holds_role(facts, role, v.on_behalf_of))
        and not _decides_for(facts, role, v)
    )


def _no_member(role: Role, vote: ApprovalDecision) -> Say:
    return say(
        "{person} approved on behalf of {approver} and does not belong to {role}, so that does not count.",
        person=vote.person,
        approver=vote.on_behalf_of,
        role=ROLES[role],
    )


def _unnamed(role: Role) -> Say:
    return say(
        "No group is named for {role}; an administrator can do so with {setting}.",
        role=ROLES[role],
        setting=Quote(f"ROLES__{role.name}"),
    )


def _hidden_rejection(facts: Facts, role: Role) -> bool:
    """Somebody rejected who may hold the role, for all that can be read of it."""
    return not facts.role(role).readable and any(not v.approved for v in effective_decisions(facts))


def _may_again(vote: ApprovalDecision) -> bool:
    """Whether it was overtaken by a change, and is of somebody who can still give another."""
    return bool(vote.drift) and not vote.then and vote.person.active


def ask_of(
    facts: Facts, role: Role, counts: Callable[[Person], bool], needed: int = 1, part: str = ""
) -> tuple[Actor, ...]:
    """Who can still decide for a role, for one `part` of what is asked: whoever rejected, each of them; else whose
    approval was overtaken and who still holds it, else members who have not decided while they held it, else the role.
    Where nobody can decide for it, the change manager, who can see to it that somebody does.
    """
    given = in_role(facts, role)
    if rejected := [v.person for v in given if not v.approved]:
        return each_of(role, part, [p for p in rejected if p.active]) or (Role.CHANGE_MANAGER,)
    theirs = [v for v in given if v.lapse is None]
    again = [v.person for v in theirs if _may_again(v) and counts(v.person)]
    decided = {account(facts, v.person) for v in theirs}
    waiting = [
        p for p in facts.role(role).people if p.active and account(facts, p) not in decided and counts(p)
    ]
    able, left = again or waiting, needed - len(approvals_for(facts, role, counts))
    if able:
        # With no more people than approvals that lack, every one of them must act.
        return each_of(role, part, able) if len(able) <= left else _one_of(role, part, able)
    return (Role.CHANGE_MANAGER,) if facts.role(role).vacant else (role,)


def _one_of(role: Role, part: str, people: Iterable[Person]) -> tuple[Actor, ...]:
    return tuple(Holder(person, role, part) for person in people)


def each_of(role: Role, part: str, people: Sequence[Person]) -> tuple[Actor, ...]:
    """Everybody of them is asked: a part for each, so that none of them stands in for another."""
    if len(people) < 2:
        return _one_of(role, part, people)
    return tuple(Holder(person, role, f"{part}/{person.id}") for person in people)
