"""Checks that look at fields of the ticket alone: facts in, whole outcome out."""

from __future__ import annotations

import pytest
from build import AN, BO, DIRK, EMPTY, HIDDEN, TEAM, Field, Told, day, facts, run, subject, told

from domain.sentence import say

DOCS = ("build_doc", "install_doc", "test_plan", "procedures", "scripts", "fallback_plan")
ALL_DOCS = "Build documentation, Installation documentation, Test plan, Procedures, Scripts, Fall-back plan"
MARK = {"responsible_group": (TEAM,)}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"package": "app 2.3"}, ("met", "Release package says “'app 2.3'”.", True)),
        (
            {"package": Field("app 2.3", by=AN, at=day(2))},
            ("met", "Release package says “'app 2.3'”, set by An on 02/03 12:00.", True),
        ),
        ({}, ("unmet", "Release package is empty.", False)),
        (
            {"package": Field(None, raw="tbd")},
            ("unmet", "Release package says only 'tbd', which counts as empty.", False),
        ),
        ({"package": HIDDEN}, ("unknown", "Release package cannot be read.", None)),
    ],
)
def test_one_field_filled(given, expected):
    result, seen, part = expected
    outcome = run("filled", facts(**MARK, **given), fields=["package"])
    assert told(outcome) == Told(
        result, seen, "Fill in: Release package.", ("Web team",), (("Release package", part),)
    )


@pytest.mark.parametrize(
    ("given", "result", "seen"),
    [
        (dict.fromkeys(DOCS, "see wiki"), "met", f"Filled in: {ALL_DOCS}."),
        ({}, "unmet", f"Still empty: {ALL_DOCS}."),
        (dict.fromkeys(DOCS, "see wiki") | {"scripts": EMPTY}, "unmet", "Still empty: Scripts."),
        (dict.fromkeys(DOCS, "see wiki") | {"scripts": HIDDEN}, "unknown", "Cannot be read: Scripts."),
        (
            dict.fromkeys(DOCS, "see wiki") | {"scripts": HIDDEN, "test_plan": EMPTY},
            "unmet",
            "Still empty: Test plan.",
        ),
    ],
)
def test_six_parts_of_documentation(given, result, seen):
    outcome = told(run("filled", facts(**given), fields=DOCS))
    assert outcome[:4] == (result, seen, f"Fill in: {ALL_DOCS}.", ())
    assert [name for name, _ in outcome.parts] == ALL_DOCS.split(", ")


@pytest.mark.parametrize(
    ("given", "who"),
    [
        ({"responsible_group": (TEAM,), "implementer": (AN,), "requester": (BO,)}, ("Web team",)),
        ({"implementer": (AN,), "requester": (BO,)}, ("An",)),
        ({"responsible_group": HIDDEN, "requester": (BO,)}, ("Bo",)),
        ({}, ()),
    ],
)
def test_who_can_fill_in(given, who):
    assert told(run("filled", facts(**given), fields=["package"])).who == who


@pytest.mark.parametrize(
    ("test", "acceptance", "result", "seen"),
    [
        ("passed", "accepted", "met", "Test result says passed. Acceptance result says accepted."),
        ("failed", "accepted", "unmet", "Test result says failed."),
        ("passed", "rejected", "unmet", "Acceptance result says rejected."),
        (EMPTY, "accepted", "unmet", "Test result is empty."),
        ("passed", Field(None, raw="so so"), "unmet", None),
        (HIDDEN, "accepted", "unknown", "Test result cannot be read."),
        (HIDDEN, "rejected", "unmet", "Acceptance result says rejected."),
    ],
)
def test_tested_and_accepted(test, acceptance, result, seen):
    outcome = told(run("tested_and_accepted", facts(test_result=test, acceptance_result=acceptance)))
    seen = seen or "Acceptance result says 'so so', which is not understood."
    assert (outcome.result, outcome.seen) == (result, seen)
    assert [name for name, _ in outcome.parts] == ["Test result", "Acceptance result"]


def test_tests_run_again_are_shown_by_their_moment():
    given = facts(test_result="passed", tested_at=day(4), acceptance_result="accepted", accepted_at=day(5))
    assert told(run("tested_and_accepted", given)).seen == (
        "Test result says passed. Tested at says 04/03 12:00."
        " Acceptance result says accepted. Accepted at says 05/03 12:00."
    )


@pytest.mark.parametrize(
    ("answer", "result", "seen"),
    [
        (True, "met", "Environments separated says yes."),
        (False, "unmet", "Environments separated says no."),
        (EMPTY, "unmet", "Environments separated is empty."),
        (HIDDEN, "unknown", "Environments separated cannot be read."),
    ],
)
def test_says_yes(answer, result, seen):
    outcome = run("says_yes", facts(environments_separated=answer), field="environments_separated")
    assert told(outcome) == Told(result, seen, "Environments separated must say yes.", (), ())


@pytest.mark.parametrize(
    ("data", "result", "seen"),
    [
        ("synthetic", "met", "Test data says synthetic."),
        ("anonymised", "met", "Test data says anonymised."),
        ("none", "met", "Test data says none."),
        ("pseudonymised", "violated", "Test data says pseudonymised."),
        ("production", "violated", "Test data says production data."),
        (EMPTY, "unmet", "Test data is empty."),
        (Field(None, raw="copy"), "unmet", "Test data says 'copy', which is not understood."),
        (HIDDEN, "unknown", "Test data cannot be read."),
    ],
)
def test_test_data_allowed(data, result, seen):
    wanted = "Test with synthetic or anonymised data, or without data."
    outcome = run("test_data_allowed", facts(test_data=data))
    assert told(outcome) == Told(result, seen, wanted, (), ())


LIKE = "Environments like production"


@pytest.mark.parametrize(
    ("data", "like", "result", "seen"),
    [
        ("anonymised", False, "met", "Test data says anonymised."),
        ("production", True, "met", f"{LIKE} says yes."),
        ("none", True, "met", f"Test data says none. {LIKE} says yes."),
        ("anonymised", HIDDEN, "met", "Test data says anonymised."),
        ("production", False, "violated", f"Test data says production data. {LIKE} says no."),
        ("production", EMPTY, "unmet", f"{LIKE} is empty."),
        ("production", HIDDEN, "unknown", f"{LIKE} cannot be read."),
        (EMPTY, False, "unmet", "Test data is empty."),
        ("pseudonymised", EMPTY, "unmet", f"{LIKE} is empty."),
        ("pseudonymised", False, "violated", f"Test data says pseudonymised. {LIKE} says no."),
        (HIDDEN, EMPTY, "unknown", "Test data cannot be read."),
    ],
)
def test_test_data_or_environment(data, like, result, seen):
    outcome = told(run("test_data_or_environment", facts(test_data=data, environments_like_production=like)))
    assert (outcome.result, outcome.seen) == (result, seen)
    assert [name for name, _ in outcome.parts] == ["Test data", LIKE]


MEASURES = "Compensating measures"


@pytest.mark.parametrize(
    ("tested", "measures", "result", "seen"),
    [
        (False, EMPTY, "met", "Tested in production says no."),
        (True, "read only", "met", f"Tested in production says yes. {MEASURES} says “'read only'”."),
        (True, EMPTY, "violated", f"Tested in production says yes. {MEASURES} is empty."),
        (True, HIDDEN, "unknown", f"Tested in production says yes. {MEASURES} cannot be read."),
        (EMPTY, "read only", "unmet", "Tested in production is empty."),
        (HIDDEN, "read only", "unknown", "Tested in production cannot be read."),
    ],
)
def test_not_tested_in_production(tested, measures, result, seen):
    given = facts(tested_in_production=tested, compensating_measures=measures)
    wanted = "No tests or development in production, or recorded measures that make up for it."
    assert told(run("not_tested_in_production", given)) == Told(result, seen, wanted, (), ())


NO_CLASS = say("No class of integrity.")


@pytest.mark.parametrize(
    ("given", "result", "seen"),
    [
        ({}, "met", "Known and classified: 'Website' is C2 I2 A2."),
        (
            {"subjects": (subject(), subject("Shop", 3, 4, 5))},
            "met",
            "Known and classified: 'Website' is C2 I2 A2, 'Shop' is C3 I4 A5.",
        ),
        ({"problems": (say("No asset."),)}, "unmet", "No asset."),
        (
            {"problems": (say("Lower class stated."),), "subjects": (subject(problems=(NO_CLASS,)),)},
            "unmet",
            "Lower class stated. No class of integrity.",
        ),
        (
            {"subjects": (subject(problems=(NO_CLASS,)), subject("Shop", problems=(NO_CLASS,)))},
            "unmet",
            "No class of integrity.",
        ),
        (
            {"assets_readable": False, "problems": (say("No asset."),)},
            "unknown",
            "The assets of this ticket cannot be read.",
        ),
    ],
)
def test_classified(given, result, seen):
    wanted = "Name the assets that this change touches, and give each asset its three classes."
    outcome = told(run("classified", facts(implementer=(DIRK,), **given)))
    assert outcome == Told(result, seen, wanted, ("Dirk",), ())
