"""Owners, hours and the register are asked of the assets that a ticket names, not of what depends on these."""

from __future__ import annotations

import pytest
from build import AN, BO, approved, day, facts, subject

from domain.lifecycle import State, Verdict
from rules.check_api import OfNamedAssets, Params, asked_of
from rules.engine import evaluate
from rules.loading.loader import load_packs

PACKS = load_packs(["vo-icr"])
OWN = subject("Website", c=1, i=1, owner=(AN,))
REACHED = subject("Portal", c=4, i=4, owner=(BO,), path=("Website", "Portal"))
STRAY = subject("Loket", c=4, i=4, owner=(BO,), path=("Elders", "Loket"))


@pytest.mark.parametrize(
    ("params", "because_of", "asked"),
    [
        (OfNamedAssets(), (OWN, REACHED), (OWN,)),
        (OfNamedAssets(), (REACHED,), (OWN,)),  # asked because of what depends on it
        (OfNamedAssets(), (STRAY,), (STRAY,)),  # never of nothing, which would be met
        (Params(), (OWN, REACHED), (OWN, REACHED)),
    ],
)
def test_which_assets_a_check_is_asked_of(params, because_of, asked):
    seen = asked_of(params, facts(subjects=(OWN, REACHED)), because_of)
    assert [one.name for one in seen] == [one.name for one in asked]


@pytest.mark.parametrize(("given", "verdict"), [((AN,), Verdict.MET), ((BO,), Verdict.MISSING)])
def test_the_owner_of_what_is_reached_is_not_asked(given, verdict):
    ticket = facts(
        subjects=(OWN, REACHED),
        approvals=tuple(approved(person, day(2)) for person in given),
        state=State.CLOSED,
    )
    (found,) = [one for one in evaluate(ticket, PACKS) if one.id == "ICR-06"]
    assert found.verdict is verdict
    # What raised the measure is shown all the same.
    assert ("Website", "Portal") in {why.path for why in found.because}
