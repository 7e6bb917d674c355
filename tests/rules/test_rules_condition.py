"""A condition on a field: what it asks for, and when nobody can say whether it holds."""

from __future__ import annotations

import pytest
from build import EMPTY, HIDDEN, Field, english, facts, subject
from pydantic import ValidationError

from domain import parsing
from domain.lifecycle import Verdict
from domain.ticket import TicketKind
from rules.condition import Condition
from rules.engine import evaluate, why_not
from rules.loading.loader import load_packs

SUSPECTED = Field(None, raw="to be seen")


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
    condition = Condition.model_validate({"field": "security_incident", "is": True})
    assert condition.holds(facts(security_incident=value)) is holds


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("yes", True),
        ("suspected", True),
        ("no", False),
        (EMPTY, False),
        (Field(None, raw="tbd"), False),
        (Field(None, raw="to be seen"), None),
        (HIDDEN, None),
    ],
)
def test_one_of_several_values(value, holds):
    condition = Condition.model_validate({"field": "data_breach", "is": ["yes", "suspected"]})
    assert condition.holds(facts(data_breach=value)) is holds
    assert english(condition.told) == "where Data breach says yes, suspected"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (
            {"field": "data_breach", "is": True},
            "put yes in quotes: data_breach is a choice, not true or false",
        ),
        (
            {"field": "data_breach", "is": [False, "suspected"]},
            "put no in quotes: data_breach is a choice, not true or false",
        ),
        ({"field": "data_breach", "is": ["suspect"]}, 'unknown value "suspect", did you mean "suspected"?'),
        ({"field": "data_breach", "is": []}, "give one of filled: true, is and not"),
    ],
)
def test_values_that_a_field_cannot_have(given, problem):
    with pytest.raises(ValidationError) as refused:
        Condition.model_validate(given)
    assert [error["msg"] for error in refused.value.errors()] == [f"Value error, {problem}"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        *((yes, "yes") for yes in ("ja", "Yes", "true", "1", True, "Bevestigd")),
        *((maybe, "suspected") for maybe in ("vermoeden", "Vermoedelijk", "suspected", "Suspicion")),
        *((no, "no") for no in ("nee", "No", "false", "0", False, "geen", "Ingetrokken")),
        ("to be seen", None),
        ("", None),
    ],
)
def test_a_data_breach_is_certain_suspected_or_none(words, code):
    assert parsing.choice("data_breach", words).value == code


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
            "Asked where Security incident says yes or where Data breach says yes, suspected or where Incident "
            "severity is filled in. Security incident says no. Data breach is empty. Incident severity is empty.",
        ),
        ({"security_incident": True}, None),
    ],
)
def test_why_an_incident_is_not_asked_for_its_severity(given, told):
    found = why_not(facts(kind=TicketKind.INCIDENT, **given), load_packs(["keten-dap"]), "DAP-4")
    assert (english(found) if found else None) == told
