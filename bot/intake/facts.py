"""Stage 1: which tickets to look at, and all that is known of one of them.

A source that cannot be read in full says so in the report and keeps its mark, so that nothing is skipped; the
other sources are served all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.context import Context
from bot.intake.accounts import approvals_at_home, at_home, duties_at_home, foreign, known_people
from bot.intake.assets import AssetLookup
from bot.intake.releases import ReleaseContents, TicketCache, added_at, contained
from bot.intake.successors import successors
from bot.policy.classification import classify, of_change, unread_change
from bot.policy.emergency import settle_by
from bot.policy.looks import Observation, as_history, looked, observed
from bot.policy.membership import with_past
from domain.asset import Asset, Subject
from domain.facts import Child, Facts
from domain.people import Person, Role, RoleMembers
from domain.ports.errors import Forbidden
from domain.ports.source import TicketSource
from domain.sentence import Say, say
from domain.ticket import Ticket, TicketKind, TicketRef
from rules.approval.people import DUTIES


@dataclass(slots=True)
class FactsBuilder:
    """Reads tickets with everything needed to judge them; members of the roles are read once per source, changes
    and assets once until `forget`. `problems` are lines for the admin about what was read so far. One that is
    `watching` keeps who was seen in which role; whoever only asks keeps nothing.
    """

    ctx: Context
    watching: bool = False
    problems: list[str] = field(default_factory=list)
    _roles: dict[str, Mapping[Role, RoleMembers]] = field(default_factory=dict)
    shelf: TicketCache = field(init=False)
    registers: AssetLookup = field(init=False)
    _began: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        self.shelf = TicketCache(self.ctx.sources, self.ctx.policy.intake.max_children)
        self.registers = AssetLookup(self.ctx.books, self.ctx.relations)
        self._began = self.ctx.clock()

    def forget(self) -> None:
        """From now on tickets and assets are read anew: somebody may have settled something meanwhile."""
        self.shelf.forget()
        self.registers.forget()
        self._began = self.ctx.clock()

    def facts(self, source: TicketSource, ref: TicketRef) -> Facts:
        """One ticket, judged-ready. Raises SourceError when the ticket itself cannot be read."""
        ticket = self._whole(self.shelf.read(source, ref))
        roles = self.members(source)
        self.problems += _withheld(ticket, roles)
        bundle = self._bundle(ticket)
        ticket = _with_unread(ticket, bundle)
        changes = [change for _, change in bundle.changes if change]
        # Those of the ticket and of all its changes at once, so that each register gets one question.
        self.registers.look_up(asset for one in (ticket, *changes) for asset in one.assets)
        subjects, problems = self._subjects(ticket, self._bundled(ticket, bundle))
        # When all is read: findings are of the moment at which everything they rest on was known.
        now = self.ctx.clock()
        facts = Facts(
            ticket=ticket,
            subjects=subjects if bundle.readable else _not_all(subjects),
            now=now,
            problems=problems,
            roles=roles,
            notices=self.ctx.journal.notices(ticket.source, ticket.id),
            underway=self.ctx.journal.underway(ticket.source, ticket.id),
            service_hours=self.ctx.policy.hours.releases,
            declarations=self.ctx.policy.declarations,
            children=tuple(self._child(ticket, key, change) for key, change in bundle.changes),
            children_readable=bundle.readable,
            successors=successors(ticket, self.shelf),
            substitutes=self.ctx.policy.judging.stand_ins,
            waivers=self.ctx.journal.waivers_of(ticket.subject),
            same_person=self.ctx.policy.judging.same_accounts,
        )
        # What this look shows is among it, whether it will be kept or not: what is found must not wait for the next.
        known = looked(self.ctx.journal.remembered(ticket.subject), self.observed(facts))
        facts = replace(facts, looks=as_history(known, ticket, facts.children))
        return replace(facts, settle_by=self._settle_by(facts))

    def observed(self, facts: Facts) -> Observation:
        """What a look at a ticket shows, which is remembered when the ticket is kept."""
        # From before the first read on: a ticket or an asset may have been read on behalf of another.
        return observed(facts.ticket, facts.subjects, self._began, facts.now)

    def _whole(self, ticket: Ticket) -> Ticket:
        """A release with the changes in it that are out of sight, by what the journal and its history know of them."""
        if ticket.kind is not TicketKind.RELEASE:
            return ticket
        remembered = self.ctx.journal.changes_named(ticket.source, ticket.id)
        hidden = self.shelf.out_of_sight(ticket, remembered)
        if not hidden:
            return ticket
        named = replace(ticket.field("changes"), value=(*contained(ticket), *hidden))
        return replace(ticket, fields={**ticket.fields, "changes": named})

    def _bundle(self, ticket: Ticket) -> ReleaseContents:
        bundle = self.shelf.bundle(ticket)
        if bundle.left_out:
            self.problems.append(
                f"{ticket.key}: contains {len(bundle.changes) + bundle.left_out} changes, of which "
                f"{len(bundle.changes)} were read — raise SLUIS_MAX_CHILDREN to read them all"
            )
        return bundle

    def _settle_by(self, facts: Facts) -> datetime | None:
        policy = self.ctx.policy
        known = self.ctx.journal.settle_by(facts.ticket.source, facts.ticket.id)
        return settle_by(facts, known, policy.judging.emergency_days, policy.calendar)

    def _child(self, release: Ticket, key: str, change: Ticket | None) -> Child:
        """A change as the release's rules look at it, by its own assets as its own source knows their people."""
        if change is None:
            return Child(key, None, added_at=added_at(release, key))
        subjects, _ = self._subjects(change, home=release)
        # Ids differ per system: without this nobody who approved over there would count here, and nobody who made it
        # would be known as its maker (docs/decisions/012).
        if change.source != release.source:
            people, same = self._people(release), self.ctx.policy.judging.same_accounts
            change = duties_at_home(approvals_at_home(change, people), DUTIES, people, same)
        return Child(key, change, subjects, added_at(release, key, change))

    def _bundled(self, release: Ticket, bundle: ReleaseContents) -> tuple[Subject, ...]:
        """What the changes touch, with the people of the release's system: there its sign-offs are asked."""
        default = self.ctx.policy.intake.default_class
        return tuple(
            subject
            for key, change in bundle.changes
            for subject in (
                of_change(change, self._subjects(change, home=release)[0])
                if change
                else (unread_change(key, default, self._seen_before(key)),)
            )
        )

    def _seen_before(self, key: str) -> tuple[Mapping[str, object], ...]:
        """The subjects of a change when it was last judged, as its snapshot has them."""
        rows = self.ctx.journal.called(key)
        shots = (self.ctx.journal.snapshot(row.source, row.id) for row in rows)
        return tuple(subject for shot in shots if shot for subject in shot.get("subjects", ()))

    def _subjects(
        self, ticket: Ticket, bundled: tuple[Subject, ...] = (), home: Ticket | None = None
    ) -> tuple[tuple[Subject, ...], tuple[Say, ...]]:
        at_home = self._at_home(home or ticket)
        found, unread, beyond = self.registers.known(ticket.assets, at_home, bundled)
        return classify(ticket, found, unread, self.ctx.policy.intake.default_class, beyond)

    def _at_home(self, ticket: Ticket) -> Callable[[Asset], Asset]:
        """Makes assets whose owners are named otherwise name the people of the ticket's system."""
        others = {source.name for source in self.ctx.sources} - {ticket.source}
        people, same = self._people(ticket), self.ctx.policy.judging.same_accounts
        return lambda asset: at_home(asset, people, same) if foreign(asset, others) else asset

    def _people(self, ticket: Ticket) -> list[Person]:
        source = next(source for source in self.ctx.sources if source.name == ticket.source)
        return list(known_people(ticket, self.members(source)))

    def members(self, source: TicketSource) -> Mapping[Role, RoleMembers]:
        """Who holds and held each role, by what the source tells and what was seen before. A role that no admin
        configured is absent; one whose groups may not be read is marked so. Raises SourceError.
        """
        if source.name not in self._roles:
            wanted, journal, now = self.ctx.policy.roles, self.ctx.journal, self.ctx.clock()
            try:
                found = source.roles(wanted)
            except Forbidden:
                # A missing right is no outage: what hangs on these roles is unknown, all else is judged.
                found = {role: RoleMembers(readable=False) for role in wanted}
            if self.watching:
                # Kept before it is read back, so that who is new since the last look is known as such in this very run.
                journal.watch(source.name, found, now)
            self._roles[source.name] = {
                role: with_past(held, journal.watched(source.name, held), now) for role, held in found.items()
            }
        return self._roles[source.name]


def _withheld(ticket: Ticket, roles: Mapping[Role, RoleMembers]) -> Iterator[str]:
    """A line for each thing the source does not show: unknown in the ticket, and unread in the run."""
    cure = "`sluis doctor` tells which right is missing"
    if not ticket.approvals_readable:
        yield f"{ticket.source}: approvals may not be read, so nothing is concluded from them — {cure}"
    unread = sorted(role.value for role, held in roles.items() if held.configured and not held.readable)
    if unread:
        yield f"{ticket.source}: who holds {', '.join(unread)} may not be read — {cure}"
    if lost := sorted(role.value for role, held in roles.items() if held.lost):
        yield f"{ticket.source}: the group named for {', '.join(lost)} is not found — correct ROLES__{lost[0].upper()}"
    if empty := sorted(role.value for role, held in roles.items() if held.vacant):
        yield (
            f"{ticket.source}: nobody can decide for {', '.join(empty)}: no active member — what is asked of them is "
            "asked of the change manager; put somebody in the group"
        )


def _with_unread(ticket: Ticket, bundle: ReleaseContents) -> Ticket:
    """The ticket with a remark on what it contains that could not be read."""
    unread = [key for key, change in bundle.changes if change is None]
    if not unread:
        return ticket
    line = (
        f"{ticket.key}: contains {', '.join(unread)}, which could not be read: not visible to the account (any more), "
        "or of a type or project that is not watched"
    )
    return replace(ticket, remarks=(*ticket.remarks, line))


def _not_all(subjects: tuple[Subject, ...]) -> tuple[Subject, ...]:
    """The subjects of a release of whose changes not all could be looked at: its class is not certain."""
    doubt = say("Not all changes of this release could be looked at.")
    return (replace(subjects[0], unseen=(*subjects[0].unseen, doubt)), *subjects[1:])
