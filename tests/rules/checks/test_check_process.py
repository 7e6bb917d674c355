"""Checks of the process: what is on record, plans, windows, deadlines and terms, links between tickets."""

from __future__ import annotations

from datetime import date

import pytest
from build import (
    AN,
    BO,
    DIRK,
    ELS,
    EMPTY,
    HIDDEN,
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

from bot.model.facts import Notice
from bot.model.lifecycle import State
from bot.model.ticket import TicketKind
from bot.model.waiver import Declaration


def outcome(check: str, params: dict[str, object] | None = None, **given: object) -> Told:
    return told(run(check, facts(**given), **(params or {})))


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
PLAN = {"implementation_plan": "Plan"}


@pytest.mark.parametrize(
    ("state", "given", "result"),
    [
        (State.ASSESS, {"implementation_plan": EMPTY}, "unmet"),
        (State.ASSESS, {"implementation_plan": HIDDEN}, "unknown"),
        (State.ASSESS, {}, "met"),
        (State.IMPLEMENT, {}, "met"),
        (State.REVIEW, AT, "met"),
        (State.REVIEW, AT | {"actual_end": day(9, 13)}, "unmet"),
        (State.REVIEW, AT | {"actual_start": day(9, 9)}, "unmet"),
        (State.REVIEW, AT | {"actual_end": day(9, 13), "deviations": "A slow disk."}, "met"),
        (State.REVIEW, AT | {"actual_end": day(9, 13), "deviations": HIDDEN}, "unknown"),
        (State.REVIEW, AT | {"planned_end": EMPTY}, "unmet"),
        (State.REVIEW, AT | {"planned_end": HIDDEN}, "unknown"),
        (State.IMPLEMENT, AT | {"actual_end": HIDDEN}, "unknown"),
        (State.CLOSED, AT | {"actual_end": EMPTY}, "unmet"),
    ],
)
def test_followed_plan(state, given, result):
    assert outcome("followed_plan", state=state, **(PLAN | given)).result == result


PATH = ("D", "T", "A", "P")
THROUGH = {"test_validated_by": (BO,), "acceptance_result": "accepted", "approvals": (approved(AN),)}


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
    ],
)
def test_environment_path(path, given, result):
    assert outcome("environment_path", environment_path=path, **(THROUGH | given)).result == result


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
    found = outcome("builder_does_not_deploy", builders=builders, implementer=implementer, **given)
    assert found.result == result


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


REPORTED = {"reported_written": day(9), "reported_phone": day(9)}


@pytest.mark.parametrize(
    ("given", "result", "due"),
    [
        ({"detected_at": day(8)}, "unmet", day(11)),
        ({"detected_at": day(8)} | REPORTED, "met", None),
        ({"detected_at": day(8), "reported_phone": day(9)}, "unmet", day(11)),
        ({"detected_at": day(6)}, "violated", day(9)),
        ({"detected_at": day(5)} | REPORTED, "violated", day(8)),
        ({"detected_at": day(8), "reported_written": HIDDEN, "reported_phone": day(9)}, "unknown", day(11)),
        ({"detected_at": HIDDEN} | REPORTED, "unknown", None),
        ({}, "violated", day(4)),
    ],
)
def test_breach_reported(given, result, due):
    """It is nine in the morning of the tenth; the ticket is of the first."""
    found = run("breach_reported", facts(**given))
    assert (found.result.value, found.due) == (result, due)


def test_a_breach_tells_when_its_term_ends():
    seen = outcome("breach_reported", detected_at=day(8), reported_phone=day(9)).seen
    assert seen == "Reported written is empty. The term ends on 11/03 12:00."
    assert "counted from the creation of this ticket" in outcome("breach_reported").seen


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
