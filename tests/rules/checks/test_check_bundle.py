"""Checks of a release as a bundle, and of sign-offs by several roles."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import (
    AN,
    BO,
    CAB,
    CI,
    DIRK,
    ELS,
    EMPTY,
    HIDDEN,
    ROLES,
    Told,
    approved,
    day,
    facts,
    members,
    rejected,
    run,
    subject,
    ticket,
    told,
)

from domain.facts import Child
from domain.fields import Field
from domain.lifecycle import State
from domain.people import Role
from domain.ticket import Change
from rules.approval.decisions import UNREAD


def outcome(check: str, params: dict[str, object] | None = None, **given: object) -> Told:
    return told(run(check, facts(**given), **(params or {})))


def child(key: str, *approvals: object, state: State = State.SCHEDULED, **more: object) -> Child:
    subjects = more.pop("subjects", (subject(c=3),))
    return Child(key, ticket(state, key=key, approvals=tuple(approvals), **more), subjects)


ONE, TWO = child("CHG-1", approved(AN, day(5), CAB)), child("CHG-2", approved(BO, day(6), CAB))


@pytest.mark.parametrize(
    ("given", "result", "seen"),
    [
        ({"children": (ONE, TWO)}, "met", "This release contains 'CHG-1', 'CHG-2'."),
        ({"changes": ("CHG-1",)}, "met", "This release contains 'CHG-1'."),
        ({}, "unmet", "This release contains no changes."),
        ({"children_readable": False}, "unknown", "It cannot be read which changes this release contains."),
        ({"changes": HIDDEN}, "unknown", "It cannot be read which changes this release contains."),
    ],
)
def test_contains_changes(given, result, seen):
    found = outcome("contains_changes", **given)
    assert (found.result, found.seen) == (result, seen)


NOT_YET = "'CHG-3': No approval by the CAB yet."
AFTER = "'CHG-2': Approved by Bo (CAB) on 06/03 12:00."
"""That this came after the rollout began is for every rule to say, not for this check."""
OWNED = {"subjects": (subject(c=2, i=2, owner=(DIRK,)),)}
STANDARD = {"fields": {"change_type": Field("standard")}}
TEMPLATE = STANDARD | {"preapproval": Field("Renew certificate")}
RETURNED = Change("state", "authorize", "draft", ELS, day(7))
MOVED = Change("planned_start", "2026-03-20", "2026-03-21", ELS, day(7))


@pytest.mark.parametrize(
    ("given", "result", "seen"),
    [
        ({"children": (ONE, TWO)}, "met", None),
        ({"children": (ONE, child("CHG-3"))}, "unmet", NOT_YET),
        ({"children": (ONE, child("CHG-3", approved(DIRK, day(5))))}, "unmet", NOT_YET),
        (
            {"children": (child("CHG-3", approved(AN, day(5), CAB), rejected(BO, day(6), CAB)),)},
            "unmet",
            "'CHG-3': Rejected by Bo (CAB) on 06/03 12:00.",
        ),
        ({"children": (TWO,), "actual_start": day(5)}, "met", AFTER),
        # another approval that was in time will do
        (
            {
                "children": (child("CHG-2", approved(AN, day(4)), approved(BO, day(6))),),
                "actual_start": day(5),
            },
            "met",
            "'CHG-2': Approved by An (CAB) on 04/03 12:00, Bo (CAB) on 06/03 12:00.",
        ),
        (
            {"children": (TWO,), "history": (Change("state", "scheduled", "implement", ELS, day(5)),)},
            "met",
            AFTER,
        ),
        (
            {"children": (replace(child("CHG-3"), added_at=day(7)),)},
            "unmet",
            f"{NOT_YET} It was added to the release on 07/03 12:00.",
        ),
        ({"children": (ONE, child("CHG-3", state=State.CANCELED))}, "met", None),
        ({"children": (ONE, Child("CHG-3", None))}, "unknown", "'CHG-3' cannot be read."),
        ({"changes": ("CHG-3",)}, "unknown", "'CHG-3' cannot be read."),
        (
            {"children": (child("CHG-3", approvals_readable=False),)},
            "unknown",
            "'CHG-3': The approvals of this ticket cannot be read.",
        ),
        (
            {"children": (ONE,), "roles": {}},
            "unknown",
            "'CHG-1': No group is named for the CAB; an administrator can do so with 'ROLES__CAB'.",
        ),
        ({"children": (ONE,), "children_readable": False}, "unknown", None),
        (
            {"children": (ONE,), "actual_start": HIDDEN},
            "met",
            None,
        ),
        ({}, "unmet", "This release contains no changes."),
        # at class 1 and 2 the owner decides, and nobody else
        ({"children": (child("CHG-1", approved(DIRK, day(5)), **OWNED),)}, "met", None),
        (
            {"children": (child("CHG-1", approved(AN, day(5), CAB), **OWNED),)},
            "unmet",
            "'CHG-1': Dirk has not decided yet.",
        ),
        (
            {"children": (child("CHG-1", **OWNED | {"subjects": (subject(unseen=(UNREAD,)),)}),)},
            "unknown",
            "It cannot be seen who decides on 'CHG-1'.",
        ),
        # a standard change is approved by its template, which has to be named
        ({"children": (child("CHG-1", **TEMPLATE),)}, "met", None),
        (
            {"children": (child("CHG-1", rejected(BO, day(5)), **TEMPLATE),)},
            "unmet",
            "'CHG-1': Rejected by Bo on 05/03 12:00.",
        ),
        (
            {"children": (child("CHG-1", **STANDARD, preapproval=EMPTY),)},
            "unmet",
            "'CHG-1': No approval by the CAB yet. The change is called standard, but no approved template is named;"
            " that alone proves nothing.",
        ),
        # what overtook the approval of the change counts here too
        ({"children": (child("CHG-1", approved(AN, day(5)), history=(RETURNED,)),)}, "unmet", None),
        (
            {
                "children": (child("CHG-1", approved(AN, day(5)), history=(MOVED,)),),
                "material": {"approvals": frozenset({"planned_start"})},
            },
            "unmet",
            None,
        ),
    ],
)
def test_changes_approved(given, result, seen):
    found = outcome("changes_approved", **({"roles": ROLES} | given))
    assert (found.result, found.seen) == (result, seen or found.seen)


def test_only_the_body_that_decides_on_a_change_counts():
    roles = ROLES | {Role.CHANGE_MANAGER: members(DIRK)}
    given = {"roles": roles, "children": (child("CHG-1", approved(DIRK, day(5))),)}
    found = outcome("changes_approved", **given)
    assert (found.result, found.who) == ("unmet", ("An", "Bo"))


BOTH = ("CHG-1", "CHG-2")


@pytest.mark.parametrize(
    ("accepted", "deployed", "result"),
    [
        (BOTH, BOTH[::-1], "met"),
        (BOTH, ("CHG-1",), "unmet"),
        (("CHG-1",), BOTH, "violated"),
        (BOTH, EMPTY, "unmet"),
        (EMPTY, BOTH, "unmet"),
        (BOTH, HIDDEN, "unknown"),
        (HIDDEN, BOTH, "unknown"),
    ],
)
def test_accepted_is_deployed(accepted, deployed, result):
    assert outcome("accepted_is_deployed", changes=accepted, deployed_changes=deployed).result == result


@pytest.mark.parametrize(
    ("deployed", "result"), [(("CHG-1",), "met"), (BOTH, "violated"), (("CHG-3",), "violated")]
)
def test_a_canceled_change_is_not_accepted(deployed, result):
    children = (ONE, child("CHG-2", state=State.CANCELED))
    assert outcome("accepted_is_deployed", children=children, deployed_changes=deployed).result == result


def test_what_differs_is_named():
    found = outcome("accepted_is_deployed", children=(ONE, TWO), deployed_changes=("CHG-2", "CHG-9"))
    assert found.seen == "Deployed without being accepted in this release: 'CHG-9'."
    assert [met for _, met in found.parts] == [False, False]


SIGNERS = {Role.USERS: members(BO), Role.OPERATIONS: members(CI)}
ASKED = {"roles": ["users", "owner", "operations"]}
SIGNED = (approved(AN), approved(BO), approved(CI))


@pytest.mark.parametrize(
    ("given", "result", "left"),
    [
        ({}, "met", ()),
        ({"approvals": SIGNED[1:]}, "unmet", ("the application owner",)),
        ({"approvals": SIGNED[:2]}, "unmet", ("operations",)),
        ({"approvals": (*SIGNED[:2], rejected(CI))}, "unmet", ("operations",)),
        ({"approvals": (rejected(AN), *SIGNED[1:])}, "unmet", ("the application owner",)),
        ({"application_owner": EMPTY}, "unmet", ("the application owner",)),
        ({"application_owner": HIDDEN}, "unknown", ()),
        ({"approvals_readable": False}, "unknown", ()),
        ({"roles": {Role.USERS: members(BO)}}, "unknown", ()),
        ({"subjects": (subject(owner=(DIRK,)),)}, "unmet", ("the application owner",)),
        ({"subjects": (subject(owner=(AN,)),), "application_owner": EMPTY}, "met", ()),
    ],
)
def test_signed_off(given, result, left):
    base = {"roles": SIGNERS, "approvals": SIGNED, "application_owner": (AN,)}
    found = outcome("signed_off", ASKED, **(base | given))
    assert (found.result, tuple(n for n, met in found.parts if met is False)) == (result, left)


CHAIN = {"roles": ["keten_cab"], "fields": ["cmk_reference"]}


@pytest.mark.parametrize(
    ("reference", "approvals", "result"),
    [
        ("CMK-7", (approved(AN),), "met"),
        ("CMK-7", (), "unmet"),
        (EMPTY, (approved(AN),), "unmet"),
        (HIDDEN, (approved(AN),), "unknown"),
    ],
)
def test_signed_off_with_a_reference(reference, approvals, result):
    roles = {Role.KETEN_CAB: members(AN)}
    found = outcome("signed_off", CHAIN, cmk_reference=reference, approvals=approvals, roles=roles)
    assert found.result == result
    assert found.wanted == "Fill in: CMK reference. An approval by the chain CAB."
