"""Checks that judge by a table of the pack: rollout strategies and service hours."""

from __future__ import annotations

import pytest
from build import EMPTY, HIDDEN, TEAM, Field, Told, facts, run, subject, told

from domain.asset import Because, Dimension
from rules.loading.loader import load_packs

(PACK,) = load_packs(["vo-icr"])
RULES = {rule.id: rule for rule in PACK.rules}
ALLOWED = "Allowed here: "
AS_MAJOR = " The release size is not known, so it is judged as a major release."


def says(strategy: str) -> str:
    return f"Rollout strategy says {strategy}."


def rollout(rule: str, *levels: int, **given: object) -> Told:
    because = [Because("Website", Dimension.CONFIDENTIALITY, level) for level in levels]
    outcome = run("rollout_allowed", facts(**given), because, **RULES[rule].parameters)
    return told(outcome)


@pytest.mark.parametrize(
    ("levels", "size", "allowed"),
    [
        ([1], "major", "big bang, phased, limited pull"),
        ([1], "minor", "big bang, phased, limited pull, pull"),
        ([2], "sprint", "big bang, phased, limited pull, pull"),
        ([3], "major", "big bang, phased, limited pull"),
        ([3], "minor", "big bang, phased, limited pull"),
        ([4], "sprint", "big bang, phased"),
        ([5], "minor", "phased"),
        ([1, 5], "minor", "phased"),
        ([3, 4], "major", "big bang, phased"),
    ],
)
def test_allowed_by_class_and_size(levels, size, allowed):
    assert rollout("ICR-01", *levels, release_size=size).wanted == f"{ALLOWED}{allowed}."


@pytest.mark.parametrize(
    ("rule", "level", "strategy", "size", "result", "seen"),
    [
        ("ICR-01", 2, "pull", "minor", "met", says("pull")),
        ("ICR-01", 2, "pull", "major", "violated", says("pull")),
        ("ICR-01", 2, "pull", EMPTY, "violated", says("pull") + AS_MAJOR),
        ("ICR-01", 2, "limited_pull", "minor", "met", says("limited pull")),
        ("ICR-01", 4, "pull", "minor", "violated", says("pull")),
        ("ICR-01", 5, "big_bang", "major", "violated", says("big bang")),
        ("ICR-01", 5, "phased", HIDDEN, "met", says("phased") + AS_MAJOR),
        ("ICR-01", 2, EMPTY, "major", "unmet", "Rollout strategy is empty."),
        (
            "ICR-01",
            2,
            Field(None, raw="yolo"),
            "major",
            "unmet",
            "Rollout strategy says 'yolo', which is not understood.",
        ),
        ("ICR-01", 2, HIDDEN, "major", "unknown", "Rollout strategy cannot be read."),
        ("ICR-30", 3, "limited_pull", "minor", "violated", says("limited pull")),
        ("ICR-30", 3, "big_bang", EMPTY, "met", says("big bang")),
        ("ICR-30", 5, "big_bang", EMPTY, "met", says("big bang")),
    ],
)
def test_rollout_allowed(rule, level, strategy, size, result, seen):
    outcome = rollout(rule, level, rollout_strategy=strategy, release_size=size, responsible_group=(TEAM,))
    assert (outcome.result, outcome.seen, outcome.who) == (result, seen, ("Web team",))


def test_the_fewer_are_allowed_the_stricter():
    def strictness(rule: str, level: int) -> int:
        because = [Because("Website", Dimension.INTEGRITY, level)]
        return run("rollout_allowed", facts(), because, **RULES[rule].parameters).strictness

    assert [strictness("ICR-01", level) for level in (2, 3, 4, 5)] == [1, 1, 2, 3]
    assert [strictness("ICR-30", level) for level in (3, 4, 5)] == [2, 2, 2]


DAY, NIGHT = "5x10", "24x7"
NONE_KNOWN = "No service hours are known for 'Website' or its team."


def compared(declared: str, asked: str) -> str:
    told = f"Service hours for 'Website' are '{declared}'; its availability asks for '{asked}'."
    return told.replace("5x10", "5×10").replace("24x7", "24×7")


@pytest.mark.parametrize(
    ("availability", "team", "own", "result", "seen"),
    [
        (2, DAY, None, "met", compared(DAY, DAY)),
        (2, NIGHT, None, "met", compared(NIGHT, DAY)),
        (3, DAY, None, "unmet", compared(DAY, NIGHT)),
        (3, DAY, NIGHT, "unmet", compared(DAY, NIGHT)),
        (3, NIGHT, DAY, "met", compared(NIGHT, NIGHT)),
        (3, None, NIGHT, "met", compared(NIGHT, NIGHT)),
        (5, None, DAY, "unmet", compared(DAY, NIGHT)),
        (1, None, None, "unknown", NONE_KNOWN),
        (1, None, HIDDEN, "unknown", NONE_KNOWN),
        (1, "sometimes", None, "unknown", NONE_KNOWN),
    ],
)
def test_service_hours(availability, team, own, result, seen):
    website = subject(a=availability, **({"service_hours": own} if own else {}))
    given = facts(
        subjects=(website,),
        responsible_group=(TEAM,),
        service_hours={TEAM.name: team} if team else {},
    )
    outcome = told(run("service_hours", given, **RULES["ICR-20"].parameters))
    asked = DAY if availability < 3 else NIGHT
    assert outcome.result == result
    assert outcome.seen == ("Responsible team says 'Web team'. " if result == "met" else "") + seen
    assert outcome.wanted == f"A responsible team with service hours of at least '{asked.replace('x', '×')}'."
    assert outcome.who == ("Web team",)


@pytest.mark.parametrize(
    ("team", "result", "seen"),
    [
        (EMPTY, "unmet", "Responsible team is empty."),
        (HIDDEN, "unknown", "Responsible team cannot be read."),
    ],
)
def test_service_hours_without_a_team(team, result, seen):
    given = facts(responsible_group=team, subjects=(subject(service_hours=NIGHT),))
    outcome = told(run("service_hours", given, **RULES["ICR-20"].parameters))
    assert (outcome.result, outcome.seen) == (result, seen)


def test_service_hours_of_the_strictest_asset():
    given = facts(
        subjects=(subject(a=1), subject("Shop", a=4)),
        responsible_group=(TEAM,),
        service_hours={TEAM.name: DAY},
    )
    outcome = told(run("service_hours", given, **RULES["ICR-20"].parameters))
    assert outcome.result == "unmet"
    assert outcome.wanted == "A responsible team with service hours of at least '24×7'."
    assert outcome.parts == (("Responsible team", True), ("'Website'", True), ("'Shop'", False))
