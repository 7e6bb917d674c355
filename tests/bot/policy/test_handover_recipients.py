"""Who gets a handover notification: whoever the rules name, by their parameters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import AN, BO, CI, DIRK, NOW, complete, subject

from bot.policy.handover import recipients
from domain.asset import Asset
from domain.fields import Field
from domain.people import Group, Role, RoleMembers
from rules.engine import evaluate
from rules.loading.loader import read_pack

HELP = Group("g-help", "Help desk")
SHOP = replace(subject(c=3, i=1, name="Shop"), asset=Asset("register", "1", "Shop", owner=Field((DIRK,))))


def asked(*params: dict[str, object]):
    """Findings of an own pack, with one rule for each of these parameters."""
    rule = {"applies": {"any": True, "kinds": ["change"]}, "gate": "closed", "check": "notified"}
    rules = [rule | {"id": f"OWN-{n}", "title": {"en": "Told"}, "with": p} for n, p in enumerate(params, 1)]
    header = {"id": "own", "version": "1", "effective_from": NOW.date().replace(year=2020), "cite": "Own"}
    pack = read_pack("own.yaml", header | {"document": {"en": "Own"}, "rules": rules})
    facts = replace(
        complete(stakeholders=(CI, HELP, DIRK)),
        subjects=(SHOP,),
        roles={Role.USERS: RoleMembers((AN,)), Role.OPERATIONS: RoleMembers((BO,), (HELP,))},
    )
    return facts, evaluate(facts, [pack])


@pytest.mark.parametrize(
    ("params", "keys"),
    [
        ([{"roles": ["users"]}], ["users"]),
        ([{"roles": ["users"], "stage": 2}], ["users"]),
        ([{"roles": ["users"]}, {"roles": ["dpo", "users"]}], ["users", "dpo"]),
        ([{"roles": ["owner"]}], ["dirk"]),  # the owners of the assets, themselves
        ([{"stakeholders": True}], ["ci", "team:Help desk", "dirk"]),
        (
            [{"roles": ["operations"], "stakeholders": True}],
            ["operations", "ci", "dirk"],
        ),  # the help desk takes over
        ([{"roles": ["owner"], "stakeholders": True}], ["dirk", "ci", "team:Help desk"]),  # each once
        ([{}], ["operations"]),  # it names nobody: whoever takes over
    ],
)
def test_whoever_a_rule_names_gets_it(params, keys) -> None:
    assert [one.key for one in recipients(*asked(*params))] == keys


def test_a_rule_counts_for_the_role_it_was_sent_to() -> None:
    sent = {one.key: (one.names, one.roles) for one in recipients(*asked({"roles": ["users", "owner"]}))}
    assert sent == {"users": ((AN.name,), (Role.USERS,)), "dirk": ((DIRK.name,), (Role.OWNER,))}
