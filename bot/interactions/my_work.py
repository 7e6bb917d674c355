"""What waits for somebody over all systems, out of the journal: nothing is judged anew for it. Who they are and
which roles and teams they belong to is asked of the systems themselves, now.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bot.context import Context
from bot.intake.accounts import account_of, team_members
from bot.journal.open_findings import AwaitingFinding
from bot.journal.tickets import TicketRow
from bot.messages.home_tab import MyWork, Point, Waiting
from domain.lifecycle import Severity, State, Verdict
from domain.people import Person, Role, RoleMembers
from domain.ports.errors import Forbidden, SourceError
from domain.ports.interactions import Visitor
from domain.ports.source import TicketSource
from rules.loading.loader import Rule

KEPT = 300.0
"""Seconds for which the members of a team are remembered: their number of groups may be large."""


@dataclass(slots=True)
class TeamDirectory:
    """The members of teams, remembered for a while. For showing what waits, never for deciding who may do what."""

    clock: Callable[[], float] = time.monotonic
    _known: dict[tuple[str, str], tuple[float, tuple[Person, ...]]] = field(default_factory=dict)

    def members(self, source: TicketSource, team: str) -> tuple[Person, ...]:
        """Members of a team by its name in a source. Raises SourceError."""
        at, people = self._known.get((source.name, team), (float("-inf"), ()))
        if self.clock() - at > KEPT:
            people = team_members(source, team)
            self._known[source.name, team] = self.clock(), people
        return people


@dataclass(frozen=True, slots=True)
class Me:
    """Somebody as one system knows them: every account of theirs, the roles they hold and the teams they are in."""

    accounts: frozenset[str]
    roles: tuple[Role, ...]
    teams: tuple[str, ...]

    def settles(self, one: AwaitingFinding) -> bool:
        """Whether this is for them: personally, in a role, or as one of the team."""
        if not one.who:
            return one.ticket.team in self.teams
        return any(self._is(kind, ident, name) for kind, ident, name in one.who)

    def _is(self, kind: str, ident: str, name: str) -> bool:
        if kind == "group":
            return name in self.teams
        if kind == "role":
            return ident in {role.value for role in self.roles}
        return ident in self.accounts


def mine(ctx: Context, visitor: Visitor, teams: TeamDirectory) -> MyWork:
    """What waits for a visitor. A system that does not answer is named, and the others are shown all the same."""
    found = ctx.journal.open_findings()
    rules = {rule.id: rule for pack in ctx.policy.packs for rule in pack.rules}
    waiting: list[Waiting] = []
    known: list[Me] = []
    unknown, silent = [], []
    for source in ctx.sources:
        here = [one for one in found if one.ticket.source == source.name]
        try:
            # Only teams with something open: each costs a question to the system.
            me = oneself(ctx, source, visitor, teams, {one.ticket.team for one in here if one.ticket.team})
        except SourceError:
            # Named, so that nobody takes a system that is down for one in which nothing waits for them.
            silent.append(ctx.title(source.name))
            continue
        if me is None:
            unknown.append(ctx.title(source.name))
            continue
        known.append(me)
        waiting += _waiting(here, me, rules)
    return MyWork(
        roles=tuple(dict.fromkeys(role for me in known for role in me.roles)),
        teams=tuple(dict.fromkeys(team for me in known for team in me.teams)),
        waiting=tuple(sorted(waiting, key=lambda one: (one.start is None, str(one.start), one.key))),
        unknown=tuple(unknown),
        silent=tuple(silent),
    )


def oneself(
    ctx: Context, source: TicketSource, visitor: Visitor, teams: TeamDirectory, names: Collection[str]
) -> Me | None:
    """Who a visitor is in a source, by e-mail address or as declared; None when that cannot be told."""
    same = ctx.policy.judging.same_accounts
    roles = _roles(ctx, source)
    crews = {name: teams.members(source, name) for name in sorted(names)}
    people = [p for members in (*(m.people for m in roles.values()), *crews.values()) for p in members]
    person = account_of(source, people, visitor, same, ctx.pinned)
    if person is None:
        return None
    accounts = _accounts(person, same)
    held = tuple(role for role, members in roles.items() if _among(accounts, members.people))
    crew = tuple(name for name, members in crews.items() if _among(accounts, members))
    return Me(accounts, held, crew)


def _accounts(person: Person, same: Mapping[str, str]) -> frozenset[str]:
    """All accounts of one person, in whatever system, as far as an admin declared them."""
    standing = same.get(person.id)
    return frozenset({person.id, *(i for i, one in same.items() if standing and one == standing)})


def _among(accounts: Collection[str], people: Iterable[Person]) -> bool:
    return any(person.id in accounts for person in people)


def _roles(ctx: Context, source: TicketSource) -> Mapping[Role, RoleMembers]:
    try:
        return source.roles(ctx.policy.roles)
    # Who holds a role may not be read: what waits for them in person or for their team is shown all the same.
    except Forbidden:
        return {}


def _waiting(found: Sequence[AwaitingFinding], me: Me, rules: Mapping[str, Rule]) -> Iterator[Waiting]:
    pressing = [one for one in found if one.rule in rules and _counts(one, rules[one.rule])]
    by_ticket = sorted(pressing, key=lambda one: (one.ticket.source, one.ticket.id))
    for _, group in groupby(by_ticket, key=lambda one: (one.ticket.source, one.ticket.id)):
        due = _due_first(list(group), rules)
        points = tuple(_points([one for one in due if me.settles(one)], rules))
        if points:
            row = due[0].ticket
            yield _ticket(row, points)


def _counts(one: AwaitingFinding, rule: Rule) -> bool:
    return rule.severity is Severity.REQUIRED and one.ticket.state is not State.DRAFT


def _due_first(found: list[AwaitingFinding], rules: Mapping[str, Rule]) -> list[AwaitingFinding]:
    """What should have been there, and what is pending before the next gate; the rest is for later."""
    state = found[0].ticket.state
    gates = [gate for one in found if one.verdict is Verdict.PENDING and (gate := rules[one.rule].gate)]
    # Until the rollout begins, a gate that comes after it asks for nothing yet.
    near = [gate for gate in gates if state.reached(State.IMPLEMENT) or State.IMPLEMENT.reached(gate)]
    first = min(near, key=list(State).index, default=None)
    return [
        one for one in found if one.verdict is not Verdict.PENDING or rules[one.rule].gate in (first, None)
    ]


def _points(found: Sequence[AwaitingFinding], rules: Mapping[str, Rule]) -> Iterator[Point]:
    """One point for each demand, worded by its strictest requirement."""
    strictest: dict[str, AwaitingFinding] = {}
    # By rank, so that the strictest comes last and stays.
    for one in sorted(found, key=lambda one: rules[one.rule].rank):
        strictest[rules[one.rule].line or one.rule] = one
    for line, one in sorted(strictest.items(), key=lambda item: (_WORST.index(item[1].verdict), item[0])):
        yield Point(rules[one.rule].headlines(one.verdict), one.verdict, line)


_WORST = (Verdict.VIOLATED, Verdict.MISSING, Verdict.PENDING)


def _ticket(row: TicketRow, points: tuple[Point, ...]) -> Waiting:
    return Waiting(row.source, row.id, row.key, row.url, row.summary, row.planned_start, points)
