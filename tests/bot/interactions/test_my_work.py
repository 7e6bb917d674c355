"""What waits for whom, by the journal; and whose rest holds a reminder back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from build import AN, BO, CAB, CI, DIRK, DPOS, ELS, TEAM, complete, members, subject
from fakes import Clock
from organisation import organisation

from bot.interactions.my_work import TeamDirectory, mine
from bot.journal import Decided, Journal
from bot.notify.snoozed import Snoozed
from bot.policy.audience import Team
from bot.policy.reminders import Due
from bot.policy.ticket_summary import overview
from domain.asset import Flag
from domain.lifecycle import State
from domain.people import Person, Role, RoleMembers
from domain.ports.errors import Forbidden, Unreachable
from domain.ports.interactions import Interaction, InteractionKind, Visitor
from domain.snooze import Snooze, SnoozeKind
from rules.engine import evaluate
from rules.grouping import group_findings
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
WANTED = {Role.CAB: ("CAB",), Role.DPO: ("Privacy",)}


def mail(person: Person) -> Person:
    return replace(person, email=f"{person.id}@example.org")


@dataclass
class Source:
    """A ticket system of which only its people are asked."""

    name: str = "jira"
    groups: dict[str, tuple[Person, ...]] = field(default_factory=dict)
    others: tuple[Person, ...] = ()
    error: Exception | None = None

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> Mapping[Role, RoleMembers]:
        if self.error:
            raise self.error
        return {
            role: members(*(p for n in names for p in self.groups.get(n, ())))
            for role, names in wanted.items()
        }

    def account(self, email: str) -> Person | None:
        return next((p for p in self.others if p.email == email), None)


PEOPLE = {
    "CAB": (mail(AN), mail(BO)),
    "Privacy": (mail(CI),),
    TEAM.name: (mail(DIRK),),
}


def context(journal: Journal, source: Source, **policy: Any) -> Any:
    given = organisation(roles=WANTED, **policy)
    return SimpleNamespace(journal=journal, sources=(source,), policy=given, title=str, pinned=frozenset())


@pytest.fixture
def stored(sqlite_journal: Journal, clock: Clock) -> Journal:
    """A ticket that waits for its owner, the CAB, the DPO and the team."""
    owned = subject("Register", c=5, i=5, a=5, flags=tuple(Flag), owner=(ELS,))
    facts = complete(
        state=State.AUTHORIZE, now=NOW, approvals=(), subjects=(owned,), test_plan=None, planned_start=NOW,
        roles={Role.CAB: members(AN, BO, group=CAB), Role.DPO: members(CI, group=DPOS)},
    )  # fmt: skip
    sqlite_journal.store(facts.ticket, evaluate(facts, PACKS), {}, clock())
    return sqlite_journal


@pytest.mark.parametrize(
    ("person", "lines", "roles", "teams"),
    [
        (AN, {"cab-approval"}, (Role.CAB,), ()),
        (CI, {"cab-approval"}, (Role.DPO,), ()),
        (ELS, {"ICR-06"}, (), ()),
        (DIRK, {"ICR-03"}, (), (TEAM.name,)),
    ],
)
def test_each_sees_what_they_can_settle(stored: Journal, person, lines, roles, teams) -> None:
    ctx = context(stored, Source(groups=PEOPLE, others=(mail(ELS),)))
    found = mine(ctx, Visitor("U1", person.name, f"{person.id}@example.org"), TeamDirectory())
    assert [one.key for one in found.waiting] == ["CHG-1"]
    assert lines <= {point.line for point in found.waiting[0].points}
    assert (found.roles, found.teams, found.unknown) == (roles, teams, ())


def test_who_is_not_known_sees_nothing_and_is_told(stored: Journal) -> None:
    found = mine(
        context(stored, Source(groups=PEOPLE)), Visitor("U1", "An", "someone@example.org"), TeamDirectory()
    )
    assert (found.waiting, found.unknown, found.silent) == ((), ("jira",), ())


def test_an_account_declared_the_same_counts(stored: Journal) -> None:
    ctx = context(stored, Source(groups=PEOPLE), same_person=("U9=an",))
    assert mine(ctx, Visitor("U9", "An"), TeamDirectory()).roles == (Role.CAB,)


@pytest.mark.parametrize(
    ("error", "unknown", "silent"),
    [(Unreachable("jira", "down"), (), ("jira",)), (Forbidden("jira", "no"), ("jira",), ())],
)
def test_a_system_that_does_not_tell_is_named(stored: Journal, error, unknown, silent) -> None:
    found = mine(context(stored, Source(error=error)), Visitor("U1", "An", "an@example.org"), TeamDirectory())
    assert (found.waiting, found.unknown, found.silent) == ((), unknown, silent)


def pauses(journal: Journal, *people: Person) -> None:
    for person in people:
        journal.keep(Interaction(f"p-{person.id}", InteractionKind.PRESS, "U1"), NOW)
        deed = journal.next_interaction("me", NOW, 60)
        assert deed is not None
        until = NOW + timedelta(days=1)
        pause = Snooze("jira:1", person.id, person.name, SnoozeKind.SEEN, NOW, until)
        journal.decide(deed, "me", Decided("seen", pause=pause), NOW)
        journal.answered(deed, NOW)


@pytest.mark.parametrize(
    ("audience", "paused", "error", "rests"),
    [
        (Role.DPO, (CI,), None, True),
        (Role.DPO, (), None, False),
        (Role.CAB, (AN,), None, False),
        (Role.CAB, (AN, BO), None, True),
        (Team(TEAM.name), (DIRK,), None, True),
        (Team(TEAM.name), (AN,), None, False),
        (Team(TEAM.name), (DIRK,), Unreachable("jira", "down"), False),
        (DIRK, (DIRK,), None, True),
    ],
)
def test_an_audience_rests_when_all_it_is_known_to_hold_do(
    sqlite_journal: Journal, audience, paused, error, rests
) -> None:
    facts = complete(
        state=State.AUTHORIZE, now=NOW, approvals=(),
        roles={Role.CAB: members(AN, BO, group=CAB), Role.DPO: members(CI, group=DPOS)},
    )  # fmt: skip
    view = overview(group_findings(evaluate(facts, PACKS)), State.AUTHORIZE)
    pauses(sqlite_journal, *paused)
    rest = Snoozed(context(sqlite_journal, Source(groups=PEOPLE, error=error)))
    asked = sqlite_journal.snoozes_of("jira:1")
    assert rest.resting(Due(facts, view, 2, asked), audience) is rests
    assert not rest.resting(Due(facts, view, 1, asked), audience), "the last step comes whatever was pressed"
