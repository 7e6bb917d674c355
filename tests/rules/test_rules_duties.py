"""Whoever judged and gets one more duty in the change, or in a change of the release, makes nothing met by that."""

from __future__ import annotations

from dataclasses import replace

from build import facts, subject
from draws import draws
from hypothesis import given
from hypothesis import strategies as st
from test_rules_properties import PACKS, any_facts

from domain.facts import Child, Facts
from domain.fields import Field
from domain.lifecycle import Verdict
from domain.people import Person
from rules.engine import evaluate

DUTIES = ("requester", "implementer", "builders", "testers")
APART = {"ICR-43", "CH06-7"}
"""That other people take part, or that they are named, is the very thing that these ask."""


def judges(given_: Facts) -> list[Person]:
    approvers = [one.person for one in given_.ticket.approvals if one.person]
    return list(dict.fromkeys((*approvers, *given_.people("test_validated_by"))))


def with_duty(given_: Facts, name: str, person: Person) -> Facts:
    field = given_.field(name)
    fields = {**given_.ticket.fields, name: replace(field, value=(*field.people, person))}
    return replace(given_, ticket=replace(given_.ticket, fields=fields))


def with_change(given_: Facts, **fields: object) -> Facts:
    change = replace(facts(**fields).ticket, id="9", key="CHG-9")
    return replace(given_, children=(*given_.children, Child("CHG-9", change, (subject(c=3),))))


def met(given_: Facts) -> set[str]:
    return {found.id for found in evaluate(given_, PACKS) if found.verdict is Verdict.MET} - APART


@draws(5)
@given(any_facts(), st.sampled_from(DUTIES))
def test_one_more_duty_of_who_judged_makes_nothing_met(before: Facts, name: str) -> None:
    for person in judges(before)[:2]:
        # A field that was empty is filled in by it, which may be asked for itself.
        if before.field(name).readable and before.people(name):
            assert met(with_duty(before, name, person)) <= met(before)
        assert met(with_change(before, **{name: Field((person,))})) <= met(with_change(before))
