"""Stage 1: which tickets to look at, and all that is known of one of them.

A source that cannot be read in full says so in the report and keeps its mark, so that nothing is skipped; the
other sources are served all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.accounts import at_home, known_people
from bot.classify import classify
from bot.context import Context
from bot.model.asset import Asset
from bot.model.facts import Facts
from bot.model.people import Role, RoleMembers
from bot.model.ticket import AssetRef, Ticket, TicketRef
from bot.ports import AuthRefused, Forbidden, RateLimited, SourceError, TicketSource, Unreachable
from bot.report import Report

ENDS_THE_TURN = (AuthRefused, RateLimited, Unreachable)
"""Errors after which nothing more is asked of a source in this run."""


def listed(ctx: Context, source: TicketSource, report: Report, full: bool) -> Iterator[TicketRef]:
    """The tickets of a source that have not been seen in their present state, each once.

    full  look at every open ticket again, for what changes without moving a ticket's stamp
    """
    count = report.source(source.name)
    done: set[tuple[str, str]] = set()
    try:
        source.identify()
        since = ctx.journal.mark(source.name)
        for ref in source.census() if full or since is None else source.changed(since):
            if (ref.id, ref.version or ref.updated.isoformat()) in done:
                continue
            done.add((ref.id, ref.version or ref.updated.isoformat()))
            count.listed += 1
            if not full and ctx.journal.seen(ref):
                count.unchanged += 1
                continue
            yield ref
    except SourceError as error:
        count.complete = False
        report.problem(told(error))


def told(error: SourceError) -> str:
    """An error for the report: system, what happened, what to do."""
    return f"{error.system}: {error}" + (f" — {error.fix}" if error.fix else "")


@dataclass(slots=True)
class Gatherer:
    """Reads tickets with everything needed to judge them; members of the roles are read once per source.

    `handing_over` remembers the tickets whose handover notifications go out in this run.
    """

    ctx: Context
    handing_over: list[tuple[TicketSource, TicketRef]] = field(default_factory=list)
    _roles: dict[str, Mapping[Role, RoleMembers]] = field(default_factory=dict)

    def facts(self, source: TicketSource, ref: TicketRef) -> Facts:
        """One ticket, judged-ready. Raises SourceError when the ticket itself cannot be read."""
        ticket = source.read(ref)
        roles = self._members(source)
        found, unread = self._assets(ticket.assets)
        found = self._at_home(found, ticket, roles)
        subjects, problems = classify(ticket, found, unread, self.ctx.policy.default_class)
        return Facts(
            ticket=ticket,
            subjects=subjects,
            now=self.ctx.clock(),
            problems=problems,
            roles=roles,
            notices=self.ctx.journal.notices(ticket.source, ticket.id),
            service_hours=self.ctx.policy.service_hours,
            same_person=self.ctx.policy.same_person,
        )

    def _assets(self, refs: Sequence[AssetRef]) -> tuple[dict[AssetRef, Asset], frozenset[AssetRef]]:
        """Look each asset up in the book it points into, else by name in the others.

        A book that is down may hold the class of what no other book knows: then the ticket is not judged at
        all in this run, because judging it by default could take back what was rightly asked.
        """
        found: dict[AssetRef, Asset] = {}
        hidden, failure = False, None
        for book in self.ctx.books:
            asked = [ref for ref in refs if ref not in found or ref.book == book.name]
            try:
                found |= book.look_up(asked) if asked else {}
            except Forbidden:
                hidden = True
            except SourceError as error:
                failure = error
        unknown = frozenset(ref for ref in refs if ref not in found)
        if failure and unknown:
            raise failure
        return found, unknown if hidden else frozenset()

    def _at_home(
        self, found: Mapping[AssetRef, Asset], ticket: Ticket, roles: Mapping[Role, RoleMembers]
    ) -> dict[AssetRef, Asset]:
        """Assets of another system that has accounts of its own, with the people of the ticket's system."""
        foreign = {source.name for source in self.ctx.sources} - {ticket.source}
        people = list(known_people(ticket, roles))
        same = self.ctx.policy.same_person
        return {ref: at_home(a, people, same) if a.book in foreign else a for ref, a in found.items()}

    def _members(self, source: TicketSource) -> Mapping[Role, RoleMembers]:
        """A role that no admin configured is absent; one whose groups may not be read is marked so."""
        if source.name not in self._roles:
            wanted = self.ctx.policy.roles
            try:
                self._roles[source.name] = source.roles(wanted)
            except Forbidden:
                self._roles[source.name] = {role: RoleMembers(readable=False) for role in wanted}
        return self._roles[source.name]
