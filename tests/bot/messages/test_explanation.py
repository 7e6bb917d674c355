"""The reasoning of one finding: every step from asset to who can settle it, in the reader's words."""

from __future__ import annotations

import io
import re
from zoneinfo import ZoneInfo

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
    TEAM,
    approved,
    complete,
    day,
    facts,
    members,
    subject,
)
from rich.console import Console

from bot.cli.console import show_tree
from bot.messages.explanation import Branch, does_apply, plain_tree, reasoning, reasoning_json
from bot.messages.i18n.speaker import Translator
from domain.asset import Flag
from domain.fields import FIELDS, Field
from domain.lifecycle import State, Verdict
from domain.people import Membership, Role
from domain.ticket import Change
from domain.waiver import Waiver
from rules.engine import evaluate
from rules.loading.loader import load_packs
from rules.trace import LookedAt, access_trace

PACKS = load_packs(["vo-icr"])
RULES = {rule.id: rule for pack in PACKS for rule in pack.rules}
EN = Translator("en", ZoneInfo("Europe/Brussels"))
NL = Translator("nl", ZoneInfo("Europe/Brussels"))
SECRET = subject("Citizen register", c=5, i=1, a=1, flags=(Flag.GDPR,))


def finding(given, rule_id):
    return next(f for f in evaluate(given, PACKS) if f.id == rule_id)


def tree(given, rule_id, speak=EN) -> str:
    return plain_tree(reasoning(given, finding(given, rule_id), PACKS, speak))


def test_a_field_with_its_place_and_who_set_it():
    data = Field("production", where="Test data (customfield_10042)", by=DIRK, at=day(5))
    given = facts(subjects=(SECRET,), test_data=data, responsible_group=(TEAM,), planned_start=day(20))
    assert tree(given, "ICR-16").splitlines() == [
        "ICR-16  Test data without production data",
        "  Verdict: not allowed — needed before implementation, planned for Fri 20 Mar 2026, 13:00",
        "  Asked because",
        "    Citizen register",
        "      Citizen register is class 5 in confidentiality",
        "        Vo-ICR R&D v2.1 §1.1, confidentiality, class 5 asks this",
        "  Looked at",
        "    Test data says production data, set by Dirk on Thu 5 Mar 2026, 13:00.",
        "      In Jira: Test data (customfield_10042)",
        "  Seen",
        "    Test data says production data, set by Dirk on Thu 5 Mar 2026, 13:00.",
        "  What would satisfy it",
        "    Test with synthetic or anonymised data, or without data.",
        "  Who can settle it",
        "    Web team",
    ]


def test_a_field_out_of_sight_is_for_an_administrator():
    told = tree(facts(subjects=(SECRET,), test_data=HIDDEN), "ICR-16", NL).splitlines()
    assert told[-8:] == [
        "    Niet leesbaar: Testdata.",
        "      Niet gevonden in Jira; een beheerder kan het aanwijzen met JIRA_FIELDS__TEST_DATA.",
        "  Vastgesteld",
        "    Niet leesbaar: Testdata.",
        "  Wat zou volstaan",
        "    Test met synthetische of geanonimiseerde data, of zonder data.",
        "  Wie aan zet is",
        "    Een beheerder, door zichtbaar te maken wat niet leesbaar is.",
    ]


def test_approvals_and_roles_are_shown_one_by_one():
    given = facts(subjects=(SECRET,), roles=ROLES, approvals=(approved(AN, day(5)), approved(CI)))
    told = tree(given, "ICR-11")
    assert (
        "    The approvals of the ticket\n      An: approved (Thu 5 Mar 2026, 13:00)\n      Ci: approved"
        in told
    )
    assert "Who this is: CAB: An and Bo" in told


def test_since_and_until_when_the_deciders_hold_the_role_is_shown_below_it():
    held = members(
        AN,
        group=CAB,
        memberships=(
            Membership(AN, CAB.id, day(6), told=True, seen=day(6)),
            Membership(BO, CAB.id, None, False, day(2), day(7)),
            Membership(ELS, CAB.id, None, False, day(2)),
        ),
    )
    given = facts(
        subjects=(SECRET,), roles={Role.CAB: held}, approvals=(approved(AN, day(5)), approved(BO, day(5)))
    )
    told = tree(given, "ICR-11", NL)
    assert (
        "    CAB: An\n"
        "      An behoort ertoe sinds vr 6 mrt 2026, 13:00.\n"
        "      Bo behoorde ertoe tot za 7 mrt 2026, 13:00; sinds wanneer is niet bekend; "
        "het telt alsof dat altijd zo was.\n"
    ) in told
    assert "Els" not in told
    assert "Goedgekeurd door Bo (CAB) op do 5 mrt 2026, 13:00 (toen lid van de CAB)." in told


@pytest.mark.parametrize(
    ("rule_id", "looked"),
    [
        ("ICR-05", LookedAt(("environments_separated",))),
        ("ICR-20", LookedAt(("responsible_group",))),
        ("ICR-17", LookedAt((), (Role.CAB, Role.DPO), approvals=True)),
        ("ICR-40", LookedAt()),
    ],
)
def test_what_is_looked_at_is_found_out_by_looking(rule_id, looked):
    assert access_trace(facts(subjects=(SECRET,), roles=ROLES), RULES[rule_id]) == looked


def test_to_look_back_is_no_look_at_all_that_stood_there():
    replaced = Change("test_data", "production", "synthetic", DIRK, day(5))
    given = facts(
        subjects=(SECRET,),
        roles=ROLES,
        test_data="synthetic",
        test_result=Field("passed", at=day(3)),
        approvals=(approved(AN, day(4)),),
        history=(replaced,),
    )
    looked = access_trace(given, RULES["ICR-16"])
    assert "Run the tests again" in EN(finding(given, "ICR-16").seen)
    assert {"test_data", "test_result", "tested_at", "test_validated_by"} <= set(looked.fields)
    assert (looked.approvals, looked.roles, set(looked.fields) & {"package", "stakeholders"}) == (
        False,
        (),
        set(),
    )


def test_a_waived_finding_shows_the_exception_and_what_lies_under():
    from dataclasses import replace

    given = facts(subjects=(SECRET,))
    waiver = Waiver("jira:1", ("ICR-16",), "Old system", "Els", Role.CHANGE_MANAGER, day(1), day(30))
    waived = replace(finding(given, "ICR-16"), verdict=Verdict.WAIVED, under=Verdict.MISSING, waiver=waiver)
    told = plain_tree(reasoning(given, waived, PACKS, EN)).splitlines()
    assert told[1:3] == [
        "  Verdict: waived — needed before implementation",
        "    Waived until Mon 30 Mar 2026 by Els (change manager): Old system; without it: missing.",
    ]


@pytest.mark.parametrize("speak", [EN, NL], ids=["en", "nl"])
def test_nobody_reads_code_words(speak):
    nothing = dict.fromkeys(FIELDS, HIDDEN)
    for given in (facts(subjects=(SECRET,)), complete(), facts(**nothing, state=State.DRAFT)):
        for found in evaluate(given, PACKS):
            told = plain_tree(reasoning(given, found, PACKS, speak))
            plain = re.sub(r"\b[A-Z]+_[A-Z_]+\b", "", told)  # settings are for the administrator
            assert not re.search(r"\w_\w|\bgdpr\b|\bksz\b|: None|Say\(|\{", plain), plain


def test_a_terminal_gets_a_tree_and_a_pipe_gets_lines():
    branch = Branch("ICR-16  [bold]x", (Branch("Seen", (Branch("*y*"),)),))
    drawn, piped = io.StringIO(), io.StringIO()
    show_tree(branch, Console(file=drawn, force_terminal=True, color_system=None, width=60))
    show_tree(branch, Console(file=piped))
    assert "└── Seen" in drawn.getvalue()
    assert "[bold]x" in drawn.getvalue()
    assert piped.getvalue() == "ICR-16  [bold]x\n  Seen\n    *y*\n\n"


def test_for_machines():
    given = facts(subjects=(SECRET,), test_data=Field("production", where="Test data", by=DIRK, at=day(5)))
    answer = reasoning_json(given, finding(given, "ICR-16"), PACKS, EN)
    assert answer["looked_at"][0] == {
        "field": "test_data",
        "label": "Test data",
        "where": "Test data",
        "readable": True,
        "filled": True,
        "seen": "Test data says production data, set by Dirk on Thu 5 Mar 2026, 13:00.",
        "by": "Dirk",
        "at": "2026-03-05T12:00:00+00:00",
    }
    assert (answer["applies"], answer["approvals"]) == (True, None)
    assert answer["asked"] == "from class 5 in confidentiality or integrity"


def test_a_rule_that_does_apply_says_so_with_its_verdict():
    given = facts(subjects=(SECRET,), test_data=EMPTY)
    assert does_apply(finding(given, "ICR-16"), NL) == (
        "ICR-16: Dit wordt wel gevraagd: Citizen register heeft klasse 5 voor vertrouwelijkheid. Oordeel: ontbreekt."
    )
