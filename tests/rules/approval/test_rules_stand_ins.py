"""What stands in for the CAB: the template of a standard change, and a declared substitute body."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import AN, BO, CAB, CI, EMPTY, HIDDEN, approved, complete, day, english, members, rejected, subject
from pydantic import ValidationError

from domain.asset import Flag
from domain.facts import Facts
from domain.fields import Field
from domain.finding import Finding
from domain.lifecycle import State, Verdict
from domain.people import Role
from domain.waiver import Substitute
from rules.engine import evaluate
from rules.loading.loader import Rule, load_packs

PACKS = load_packs(["vo-icr"])
TEMPLATE = Field("Renew certificate")
NONE_YET = "No approval by the CAB yet."
UNNAMED = "The change is called standard, but no approved template is named; that alone proves nothing."
UNSEEN = "The change is called standard, but it cannot be read under which approved template."


def change(preapproval: Field = EMPTY, change_type: str = "standard", **given: object) -> Facts:
    rest = {"approvals": (), "subjects": (subject(c=3, i=3),), "state": State.SCHEDULED}
    # Not begun, so that what is not there is still to come.
    rest |= {"actual_start": EMPTY, "actual_end": EMPTY}
    facts = complete(change_type=change_type, **rest | given)
    return replace(facts, ticket=replace(facts.ticket, preapproval=preapproval))


def judged(given: Facts, rule: str = "ICR-11") -> Finding:
    return {finding.id: finding for finding in evaluate(given, PACKS)}[rule]


@pytest.mark.parametrize(
    ("given", "verdict", "seen"),
    [
        (change(TEMPLATE), Verdict.MET, "Pre-approved as standard change: 'Renew certificate'."),
        (
            change(Field("Renew certificate", by=AN, at=day(3))),
            Verdict.MET,
            "Pre-approved as standard change: 'Renew certificate', set by An on 03/03 12:00.",
        ),
        (change(TEMPLATE, "normal"), Verdict.PENDING, NONE_YET),
        (change(TEMPLATE, "emergency"), Verdict.PENDING, NONE_YET),
        (change(EMPTY), Verdict.PENDING, f"{NONE_YET} {UNNAMED}"),
        (change(HIDDEN), Verdict.PENDING, f"{NONE_YET} {UNSEEN}"),
        (
            change(EMPTY, approvals=(approved(BO, day(5)),)),
            Verdict.MET,
            "Approved by Bo (CAB) on 05/03 12:00.",
        ),
        (
            change(TEMPLATE, approvals=(rejected(BO, day(5)),)),
            Verdict.PENDING,
            "Rejected by Bo (CAB) on 05/03 12:00.",
        ),
        (
            change(TEMPLATE, approvals_readable=False),
            Verdict.UNKNOWN,
            "The approvals of this ticket cannot be read.",
        ),
        (change(TEMPLATE, roles={}), Verdict.MET, "Pre-approved as standard change: 'Renew certificate'."),
    ],
)
def test_a_template_counts_as_the_cab_where_it_is_seen(given, verdict, seen) -> None:
    found = judged(given)
    assert (found.verdict, english(found.seen)) == (verdict, seen)


@pytest.mark.parametrize("rule", ["ICR-06", "ICR-17", "ICR-18", "ICR-35"])
def test_a_template_is_no_owner_no_dpo_and_no_second_pair_of_eyes(rule: str) -> None:
    asked = change(TEMPLATE, subjects=(subject(c=5, i=5, flags=(Flag.GDPR,)),))
    assert judged(asked, rule).verdict is Verdict.PENDING
    assert judged(asked, "ICR-11").verdict is Verdict.MET


MANAGERS = Substitute(Role.CAB, "Management team", "We have no CAB")
SAID = "'Management team' stands in for the CAB."


@pytest.mark.parametrize(
    ("given", "rule", "seen"),
    [
        ({}, "ICR-11", f"{NONE_YET} {SAID}"),
        (
            {"approvals": (approved(BO, day(5)),)},
            "ICR-11",
            f"Approved by Bo (CAB) on 05/03 12:00. {SAID}",
        ),
        (
            {"approvals": (rejected(AN, day(5)),)},
            "ICR-11",
            f"Rejected by An (CAB) on 05/03 12:00. {SAID}",
        ),
        (
            {"approvals": (approved(AN, day(5)), approved(CI, day(5)))},
            "ICR-17",
            "Approved by An (CAB) on 05/03 12:00. Approved by Ci (DPO) on 05/03 12:00. " + SAID,
        ),
    ],
)
def test_every_finding_judged_by_a_substitute_says_so(given, rule, seen) -> None:
    facts = change(change_type="normal", subjects=(subject(c=5, i=5),), **given)
    body = {Role.CAB: members(AN, BO, group=CAB), Role.DPO: members(CI)}
    found = judged(replace(facts, substitutes=(MANAGERS,), roles=body), rule)
    assert english(found.seen) == seen


@pytest.mark.parametrize(
    ("check", "params"),
    [
        ("approved_by_role", {"roles": ["dpo"]}),
        ("approved_by_role", {"roles": ["cab", "dpo"]}),
        ("approved_by_role", {"roles": ["cab"], "four_eyes": True}),
        ("approved_by_owner", {}),
    ],
)
def test_no_pack_can_have_a_template_stand_in_for_anybody_else(check, params) -> None:
    rule = {
        "id": "OWN-1",
        "title": {"nl": "x", "en": "x"},
        "applies": {"any": True},
        "gate": "implement",
        "preapproved_by": "standard",
    }
    with pytest.raises(ValidationError, match="stands in for the CAB alone"):
        Rule.model_validate(rule | {"check": check, "with": params})
    allowed = Rule.model_validate(rule | {"check": "approved_by_role", "with": {"roles": ["cab"]}})
    assert allowed.preapproved_by == "standard"
