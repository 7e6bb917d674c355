"""Accounts an admin declared to be one person."""

from __future__ import annotations

import pytest

from bot import bootstrap
from bot.intake.accounts import at_home
from bot.policy.same_person import one_person
from bot.settings.load import SettingsError, load_settings
from domain.asset import Asset
from domain.fields import Field
from domain.people import Person


@pytest.mark.parametrize(
    ("pairs", "people"),
    [
        ((), {}),
        (("b=a",), {"a": "a", "b": "a"}),
        (("a=b", "c=d"), {"a": "a", "b": "a", "c": "c", "d": "c"}),
        (("a=b", "c=d", "b = c"), dict.fromkeys("abcd", "a")),
        (("557058:f5=712020:9c",), {"557058:f5": "557058:f5", "712020:9c": "557058:f5"}),
    ],
)
def test_pairs_make_people(pairs, people):
    assert one_person(pairs) == people


@pytest.mark.parametrize("pair", ["a", "a=", "=a", "a=a", "a=b=c"])
def test_what_is_no_pair_is_told_with_its_variable(monkeypatch, pair):
    monkeypatch.setenv("SLUIS_SAME_PERSON", f"x=y,{pair}")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.problems == (
        f'SLUIS_SAME_PERSON: "{pair}" must be two account ids, such as one=other',
    )


def test_the_setting_reaches_the_policy(monkeypatch):
    monkeypatch.setenv("SLUIS_SAME_PERSON", "acc1=acc2, acc3=acc2")
    assert bootstrap.policy(load_settings()).judging.same_accounts == {
        "acc1": "acc1",
        "acc2": "acc1",
        "acc3": "acc1",
    }


@pytest.mark.parametrize(("same", "owner"), [({}, None), ({"sn-1": "j-1", "j-1": "j-1"}, "j-1")])
def test_an_owner_of_another_system_is_found_by_a_declared_account(same, owner):
    there, here = Person("sn-1", "Els Maes"), Person("j-1", "Els Maes")
    seen = at_home(Asset("servicenow", "1", "Kassa", owner=Field((there,))), [here], same).owner
    assert (seen.readable, seen.value) == ((True, (here,)) if owner else (False, None))
