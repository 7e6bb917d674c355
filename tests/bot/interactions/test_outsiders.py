"""Who is none of the organisation's own people does nothing, and whoever is pinned is known by that alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.intake.accounts import account_of, matching
from bot.interactions.handler import InteractionHandler
from bot.interactions.holders import holders_examined
from bot.messages.i18n.speaker import Translator
from bot.policy.same_person import one_person, pinned
from domain.people import Person, Role, RoleMembers
from domain.ports.connector import Health
from domain.ports.errors import Forbidden, NotFound
from domain.ports.interactions import Interaction, InteractionKind, Outsider, Visitor

KARIM = Person("acc-karim", "Karim Aziz", email="karim@example.org")
ELS = Person("acc-els", "Els Maes", email="els@example.org")
LEFT = Person("acc-left", "Jan Left", active=False, email="jan@example.org")


@dataclass
class Desk:
    """A message service with these accounts."""

    accounts: tuple[Visitor, ...] = ()
    name: str = "slack"

    def visitor(self, user: str) -> Visitor:
        found = next((v for v in self.accounts if v.id == user), None)
        if found is None:
            raise NotFound("slack", "no such account")
        return found

    def member(self, email: str) -> Visitor | None:
        return next((v for v in self.accounts if v.email == email), None)

    def is_account(self, ident: str) -> bool:
        return ident.startswith("U")


@dataclass
class Source:
    """A ticket system of which only its people are asked."""

    people: tuple[Person, ...] = (KARIM, ELS)
    error: Exception | None = None
    name: str = field(default="jira")

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> Mapping[Role, RoleMembers]:
        if self.error:
            raise self.error
        return {role: RoleMembers(self.people) for role in wanted}

    def account(self, email: str) -> Person | None:
        return next((p for p in self.people if p.email == email), None)


def texts(node: Any) -> str:
    """Everything that is said in an answer."""
    if isinstance(node, Mapping):
        own = node.get("text")
        return " ".join([*([own] if isinstance(own, str) else []), *map(texts, node.values())])
    return " ".join(map(texts, node)) if isinstance(node, list | tuple) else ""


@pytest.mark.parametrize(
    ("deed", "where"),
    [
        (InteractionKind.PRESS, "tell"),
        (InteractionKind.COMMAND, "tell"),
        (InteractionKind.FORM, "dialog"),
        (InteractionKind.HOME, "home"),
    ],
)
@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Outsider.ELSEWHERE, "of another organisation"),
        (Outsider.GUEST, "as a guest"),
        (Outsider.UNCONFIRMED, "confirm the e-mail address"),
    ],
)
def test_an_outsider_does_nothing_wherever_they_do_it(
    deed: InteractionKind, where: str, why: Outsider, said: str
) -> None:
    # Nothing is asked of journal or systems: there are none here.
    ctx: Any = SimpleNamespace(speak=Translator("en", ZoneInfo("Europe/Brussels")))
    desk: Any = Desk((Visitor("U1", "Karim", KARIM.email, "en-GB", why),))
    made = InteractionHandler(ctx, desk).work(Interaction("1", deed, "U1", "waive", "jira:1|", view="V1"))
    assert (made.outcome, where in made.answer) == (f"outsider: {why}", True)
    assert said in texts(made.answer[where])
    assert (made.waiver, made.pause, made.person) == (None, None, "")


@pytest.mark.parametrize(
    ("user", "email", "declared", "found"),
    [
        ("U1", KARIM.email, (), KARIM),
        ("U1", KARIM.email, ("U1=acc-karim",), KARIM),
        ("U1", "", ("U1=acc-karim",), KARIM),
        ("U2", KARIM.email, ("U1=acc-karim",), None),
        ("U2", KARIM.email, ("x-karim=acc-karim", "U1=x-karim"), None),
        ("U2", KARIM.email, ("x-karim=acc-karim",), KARIM),
        ("U2", ELS.email, ("U1=acc-karim",), ELS),
        ("U2", "nobody@example.org", ("U1=acc-karim",), None),
    ],
)
def test_who_is_pinned_is_known_by_that_alone(
    user: str, email: str, declared: tuple[str, ...], found: Person | None
) -> None:
    same = one_person(declared)
    pins = pinned(same, Desk().is_account)
    visitor, source = Visitor(user, "Somebody", email), Source()
    assert matching(source.people, email, user, same, pins) == found
    for known in (source.people, ()):
        expected = None if not known and not email else found
        assert account_of(source, known, visitor, same, pins) == expected  # type: ignore[arg-type]


FULL = Visitor("U1", "Karim Aziz", KARIM.email)
GUEST = Visitor("U1", "Karim Aziz", KARIM.email, outsider=Outsider.GUEST)
PIN = "declare it in SLUIS_SAME_PERSON as <account there>=acc-karim"


@pytest.mark.parametrize(
    ("accounts", "declared", "told"),
    [
        ((FULL,), (), (Health.OK, f"known by e-mail address as U1 (Karim Aziz); to pin it, {PIN}")),
        ((FULL,), ("U1=acc-karim",), (Health.OK, "pinned to U1 by SLUIS_SAME_PERSON")),
        ((GUEST,), (), (Health.WARNING, "U1 is a guest, and does nothing")),
        ((GUEST,), ("U1=acc-karim",), (Health.FAILED, "pinned to U1: U1 is a guest, and does nothing")),
        ((), ("U1=acc-karim",), (Health.FAILED, "pinned to U1: no such account")),
        ((), (), (Health.WARNING, "not known in slack: nobody there has their e-mail address")),
    ],
)
def test_the_doctor_tells_by_what_each_holder_is_known(
    accounts: tuple[Visitor, ...], declared: tuple[str, ...], told: tuple[Health, str]
) -> None:
    source, desk, same = Source((KARIM, LEFT)), Desk(accounts), one_person(declared)
    (one,) = holders_examined([source], desk, {Role.CAB: ("CAB",)}, same)  # type: ignore[list-item, arg-type]
    assert (one.about, one.health, one.detail) == ("jira cab: Karim Aziz", *told)
    assert "@" not in one.detail + one.fix


def test_a_role_that_cannot_be_read_is_told() -> None:
    source, desk = Source(error=Forbidden("jira", "may not", "let it")), Desk()
    (one,) = holders_examined([source], desk, {Role.CAB: ()}, {})  # type: ignore[list-item, arg-type]
    assert (one.health, one.about, one.fix) == (Health.WARNING, "jira roles", "let it")
