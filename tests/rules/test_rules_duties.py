"""Whoever judged, or recorded an exception, and gets one more duty in the change, or in a change of the release, makes
nothing met by that, and nothing excepted.
"""

from __future__ import annotations

from dataclasses import replace

from build import AN, BO, complete, day, facts, subject
from draws import draws
from hypothesis import given
from hypothesis import strategies as st
from test_rules_properties import PACKS, any_facts, people

from domain.facts import Child, Facts
from domain.fields import Field
from domain.lifecycle import Verdict
from domain.people import Person, Role
from domain.waiver import Waiver
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


def judged(given_: Facts) -> dict[Verdict, set[str]]:
    found: dict[Verdict, set[str]] = {Verdict.MET: set(), Verdict.WAIVED: set()}
    for one in evaluate(given_, PACKS):
        found.setdefault(one.verdict, set()).add(one.id)
    return found


def met(given_: Facts) -> set[str]:
    return judged(given_)[Verdict.MET] - APART


@draws(5)
@given(any_facts(), st.sampled_from(DUTIES))
def test_one_more_duty_of_who_judged_makes_nothing_met(before: Facts, name: str) -> None:
    for person in judges(before)[:2]:
        # A field that was empty is filled in by it, which may be asked for itself.
        if before.field(name).readable and before.people(name):
            assert met(with_duty(before, name, person)) <= met(before)
        assert met(with_change(before, **{name: Field((person,))})) <= met(with_change(before))


RULES = tuple(rule.id for pack in PACKS for rule in pack.rules if rule.asked)


def excepting(given_: Facts, person: Person) -> Facts:
    """An exception for every rule, in every role, since before any rollout: who recorded it is all that is at stake."""
    recorded = (
        Waiver(given_.ticket.subject, RULES, "Agreed", person.name, role, day(1), day(28), person.id)
        for role in Role
    )
    return replace(given_, waivers=tuple(recorded))


@draws(5)
@given(any_facts(), people, st.sampled_from(DUTIES))
def test_one_more_duty_of_who_recorded_an_exception_makes_nothing_met_or_waived(
    before: Facts, person: Person, name: str
) -> None:
    before = excepting(before, person)
    pairs = [(with_change(before), with_change(before, **{name: Field((person,))}))]
    # A field that was empty is filled in by it, which may be asked for itself.
    if before.field(name).readable and before.people(name):
        pairs.append((before, with_duty(before, name, person)))
    for without, given_ in pairs:
        after = judged(given_)
        assert after[Verdict.MET] - APART <= met(without)
        # Nobody else recorded one, so none holds any more.
        assert not after[Verdict.WAIVED]


def test_an_exception_of_somebody_without_a_duty_holds_until_they_get_one() -> None:
    open_ = excepting(complete(approvals=(), lessons_learned=None), BO)
    assert {"ICR-06", "ICR-11", "ICR-13"} <= judged(open_)[Verdict.WAIVED]
    # That of somebody else takes nothing from it.
    held = judged(with_duty(open_, "builders", AN))[Verdict.WAIVED]
    assert held == judged(open_)[Verdict.WAIVED]
    for name in DUTIES:
        assert not judged(with_duty(open_, name, BO))[Verdict.WAIVED], name
    assert not judged(with_change(open_, builders=Field((BO,))))[Verdict.WAIVED]
