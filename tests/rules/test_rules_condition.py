"""A condition on a field: what it asks for, and when nobody can say whether it holds."""

from __future__ import annotations

import pytest
from build import EMPTY, HIDDEN, Field, english, facts

from bot.model.lifecycle import Verdict
from bot.model.ticket import TicketKind
from rules.condition import Condition
from rules.engine import evaluate
from rules.policy import load_packs

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
