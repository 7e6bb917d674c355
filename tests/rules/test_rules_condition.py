"""A condition on a field: what it asks for, and when nobody can say whether it holds."""

from __future__ import annotations

import pytest
from build import EMPTY, HIDDEN, Field, english, facts, subject

from domain import parsing
from domain.lifecycle import Verdict
from domain.ticket import TicketKind
from rules.condition import Condition
from rules.engine import evaluate, why_not
from rules.loading.loader import load_packs

SUSPECTED = Field(None, raw="suspected")


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        (True, True),
        (False, False),
        (EMPTY, False),
        (Field(None, raw="n/a"), False),
        (SUSPECTED, None),
        (HIDDEN, None),
    ],
)
def test_a_yes_or_no(value, holds):
    condition = Condition.model_validate({"field": "data_breach", "is": True})
    assert condition.holds(facts(data_breach=value)) is holds


def test_a_choice_that_is_not_understood_is_another_choice():
    condition = Condition.model_validate({"field": "rollout_strategy", "is": "limited_pull"})
    assert condition.holds(facts(rollout_strategy=Field(None, raw="slowly"))) is False


@pytest.mark.parametrize(
    ("value", "wanted"), [(SUSPECTED, "Fill in: Data breach."), (HIDDEN, "Make Data breach readable.")]
)
def test_what_settles_it(value, wanted):
    given = facts(kind=TicketKind.INCIDENT, data_breach=value)
    found = {f.id: f for f in evaluate(given, load_packs(["keten-dap"]))}["DAP-6"]
    assert (found.verdict, english(found.wanted)) == (Verdict.UNKNOWN, wanted)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("1", "highest"),
        ("1 - Critical", "highest"),
        ("1 - Kritiek", "highest"),
        ("P1", "highest"),
        ("Highest", "highest"),
        ("Hoogste", "highest"),
        ("Blocker", "highest"),
        ("2 - High", "high"),
        ("Hoog", "high"),
        ("Major", "medium"),
        ("4 - Low", "low"),
        ("5 - Planning", "lowest"),
        ("whenever", None),
    ],
)
def test_the_priority_of_an_incident_by_number_or_name(words, code):
    assert parsing.choice("incident_priority", words).value == code


EITHER = {"any": [{"field": "security_incident", "is": True}, {"field": "incident_severity", "filled": True}]}


@pytest.mark.parametrize(
    ("box", "severity", "holds"),
    [
        (True, EMPTY, True),
        (False, EMPTY, False),
        (EMPTY, EMPTY, False),
        (False, "light", True),
        (HIDDEN, "light", True),
        (HIDDEN, EMPTY, None),
        (False, HIDDEN, None),
        (SUSPECTED, EMPTY, None),
    ],
)
def test_any_of_several(box, severity, holds):
    condition = Condition.model_validate(EITHER)
    assert condition.holds(facts(security_incident=box, incident_severity=severity)) is holds


@pytest.mark.parametrize(
    ("assets", "readable", "holds", "seen"),
    [
        (("Acme",), True, True, "The register knows the supplier of 'A'."),
        ((EMPTY, "Acme"), True, True, "The register knows the supplier of 'B'."),
        ((EMPTY, HIDDEN), True, None, "It cannot be read from the register: the supplier of 'B'."),
        ((EMPTY,), True, False, "The register names none: the supplier of 'A'."),
        ((None,), True, False, "The register names none: the supplier of 'A'."),
        ((None,), False, None, "It cannot be read from the register: the supplier of 'A'."),
    ],
)
def test_an_attribute_of_the_assets(assets, readable, holds, seen):
    condition = Condition.model_validate({"asset": "supplier", "filled": True})
    subjects = tuple(
        subject(name, **({"asset": None} if value is None else {"supplier": value}))
        for name, value in zip("AB", assets, strict=False)
    )
    given = facts(subjects=subjects, assets_readable=readable)
    assert (condition.holds(given), english(condition.seen(given, holds))) == (holds, seen)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"security_incident": False},
            "Asked where Security incident says yes or where Data breach says yes or where Incident severity is "
            "filled in. Security incident says no. Data breach is empty. Incident severity is empty.",
        ),
        ({"security_incident": True}, None),
    ],
)
def test_why_an_incident_is_not_asked_for_its_severity(given, told):
    found = why_not(facts(kind=TicketKind.INCIDENT, **given), load_packs(["keten-dap"]), "DAP-4")
    assert (english(found) if found else None) == told
