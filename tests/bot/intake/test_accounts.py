"""An owner named by a register, as an account of the system in which people sign."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import ticket

from bot.intake.accounts import at_home, foreign, known_people
from domain.asset import Asset
from domain.fields import Field
from domain.people import Person, Role, RoleMembers
from domain.ticket import Approval, Decision

ELS = Person("acc-1", "Els Maes", email="Els.Maes@example.org")
TOM = Person("acc-2", "Tom Willems")


def owned(*owners: Person, book: str = "servicenow") -> Asset:
    return Asset(book, "1", "Kassa", owner=Field(owners))


@pytest.mark.parametrize(
    ("asset", "is_foreign"),
    [
        (owned(Person("6816f79cc0a8016401c5a33be04be441", "Els Maes")), True),
        (owned(Person("acc-1", "Els Maes"), book="jira"), False),
        (owned(Person("acc-1", "Els Maes"), book="register"), False),  # "acc-1|Els Maes" in the file
        (owned(Person("Els Maes", "Els Maes"), book="register"), True),
        (owned(Person("els.maes@example.org", "els.maes@example.org"), book="register"), True),
        (Asset("register", "1", "Kassa", owner=Field(readable=False)), False),
        # a book of its own, whose people are accounts of another system
        (replace(owned(Person("acc-1", "Els Maes"), book="objects"), accounts="servicenow"), True),
    ],
)
def test_whose_owners_cannot_be_compared_as_they_stand(asset, is_foreign):
    assert foreign(asset, {"servicenow"}) is is_foreign


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        ((Person("s1", "Els M.", email="els.maes@EXAMPLE.org"),), (ELS,)),
        ((Person("els.maes@example.org", "els.maes@example.org"),), (ELS,)),
        ((Person("s1", "Els Maes"),), None),  # a name is not taken for a person
        ((Person("s1", "Els Maes", email="els.maes@example.org"), Person("s2", "Tom Willems")), None),
    ],
)
def test_an_owner_is_known_by_e_mail_or_not_at_all(owners, expected):
    found = at_home(owned(*owners), [ELS, TOM]).owner
    assert (found.value if found.readable else None) == expected


def test_everybody_in_sight_is_looked_through():
    seen = ticket(
        fields={"requester": Field((TOM,))},
        approvals=(Approval(ELS, Decision.APPROVED), Approval(None, Decision.APPROVED)),
    )
    dina = Person("acc-3", "Dina Peeters")
    assert list(known_people(seen, {Role.DPO: RoleMembers((dina,))})) == [TOM, ELS, dina]
