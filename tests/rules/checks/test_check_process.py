"""Checks of the process: what is on record, plans, windows, deadlines and terms, links between tickets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from build import (
    AN,
    BO,
    CI,
    DIRK,
    ELS,
    EMPTY,
    FAY,
    HIDDEN,
    ROLES,
    Field,
    Told,
    approved,
    day,
    facts,
    rejected,
    run,
    subject,
    told,
)

from domain.facts import Child, Notice, Underway
from domain.lifecycle import State
from domain.people import Group, Person, Role, RoleMembers
from domain.ticket import Approval, Change, Decision, TicketKind
from domain.waiver import Declaration


def outcome(check: str, params: dict[str, object] | None = None, **given: object) -> Told:
    return told(run(check, facts(**given), **(params or {})))


def changed(name: str, before: str, after: str, at: datetime) -> Change:
    return Change(name, before, after, None, at)


def answer(check: str, params: dict[str, object] | None = None, **given: object) -> tuple[str, str]:
    found = outcome(check, params, **given)
    return found.result, found.seen


TWO = {
    "done": ["users_informed", "target_ready"],
    "filled": ["deviations"],
    "says": {"acceptance_result": "accepted"},
}
ALL_THERE = {
    "users_informed": True,
    "target_ready": "Checked on Monday",
    "deviations": "No deviations.",
    "acceptance_result": "accepted",
}


@pytest.mark.parametrize(
    ("given", "result", "left"),
    [
        ({}, "met", ()),
        ({"target_ready": "Yes"}, "met", ()),
        ({"target_ready": "nee"}, "unmet", ("Target ready",)),
        ({"target_ready": EMPTY}, "unmet", ("Target ready",)),
        ({"users_informed": False}, "unmet", ("Users informed",)),
        ({"users_informed": EMPTY}, "unmet", ("Users informed",)),
        ({"deviations": "no"}, "met", ()),
        ({"deviations": EMPTY}, "unmet", ("Deviations",)),
        ({"acceptance_result": "rejected"}, "unmet", ("Acceptance result",)),
        ({"target_ready": HIDDEN}, "unknown", ()),
        ({"target_ready": HIDDEN, "deviations": EMPTY}, "unmet", ("Deviations",)),
    ],
)
def test_recorded(given, result, left):
    found = outcome("recorded", TWO, **(ALL_THERE | given))
    assert (found.result, tuple(name for name, met in found.parts if met is False)) == (result, left)


POLICY = Declaration("ICR-42", "Runbook", date(2026, 1, 1))
OURS = Declaration("ICR-42", "Website book", date(2026, 2, 1), "website")
OLD = Declaration("ICR-42", "Old book", date(2024, 1, 1))


@pytest.mark.parametrize(
    ("given", "result", "seen"),
    [
        ({"procedure": "Runbook 3"}, "met", "Procedure says “'Runbook 3'”."),
        ({"declarations": (POLICY,)}, "met", "Declared in 'Runbook', reviewed on '2026-01-01'."),
        ({"declarations": (POLICY, OURS)}, "met", "Declared in 'Website book', reviewed on '2026-02-01'."),
        (
            {"declarations": (OLD,)},
            "unmet",
            "Procedure is empty. Declared in 'Old book', but last reviewed on '2024-01-01': too long ago.",
        ),
        (
            {"declarations": (Declaration("ICR-42", "Shop book", date(2026, 2, 1), "Shop"),)},
            "unmet",
            "Procedure is empty. Nothing was declared.",
        ),
        (
            {"declarations": (Declaration("X-1", "?", date(2026, 2, 1)),)},
            "unmet",
            "Procedure is empty. Nothing was declared.",
        ),
        (
            {"declarations": (Declaration("ICR-42", "?", date(2027, 1, 1)),)},
            "unmet",
            "Procedure is empty. Nothing was declared.",
        ),
        ({"procedure": HIDDEN}, "unknown", "Procedure cannot be read."),
        (
            {"procedure": HIDDEN, "declarations": (POLICY,)},
            "met",
            "Declared in 'Runbook', reviewed on '2026-01-01'.",
        ),
    ],
)
def test_filled_or_declared(given, result, seen):
    assert answer("filled_or_declared", {"field": "procedure", "rule": "ICR-42"}, **given) == (result, seen)


def test_every_asset_needs_the_declaration():
    pair = (subject(), subject("Shop"))
    found = answer(
        "filled_or_declared", {"field": "procedure", "rule": "ICR-42"}, subjects=pair, declarations=(OURS,)
    )
    assert found[0] == "unmet"


AT = {
    "planned_start": day(9, 10),
    "planned_end": day(9, 12),
    "actual_start": day(9, 10),
    "actual_end": day(9, 11),
}


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ({}, "met"),
        ({"actual_end": day(9, 13)}, "unmet"),
        ({"actual_start": day(9, 9)}, "unmet"),
        ({"actual_end": day(9, 13), "deviations": "A slow disk."}, "met"),
        ({"actual_end": day(9, 13), "deviations": HIDDEN}, "unknown"),
        ({"planned_end": EMPTY}, "unmet"),
        ({"planned_end": HIDDEN}, "unknown"),
        ({"actual_end": HIDDEN}, "unknown"),
        ({"actual_end": EMPTY}, "unmet"),
    ],
)
def test_kept_to_plan(given, result):
    assert outcome("kept_to_plan", **(AT | given)).result == result


def step(person: Person, name: str, decision: Decision = Decision.APPROVED) -> Approval:
    return Approval(person, decision, day(5), None, name)


BY_STEP = (step(BO, "Test"), step(CI, "Acceptance"), step(AN, "To production"))
PATH = ("D", "T", "A", "P")
THROUGH = {"test_validated_by": (BO,), "acceptance_result": "accepted", "approvals": (approved(AN),)}


def otap(**more: object) -> dict[str, object]:
    """What the organisation declares of its path, reviewed on the first of January."""
    return {"declarations": (Declaration("CH06-3", "wiki/otap", date(2026, 1, 1), **more),)}


EACH = otap(approvals=("T", "A", "P"))


@pytest.mark.parametrize(
    ("path", "given", "result"),
    [
        (PATH, {}, "met"),
        (("Ontwikkeling", "Test", "Acceptatie", "Productie"), {}, "met"),
        (("D", "T", "A", "Pre-production", "P"), {}, "met"),
        (("D", "A", "T", "P"), {}, "unmet"),
        (("D", "T", "P"), {}, "unmet"),
        (EMPTY, {}, "unmet"),
        (HIDDEN, {}, "unknown"),
        (PATH, {"test_validated_by": EMPTY}, "unmet"),
        (PATH, {"acceptance_result": "rejected"}, "unmet"),
        (PATH, {"approvals": ()}, "unmet"),
        (PATH, {"approvals": (approved(AN), rejected(BO))}, "unmet"),
        (PATH, {"approvals_readable": False}, "unknown"),
        (PATH, {"approvals": BY_STEP, "test_validated_by": EMPTY, "acceptance_result": EMPTY}, "met"),
        (PATH, {"approvals": (step(AN, "Test"), step(AN, "Acceptance"), step(AN, "Production"))}, "met"),
        (PATH, {"approvals": (*BY_STEP, rejected(FAY))}, "unmet"),
        (
            PATH,
            {"approvals": (*BY_STEP[:2], step(AN, "Production", Decision.REQUESTED), approved(FAY))},
            "unmet",
        ),
        (PATH, {"approvals": BY_STEP[1:], "test_validated_by": EMPTY}, "unmet"),
        (PATH, {"approvals": (*BY_STEP[:2], step(AN, "Production", Decision.REQUESTED))}, "unmet"),
        (PATH, {"approvals": (*BY_STEP[:2], step(AN, "Production", Decision.REJECTED))}, "unmet"),
        (PATH, {"approvals": BY_STEP[:2]}, "unmet"),
        (PATH, {"approvals": (*BY_STEP, step(FAY, "Acceptatie", Decision.REJECTED))}, "unmet"),
        (
            PATH,
            {"approvals": (approved(BO, group=Group("g", "Test managers")),), "test_validated_by": EMPTY},
            "unmet",
        ),
        (PATH, {"approvals": (approved(AN), approved(BO)), "test_validated_by": EMPTY}, "unknown"),
        (PATH, {"approval_line": "Test: team lead, then the CAB", "test_validated_by": EMPTY}, "unknown"),
        (PATH, {"approval_line": "The CAB", "test_validated_by": EMPTY}, "unmet"),
        (PATH, {"approval_line": "Acceptance: owner", "acceptance_result": "rejected"}, "unmet"),
        (PATH, {"approval_line": "Acceptance: owner", "acceptance_result": EMPTY}, "unknown"),
        (PATH, {"approval_line": "Production: CAB", "approvals": ()}, "unmet"),
        (PATH, {"approvals_readable": False, "test_validated_by": EMPTY}, "unknown"),
    ],
)
def test_environment_path(path, given, result):
    given = THROUGH | EACH | given
    assert outcome("environment_path", {"rule": "CH06-3"}, environment_path=path, **given).result == result


UNSAID = {"test_validated_by": EMPTY, "acceptance_result": EMPTY}


@pytest.mark.parametrize(
    ("path", "given", "result"),
    [
        (PATH, UNSAID, "met"),
        (PATH, UNSAID | {"approvals": ()}, "unmet"),
        (PATH, UNSAID | {"approvals": (step(AN, "Test"),)}, "unmet"),
        (PATH, UNSAID | {"approvals": (rejected(AN),)}, "unmet"),
        (PATH, UNSAID | {"approvals_readable": False}, "unknown"),
        (("T", "P"), UNSAID, "unmet"),
        (("T", "P"), UNSAID | otap(path=("T", "P")), "met"),
        (("D", "P"), UNSAID | otap(path=("T", "P")), "unmet"),
        (PATH, UNSAID | otap(approvals=("A", "P")), "unmet"),
        (PATH, {"test_validated_by": EMPTY} | otap(approvals=("A", "P")), "met"),
    ],
)
def test_undeclared_the_way_to_production_alone_is_approved(path, given, result):
    found = outcome("environment_path", {"rule": "CH06-3"}, environment_path=path, **(THROUGH | given))
    assert (found.result, "wiki/otap" in found.seen) == (result, "declarations" in given)


def test_a_declaration_that_nobody_looked_at_for_a_year_counts_no_more():
    stale = {"declarations": (replace(EACH["declarations"][0], reviewed=date(2024, 1, 1)),)}
    found = outcome(
        "environment_path", {"rule": "CH06-3"}, environment_path=PATH, **(THROUGH | UNSAID | stale)
    )
    assert (found.result, "wiki/otap" in found.seen) == ("met", False)


@pytest.mark.parametrize(
    ("builders", "implementer", "given", "result"),
    [
        ((DIRK,), (ELS,), {}, "met"),
        ((DIRK, BO), (BO,), {}, "violated"),
        ((DIRK,), (ELS,), {"same_person": {"els": "dirk"}}, "violated"),
        (EMPTY, (ELS,), {}, "unmet"),
        ((DIRK,), EMPTY, {}, "unmet"),
        ((DIRK,), HIDDEN, {}, "unknown"),
        (EMPTY, HIDDEN, {}, "unmet"),
    ],
)
def test_builder_does_not_deploy(builders, implementer, given, result):
    found = deployed(builders=builders, implementer=implementer, **given)
    assert found.result == result


def deployed(**given: object) -> Told:
    return told(run("builder_does_not_deploy", facts(**given), rule="X-9"))


BOTH = "Both builder and implementer: Bo."
ALLOWED = Declaration("X-9", "Access, version 2", date(2026, 2, 1), same_person=True, reason="We are two.")


@pytest.mark.parametrize(
    ("declared", "result", "seen"),
    [
        ((), "violated", BOTH),
        ((replace(ALLOWED, same_person=False),), "violated", BOTH),
        ((ALLOWED,), "met", f"{BOTH} The rules of access allow that ('Access, version 2'): 'We are two.'"),
    ],
)
def test_the_declaration_may_allow_one_person_to_do_both(declared, result, seen):
    found = deployed(builders=(BO,), implementer=(BO,), declarations=declared)
    assert (found.result, found.seen) == (result, seen)


def test_who_built_a_change_of_a_release_does_not_deploy_the_release():
    change = facts(builders=(BO,)).ticket
    release = {"children": (Child("CHG-2", change),), "implementer": (BO,)}
    assert deployed(**release).result == "violated"
    assert deployed(**release | {"implementer": (ELS,)}).result == "met"
    unread = {"children": (*release["children"], Child("CHG-3", None)), "implementer": (ELS,)}
    assert deployed(**unread).result == "unknown"


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ({"pull_until": day(20), "planned_end": day(21)}, "met"),
        ({"pull_until": day(20), "planned_end": day(20)}, "unmet"),
        ({"pull_until": EMPTY, "planned_end": day(21)}, "unmet"),
        ({"pull_until": day(20), "planned_end": EMPTY}, "unmet"),
        ({"pull_until": HIDDEN, "planned_end": day(21)}, "unknown"),
    ],
)
def test_pull_ends(given, result):
    assert outcome("pull_ends", **given).result == result


HOURS = {"hours": {"critical": 48, "low": 2160}}


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ({"priority": "critical"}, "met"),
        ({"priority": "high", "deadline": day(20)}, "met"),
        ({"priority": "high"}, "unmet"),
        ({"deadline": day(20)}, "unmet"),
        ({"priority": HIDDEN, "deadline": day(20)}, "unknown"),
        ({"priority": "critical", "deadline": HIDDEN}, "unknown"),
    ],
)
def test_prioritised(given, result):
    assert outcome("prioritised", HOURS, **given).result == result


@pytest.mark.parametrize(
    ("given", "result", "due"),
    [
        ({"deadline": day(12)}, "unmet", day(12)),
        ({"deadline": day(9)}, "violated", day(9)),
        ({"deadline": day(9), "actual_end": day(8)}, "met", None),
        ({"deadline": day(9), "actual_end": day(9)}, "met", None),
        ({"deadline": day(8), "actual_end": day(9)}, "violated", day(8)),
        ({"priority": "low"}, "unmet", None),
        ({"priority": "critical"}, "violated", day(3)),
        ({"priority": "critical", "actual_end": day(2)}, "met", None),
        ({"priority": "high"}, "unmet", None),
        ({"priority": HIDDEN}, "unknown", None),
        ({"deadline": HIDDEN, "actual_end": day(2)}, "unknown", None),
        ({"deadline": day(12), "actual_end": HIDDEN}, "unknown", day(12)),
        ({"deadline": day(12), "actual_end": day(9), "result": "rolled_back"}, "unmet", day(12)),
        ({"deadline": day(9), "actual_end": day(8), "result": "rolled_back"}, "violated", day(9)),
        ({"deadline": day(9), "actual_end": day(8), "result": "failed"}, "violated", day(9)),
        ({"deadline": day(9), "actual_end": day(8), "result": "with_issues"}, "met", None),
    ],
)
def test_within_deadline(given, result, due):
    """It is the tenth of March; the ticket is of the first, so critical means the third."""
    found = run("within_deadline", facts(**given), **HOURS)
    assert found.result.value == result
    assert found.due == due or given == {"priority": "low"}


def test_the_earliest_of_several_deadlines_counts():
    given = facts(deadline=day(20), planned_end=day(9))
    assert run("within_deadline", given, fields=["deadline", "planned_end"]).result.value == "violated"
    assert (
        run("within_deadline", facts(planned_end=HIDDEN), fields=["deadline", "planned_end"]).result.value
        == "unknown"
    )


REPORTED = {
    "reported_written": day(9),
    "reported_phone": day(9),
    "reported_authority": "2026-03-09 12:00",
    "incident_priority": "highest",
}
KNOWN = {"detected_at": day(8), "created": day(10, 9)}


def by_words(words: str, who: Person | None = CI) -> dict[str, object]:
    return KNOWN | REPORTED | {"reported_authority": Field(words, by=who, at=day(9)), "roles": ROLES}


@pytest.mark.parametrize(
    ("given", "result", "due"),
    [
        ({"detected_at": day(8)}, "unmet", day(11)),
        ({"detected_at": day(8)} | REPORTED, "met", None),
        ({"detected_at": day(8), "reported_phone": day(9)}, "unmet", day(11)),
        ({"detected_at": day(6)}, "violated", day(9)),
        ({"detected_at": day(5)} | REPORTED, "violated", day(8)),
        ({"detected_at": day(8)} | REPORTED | {"reported_written": HIDDEN}, "unknown", day(11)),
        ({"detected_at": HIDDEN} | REPORTED, "unknown", None),
        ({"detected_at": day(8)} | REPORTED | {"incident_priority": "high"}, "unmet", None),
        ({"detected_at": day(8)} | REPORTED | {"incident_priority": EMPTY}, "unmet", None),
        ({"detected_at": day(8)} | REPORTED | {"incident_priority": HIDDEN}, "unknown", None),
        ({"created": day(1)}, "violated", day(4)),
        (KNOWN | REPORTED | {"reported_authority": EMPTY}, "unmet", day(11)),
        # Still to come, and after the term: when that is over it is violated.
        (KNOWN | REPORTED | {"reported_authority": "2026-03-11 12:01"}, "unmet", day(11)),
        (by_words("Nobody can read it"), "met", None),
        (by_words("Nobody can read it", AN), "unmet", day(11)),
        (by_words("Nobody can read it", None), "unknown", day(11)),
        (by_words("Nobody can read it") | {"roles": {}}, "unknown", day(11)),
        (by_words("not needed"), "unmet", day(11)),
        (by_words("niet vereist"), "unmet", day(11)),
        (by_words("geen melding"), "unmet", day(11)),
        # the ticket is older than what it tells of the detection
        ({"detected_at": day(8), "created": day(5)}, "violated", day(8)),
        (
            {"created": day(1), "history": (changed("data_breach", "", "suspected", day(9)),)},
            "unmet",
            day(12),
        ),
        (
            {"created": day(1), "history": (changed("data_breach", "suspected", "yes", day(9)),)},
            "violated",
            day(4),
        ),
        (KNOWN | {"history": (changed("detected_at", "2026-03-05 12:00", "", day(9)),)}, "violated", day(8)),
    ],
)
def test_breach_reported(given, result, due):
    """It is nine in the morning of the tenth, and of the ticket too where a row does not say otherwise."""
    found = run("breach_reported", facts(**{"created": day(10, 9)} | given))
    assert (found.result.value, found.due) == (result, due)


ONE = {"incident_priority": "highest", "reported_phone": day(8)}


@pytest.mark.parametrize(
    ("detected", "told"),
    [
        (day(10, 9), "The term ends on 13/03 09:00: 72 hours at most are left."),
        (day(8), "The term ends on 11/03 12:00: 36 hours at most are left."),
        (day(7, 22), "The term ends on 10/03 22:00: 24 hours at most are left."),
        (day(7, 12), "The term ends on 10/03 12:00: 3 hours at most are left."),
        (day(7, 9), "The term ends on 10/03 09:00: 3 hours at most are left."),
        (day(7, 8), "Reported to the authority: too late. The term is overrun: it ended on 10/03 08:00."),
        (EMPTY, "It is counted from the creation of this ticket."),
    ],
)
def test_a_breach_tells_how_long_there_is(detected, told):
    assert outcome("breach_reported", detected_at=detected, created=day(10, 9), **ONE).seen.endswith(told)


def test_a_breach_with_a_lower_priority_says_so():
    seen = outcome("breach_reported", **(KNOWN | REPORTED | {"incident_priority": "low"})).seen
    assert seen == "Priority says low."


CHAIN = {"ladder": ["change_manager", "keten_cab"], "hours_per_step": 24}
CHAIN_ROLES = {
    Role.CHANGE_MANAGER: RoleMembers((FAY,)),
    Role.KETEN_CAB: RoleMembers((AN, BO)),
}
KEPT = {
    "roles": CHAIN_ROLES,
    "approvals": (approved(AN, day(5)),),
    "cmk_reference": "CMK 14",
    "deadline": day(20),
    "planned_end": day(18),
}
TO_FAY = "Escalate to the change manager: step 1 of 2."
TO_CAB = "Escalate to the chain CAB: step 2 of 2."


@pytest.mark.parametrize(
    ("given", "result", "seen", "wanted", "who"),
    [
        (
            {"deadline": day(10, 8)},
            "violated",
            "The deadline is overrun since 10/03 08:00. From 11/03 08:00 on it goes up to the chain CAB: An, Bo.",
            TO_FAY,
            ("Fay",),
        ),
        (
            {"planned_end": day(8)},
            "violated",
            "Not carried through in time: Planned end was 08/03 12:00.",
            TO_CAB,
            ("An", "Bo"),
        ),
        (
            {"planned_end": day(8), "actual_end": day(8, 14)},
            "violated",
            "Not carried through in time: Planned end was 08/03 12:00.",
            TO_FAY,
            ("Fay",),
        ),
        (
            {"cmk_reference": EMPTY, "actual_start": day(9, 21)},
            "violated",
            "Agreements of the chain are not kept since 09/03 21:00: CMK reference."
            " From 10/03 21:00 on it goes up to the chain CAB: An, Bo.",
            TO_FAY,
            ("Fay",),
        ),
        (
            {"approvals": (), "cmk_reference": EMPTY},
            "violated",
            "Agreements of the chain are not kept: CMK reference, the chain CAB.",
            TO_FAY,
            ("Fay",),
        ),
        (
            {"kind": TicketKind.RELEASE, "roles": CHAIN_ROLES | {Role.CHANGE_MANAGER: RoleMembers()}},
            "violated",
            "Agreements of the chain are not kept: Release calendar.",
            TO_FAY,
            ("change_manager",),
        ),
        (
            {
                "kind": TicketKind.INCIDENT,
                "deadline": day(9, 8),
                "planned_end": EMPTY,
                "cmk_reference": EMPTY,
            },
            "violated",
            "The deadline is overrun since 09/03 08:00.",
            TO_CAB,
            ("An", "Bo"),
        ),
    ],
)
def test_what_is_not_kept_in_a_chain_goes_up_the_ladder(given, result, seen, wanted, who):
    """It is nine in the morning of the tenth."""
    found = outcome("kept_in_chain", CHAIN, **(KEPT | given))
    assert (found.result, found.seen, found.wanted, found.who) == (result, seen, wanted, who)


@pytest.mark.parametrize(
    ("given", "result", "due"),
    [
        ({}, "unmet", day(18)),
        ({"actual_end": day(9)}, "met", None),
        ({"state": State.ASSESS, "cmk_reference": EMPTY, "approvals": ()}, "unmet", day(18)),
        ({"deadline": EMPTY, "planned_end": EMPTY, "actual_end": day(9)}, "unmet", None),
        ({"deadline": HIDDEN}, "unknown", day(18)),
        ({"actual_end": HIDDEN}, "unknown", day(18)),
        ({"actual_end": day(9), "cmk_reference": HIDDEN}, "unknown", day(18)),
        ({"actual_end": day(9), "approvals_readable": False}, "unknown", day(18)),
        ({"kind": TicketKind.INCIDENT, "actual_end": day(9), "approvals": ()}, "met", None),
    ],
)
def test_what_is_kept_in_a_chain(given, result, due):
    found = run("kept_in_chain", facts(**(KEPT | given)), **CHAIN)
    assert (found.result.value, found.due) == (result, due)


@pytest.mark.parametrize(
    ("check", "params", "given", "again"),
    [
        ("breach_reported", {}, KNOWN, day(10, 12)),
        ("breach_reported", {}, KNOWN | {"detected_at": day(7, 12)}, day(10, 12)),
        ("breach_reported", {}, KNOWN | {"detected_at": day(7, 14)}, day(10, 11)),
        ("kept_in_chain", CHAIN, KEPT | {"deadline": day(10, 8)}, day(11, 8)),
        ("kept_in_chain", CHAIN, KEPT | {"deadline": day(9, 8)}, None),
        ("kept_in_chain", CHAIN, KEPT | {"deadline": day(10, 8), "actual_end": day(10, 8)}, None),
    ],
)
def test_when_time_alone_changes_what_is_said(check, params, given, again):
    """It is nine in the morning of the tenth."""
    assert run(check, facts(**given), **params).again == again


def test_a_term_of_our_own_is_told_to_be_one():
    terms = {"hours": {"critical": 48, "low": 2160}, "by_norm": ["critical"]}
    own = "The term for this priority, 2160 hours, is the organisation's own choice."
    assert own in outcome("within_deadline", terms, priority="low").seen
    assert "own choice" not in outcome("within_deadline", terms, priority="critical").seen
    assert "own choice" not in outcome("within_deadline", terms, priority="low", deadline=day(20)).seen


@pytest.mark.parametrize(
    ("given", "result", "excepted"),
    [
        ({"changes": ("CHG-1",)}, "met", False),
        ({"incident_severity": "high"}, "unmet", False),
        ({"incident_severity": "light"}, "unmet", True),
        ({"changes": HIDDEN}, "unknown", False),
    ],
)
def test_leads_to_change(given, result, excepted):
    found = outcome("leads_to_change", **given)
    assert (found.result, "exception" in found.wanted) == (result, excepted)


OWED = {"high": ["persons_informed"], "done": ["damage_repaired"]}
BOTH_TOLD = {"changes": ("CHG-1",), "persons_informed": "not needed", "damage_repaired": True}


@pytest.mark.parametrize(
    ("given", "result", "left"),
    [
        ({"incident_severity": "high"}, "met", ()),
        ({"incident_severity": "very_high"}, "met", ()),
        ({"incident_severity": "high", "persons_informed": EMPTY}, "unmet", ("Persons informed",)),
        ({"incident_severity": "high", "persons_informed": "no"}, "met", ()),
        ({"incident_severity": "high", "damage_repaired": False}, "unmet", ("Damage repaired",)),
        ({"incident_severity": "very_high", "damage_repaired": HIDDEN}, "unknown", ()),
        ({"incident_severity": "high", "changes": EMPTY}, "unmet", ("Changes",)),
        ({"incident_severity": "light", "damage_repaired": EMPTY}, "met", ()),
        (
            {"incident_severity": "light", "complaint": True, "damage_repaired": EMPTY},
            "unmet",
            ("Damage repaired",),
        ),
        ({"incident_severity": "light", "complaint": HIDDEN}, "unknown", ()),
        ({"incident_severity": HIDDEN}, "unknown", ()),
        ({"incident_severity": HIDDEN, "complaint": True}, "met", ()),
    ],
)
def test_a_heavy_incident_owes_more_than_a_change(given, result, left):
    found = outcome("leads_to_change", OWED, **(BOTH_TOLD | given))
    assert (found.result, tuple(name for name, met in found.parts if met is False)) == (result, left)


KEPT_TO = AT | {"users_informed": True}
OUTSIDE = KEPT_TO | {"actual_end": day(9, 13)}
ANEW = (changed("planned_end", day(9, 12).isoformat(), day(9, 14).isoformat(), day(9, 11)),)


@pytest.mark.parametrize(
    ("given", "result"),
    [
        (KEPT_TO, "met"),
        (KEPT_TO | {"deviations": "none"}, "met"),
        (KEPT_TO | {"users_informed": False}, "unmet"),
        (OUTSIDE, "unmet"),
        (OUTSIDE | {"deviations": "geen afwijkingen"}, "unmet"),
        (OUTSIDE | {"deviations": "A slow disk."}, "met"),
        (OUTSIDE | {"deviations": HIDDEN}, "unknown"),
        (OUTSIDE | {"planned_end": day(9, 14), "history": ANEW}, "unmet"),
        (KEPT_TO | {"planned_end": EMPTY}, "met"),
        (KEPT_TO | {"actual_end": EMPTY}, "unmet"),
        (KEPT_TO | {"actual_end": EMPTY, "deviations": "none"}, "met"),
        (KEPT_TO | {"actual_end": HIDDEN}, "unknown"),
        (KEPT_TO | {"planned_end": HIDDEN}, "unknown"),
        (KEPT_TO | {"actual_end": HIDDEN, "deviations": "none"}, "met"),
        (KEPT_TO | {"actual_end": HIDDEN, "users_informed": False}, "unmet"),
    ],
)
def test_deviations_are_recorded_if_there_were_any(given, result):
    assert outcome("deviations_recorded", {"done": ["users_informed"]}, **given).result == result


@pytest.mark.parametrize(
    ("given", "result"),
    [
        (OUTSIDE | {"planned_end": day(9, 14), "history": ANEW}, "unmet"),
        (OUTSIDE | {"deviations": "none"}, "unmet"),
        (KEPT_TO | {"planned_end": day(9, 14), "history": ANEW}, "met"),
    ],
)
def test_the_plan_is_that_of_when_the_rollout_began(given, result):
    assert outcome("kept_to_plan", **given).result == result


CHECKED = {"post_verification": "wiki/verification", "result": "successful"}
WORKS = {"verified": ["post_verification"], "intervention": ["deviations", "fixes_done"]}


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ({}, "met"),
        ({"result": "rolled_back"}, "met"),
        ({"result": EMPTY}, "met"),
        ({"post_verification": EMPTY}, "unmet"),
        ({"post_verification": HIDDEN}, "unknown"),
        ({"result": HIDDEN}, "unknown"),
        ({"result": "with_issues"}, "unmet"),
        ({"result": "failed"}, "unmet"),
        ({"result": "with_issues", "deviations": "The second site was put back."}, "met"),
        ({"result": "with_issues", "fixes_done": True}, "met"),
        ({"result": "with_issues", "fixes_done": "nee, nog niet"}, "unmet"),
        ({"result": "with_issues", "fixes_done": HIDDEN}, "unknown"),
    ],
)
def test_works_for_all(given, result):
    assert outcome("works_for_all", WORKS, **(CHECKED | given)).result == result


CLOSING = {
    "done": ["feedback"],
    "if_any": {"known_errors": "known_errors_agreed"},
    "if_yes": {"review_needed": "post_implementation_review"},
}


@pytest.mark.parametrize(
    ("given", "result"),
    [
        ({}, "met"),
        ({"known_errors": "wiki/errors"}, "unmet"),
        ({"known_errors": "wiki/errors", "known_errors_agreed": True}, "met"),
        ({"known_errors": "none"}, "met"),
        ({"known_errors": "geen bekende fouten"}, "met"),
        ({"review_needed": True}, "unmet"),
        ({"review_needed": True, "post_implementation_review": "wiki/review"}, "met"),
        ({"review_needed": False}, "met"),
        ({"review_needed": HIDDEN}, "unknown"),
    ],
)
def test_recorded_asks_more_where_another_field_calls_for_it(given, result):
    assert outcome("recorded", CLOSING, **({"feedback": "wiki/feedback"} | given)).result == result


@pytest.mark.parametrize(
    ("kind", "given", "result"),
    [
        (TicketKind.CHANGE, {}, "met"),
        (TicketKind.RELEASE, {"changes": HIDDEN}, "met"),
        (TicketKind.INCIDENT, {"changes": ("CHG-1",)}, "met"),
        (TicketKind.INCIDENT, {}, "unmet"),
        (TicketKind.PROBLEM, {"changes": HIDDEN}, "unknown"),
    ],
)
def test_through_change(kind, given, result):
    assert outcome("through_change", kind=kind, **given).result == result


@pytest.mark.parametrize(
    ("words", "start", "end", "result"),
    [
        ("Mon 10:00-16:00", day(9, 9), day(9, 14), "met"),
        ("ma-wo 10:00-16:00", day(9, 9), day(9, 14), "met"),
        ("zo 02:00-06:00; maandag 9:00-16:00", day(9, 9), day(9, 14), "met"),
        ("daily 23:00-05:00", day(9, 23), day(10, 3), "met"),
        ("sun 23:00-05:00", day(9, 1), day(9, 3), "met"),
        ("Mon 10:00-14:00", day(9, 9), day(9, 14), "unmet"),
        ("di,do 10:00-16:00", day(9, 9), day(9, 14), "unmet"),
        ("dagelijks 00:00-23:59", day(9, 9), day(11, 9), "unmet"),
        ("Mon 10:00-16:00", day(9, 14), day(9, 9), "unmet"),
        ("whenever quiet", day(9, 9), day(9, 14), "unknown"),
        ("Mon 10:00-26:00", day(9, 9), day(9, 14), "unknown"),
        (EMPTY, day(9, 9), day(9, 14), "unknown"),
        (HIDDEN, day(9, 9), day(9, 14), "unknown"),
        ("Mon 10:00-16:00", EMPTY, day(9, 14), "unmet"),
        ("Mon 10:00-16:00", day(9, 9), HIDDEN, "unknown"),
    ],
)
def test_inside_window(words, start, end, result):
    """The ninth of March 2026 is a Monday; Amsterdam is an hour ahead of UTC."""
    website = subject(maintenance_windows=words)
    found = outcome(
        "inside_window",
        {"timezone": "Europe/Amsterdam"},
        subjects=(website,),
        planned_start=start,
        planned_end=end,
    )
    assert found.result == result


@pytest.mark.parametrize(
    ("ended", "updated", "given", "result"),
    [
        (day(9), day(10), {}, "met"),
        (day(9), day(9), {}, "met"),
        (day(9), day(8), {}, "unmet"),
        (day(9), None, {}, "unknown"),
        (EMPTY, day(10), {}, "unmet"),
        (HIDDEN, day(10), {}, "unknown"),
    ],
)
def test_register_updated(ended, updated, given, result):
    found = outcome("register_updated", subjects=(subject(updated_at=updated),), actual_end=ended)
    assert found.result == result


def test_an_asset_that_no_register_knows():
    nowhere = (subject(asset=None),)
    assert outcome("register_updated", subjects=nowhere, actual_end=day(9)).result == "unmet"
    hidden = outcome("register_updated", subjects=nowhere, actual_end=day(9), assets_readable=False)
    assert hidden.result == "unknown"


FIRST, SECOND = (Notice(stage, day(9), ("Bo",)) for stage in (1, 2))


@pytest.mark.parametrize(
    ("notices", "parts"),
    [
        ((), (False, False)),
        ((FIRST,), (True, False)),
        ((SECOND,), (False, True)),
        ((FIRST, SECOND), (True, True)),
        ((FIRST, Notice(2, day(9), ())), (True, False)),
    ],
)
def test_two_notifications(notices, parts):
    found = outcome("two_notifications", notices=notices)
    assert tuple(met for _, met in found.parts) == parts
    assert found.result == ("met" if all(parts) else "unmet")


@pytest.mark.parametrize(
    ("notices", "stages", "underway"),
    [((), (1,), False), ((), (1, 2), True), ((FIRST,), (2,), True), ((FIRST,), (1,), False), ((), (), False)],
)
def test_a_notification_on_its_way_is_asked_of_nobody(notices, stages, underway):
    way = tuple(Underway(stage, ("Bo",)) for stage in stages)
    found = run("two_notifications", facts(notices=notices, underway=way, implementer=(DIRK,)))
    assert (found.result.value, found.underway, found.who) == ("unmet", underway, () if underway else (DIRK,))


def test_a_release_plan_has_seven_parts():
    whole = {
        "changes": ("CHG-1",),
        "impacted": "Citizens",
        "risks": "Few",
        "target_group": "All",
        "approval_line": "Owner, CAB",
        "responsible_group": (AN,),
        "planned_start": day(20),
        "planned_end": day(21),
        "rollout_strategy": "phased",
    }
    found = outcome("release_plan", **whole)
    assert (found.result, len(found.parts)) == ("met", 7)
    for name, part in {
        "risks": "Risks",
        "planned_end": "Rollout planning and strategy",
        "changes": "Changes",
    }.items():
        less = outcome("release_plan", **(whole | {name: EMPTY}))
        assert (less.result, [n for n, met in less.parts if met is False]) == ("unmet", [part])
        assert outcome("release_plan", **(whole | {name: HIDDEN})).result == "unknown"
    assert outcome("release_plan", **(whole | {"risks": Field(None, raw="tbd")})).result == "unmet"
