"""Why nobody decided, told with the finding: closed accounts, and approvals by nobody at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import AN, BO, CAB, ROLES, approved, day, facts, run, told

from domain.people import Group
from domain.ticket import Approval, Decision

NONE = "No approval by the CAB yet."
GONE = replace(AN, active=False)
STUCK = "An cannot decide any more (account closed), so that the request is stuck."
ITSELF = "The system approved by itself for the CAB; nobody decided, so that is no approval."
OTHERS = Group("g9", "Others")


def asked(person, group=None, decision=Decision.REQUESTED) -> Approval:
    return Approval(person, decision, None, group)


def place(name: str) -> Approval:
    return Approval(None, Decision.FROM_START, step=name)


def from_start(name: str) -> str:
    return f"'{name}' has had its value since the ticket was made; that is no decision."


@pytest.mark.parametrize(
    ("approvals", "seen"),
    [
        ((), NONE),
        ((asked(AN, CAB),), NONE),
        ((asked(GONE, CAB),), f"{STUCK} {NONE}"),
        ((asked(GONE),), f"{STUCK} {NONE}"),  # asked by name, and a member
        ((asked(GONE, CAB), asked(BO, CAB)), NONE),  # somebody can still decide
        ((asked(GONE, CAB, Decision.NOT_REQUIRED),), NONE),
        ((asked(GONE, OTHERS),), NONE),
        ((asked(None, CAB, Decision.AUTOMATIC),), f"{ITSELF} {NONE}"),
        ((asked(None, None, Decision.AUTOMATIC),), f"{ITSELF} {NONE}"),
        ((asked(None, OTHERS, Decision.AUTOMATIC),), NONE),
        ((asked(GONE, CAB), asked(None, CAB, Decision.AUTOMATIC)), f"{STUCK} {ITSELF} {NONE}"),
        ((place("CAB sign-off"),), f"{from_start('CAB sign-off')} {NONE}"),
        ((place("Akkoord"),), f"{from_start('Akkoord')} {NONE}"),  # whose place it is, nothing tells
        ((place("Owner sign-off"), place("Keten CAB sign-off")), NONE),  # told to whoever asks for those
    ],
)
def test_why_nobody_decided(approvals: tuple[Approval, ...], seen: str) -> None:
    outcome = run("approved_by_role", facts(approvals=approvals, roles=ROLES), roles=["cab"])
    assert told(outcome)[:2] == ("unmet", seen)


def test_a_decision_that_counts_is_told_alone() -> None:
    given = (approved(BO, day(5), CAB), asked(GONE, CAB), asked(None, CAB, Decision.AUTOMATIC))
    outcome = run("approved_by_role", facts(approvals=given, roles=ROLES), roles=["cab"])
    assert told(outcome)[0] == "met"
    assert "stuck" not in told(outcome)[1] and "itself" not in told(outcome)[1]
