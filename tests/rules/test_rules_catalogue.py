"""The pack against the catalogue of requirements: what applies when, behind which gate, cited how."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest
from build import FLAG_SETS, HIDDEN, Field, english, facts, subject

from domain.asset import Flag, Subject
from domain.lifecycle import Severity, State, Verdict
from domain.ticket import TicketKind
from rules.engine import evaluate, measures, why_not
from rules.loading.loader import load_packs

CATALOGUE = Path(__file__).parents[2] / ".." / "shared" / "norms" / "requirements.md"
NO = 9
"""A class that no asset has: the dimension does not count."""

# id: from class of confidentiality, integrity, availability; flag; gate; section
EXPECTED = {
    "ICR-00": (1, 1, NO, None, "assess", "§1.1"),
    "ICR-01": (1, 1, NO, None, "authorize", "§1.1"),
    "ICR-02": (1, 1, NO, None, "authorize", "§1.1"),
    "ICR-03": (1, 1, NO, None, "authorize", "§1.1"),
    "ICR-04": (1, 1, NO, None, "implement", "§1.1"),
    "ICR-05": (1, 1, NO, None, "implement", "§1.1"),
    "ICR-06": (1, 1, NO, None, "implement", "§1.1"),
    "ICR-07": (1, 1, NO, None, "review", "§1.1"),
    "ICR-08": (1, 1, NO, None, "closed", "§1.1"),
    "ICR-09": (1, NO, NO, None, "closed", "§1.1"),
    "ICR-10": (3, 3, NO, None, "implement", "§1.1"),
    "ICR-11": (3, 3, NO, None, "implement", "§1.1"),
    "ICR-12": (3, 3, NO, None, "closed", "§1.1"),
    "ICR-13": (3, 3, NO, None, "closed", "§1.1"),
    "ICR-14": (4, 4, NO, None, "implement", "§1.1"),
    "ICR-15": (5, 5, NO, None, "implement", "§1.1"),
    "ICR-16": (5, 5, NO, None, "implement", "§1.1"),
    "ICR-17": (5, 5, NO, None, "implement", "§1.1"),
    "ICR-18": (5, 5, NO, None, "implement", "§1.1"),
    "ICR-19": (5, 5, NO, None, "closed", "§1.1"),
    "ICR-20": (NO, NO, 1, None, "implement", "§1.1"),
    "ICR-30": (3, 3, NO, Flag.GDPR, "authorize", "§1.2"),
    "ICR-31": (3, 3, NO, Flag.GDPR, "implement", "§1.2"),
    "ICR-32": (3, 3, NO, Flag.GDPR, "implement", "§1.2"),
    "ICR-33": (3, 3, NO, Flag.GDPR, "closed", "§1.2"),
    "ICR-34": (4, 4, NO, Flag.GDPR, "implement", "§1.2"),
    "ICR-35": (4, 4, NO, Flag.GDPR, "implement", "§1.2"),
    "ICR-41": (1, 1, 1, Flag.KSZ, "implement", "§1.4, KSZ 5.9.1"),
    "ICR-42": (1, 1, 1, Flag.KSZ, "implement", "§1.4, KSZ 5.9.2"),
    "ICR-43": (1, 1, 1, Flag.KSZ, "implement", "§1.4, KSZ 5.9.2"),
}
LINES = {
    "rollout": {"ICR-01", "ICR-30"},
    "test-validation": {"ICR-10", "ICR-15", "ICR-34"},
    "cab-approval": {"ICR-11", "ICR-17", "ICR-18", "ICR-32", "ICR-35"},
    "test-data": {"ICR-16", "ICR-31"},
    "environments": {"ICR-05", "ICR-14"},
    "handover-notification": {"ICR-12", "ICR-19", "ICR-33"},
}


def expected_ids(c: int, i: int, a: int, flags: frozenset[Flag]) -> tuple[str, ...]:
    return tuple(
        rule_id
        for rule_id, (from_c, from_i, from_a, flag, _, _) in EXPECTED.items()
        if (flag is None or flag in flags) and (c >= from_c or i >= from_i or a >= from_a)
    )


@pytest.mark.parametrize("flags", FLAG_SETS, ids=lambda flags: "+".join(sorted(flags)) or "plain")
def test_applicability_at_every_class(packs, flags):
    for c, i, a in itertools.product(range(1, 6), repeat=3):
        ids = expected_ids(c, i, a, flags)
        assert measures(c, i, a, flags, "major", packs).ids == ids
        given = facts(subjects=(subject(c=c, i=i, a=a, flags=flags),))
        assert tuple(f.id for f in evaluate(given, packs) if f.id < "ICR-50") == ids


def test_gates_cites_lines_and_severity(packs):
    every = facts(subjects=(subject(c=5, i=5, a=5, flags=tuple(Flag)),))
    found = [f for f in evaluate(every, packs) if f.id < "ICR-50"]
    assert {f.id: f.gate for f in found} == {k: State(gate) for k, (*_, gate, _) in EXPECTED.items()}
    assert {f.id: f.cite for f in found} == {
        k: f"Vo-ICR R&D v2.1 {section}" for k, (*_, section) in EXPECTED.items()
    }
    shared = {rule_id: line for line, ids in LINES.items() for rule_id in ids}
    assert {f.id: f.line for f in found} == {k: shared.get(k, k) for k in EXPECTED}
    assert {f.severity for f in found} == {Severity.REQUIRED}


BIG, PHASED, LIMITED, PULL = "big_bang", "phased", "limited_pull", "pull"


@pytest.mark.parametrize(
    ("c", "i", "flags", "size", "allowed"),
    [
        (1, 1, (), "major", (BIG, PHASED, LIMITED)),
        (2, 2, (), "minor", (BIG, PHASED, LIMITED, PULL)),
        (2, 1, (), "sprint", (BIG, PHASED, LIMITED, PULL)),
        (2, 1, (), "who knows", (BIG, PHASED, LIMITED)),
        (2, 2, (Flag.GDPR,), "minor", (BIG, PHASED, LIMITED, PULL)),
        (3, 1, (), "minor", (BIG, PHASED, LIMITED)),
        (1, 3, (), "major", (BIG, PHASED, LIMITED)),
        (3, 1, (Flag.GDPR,), "minor", (BIG, PHASED)),
        (3, 4, (Flag.GDPR,), "major", (BIG, PHASED)),
        (1, 4, (), "minor", (BIG, PHASED)),
        (5, 1, (), "minor", (PHASED,)),
        (1, 5, (Flag.GDPR,), "major", (PHASED,)),
    ],
)
def test_rollout_of_a_classification(packs, c, i, flags, size, allowed):
    assert measures(c, i, 1, flags, size, packs).rollout == allowed


@pytest.mark.parametrize(("a", "hours"), [(1, "5x10"), (2, "5x10"), (3, "24x7"), (4, "24x7"), (5, "24x7")])
def test_hours_of_a_classification(packs, a, hours):
    assert measures(5, 5, a, tuple(Flag), "major", packs).hours == hours


def test_titles_are_short_demands_without_codes(packs):
    for rule in packs[0].rules:
        for title in dict(rule.titles).values():
            assert len(title) <= 80
            assert not re.search(r"ICR|_|\.$", title)
        assert rule.titled("nl") != rule.titled("en")


def test_reserved_rules_are_listed_but_never_asked(packs):
    assert [rule.id for rule in packs[0].rules if rule.reserved] == ["ICR-40"]
    assert "ICR-40" not in measures(5, 5, 5, (Flag.NIS2,), "major", packs).ids


ALL = ("vo-icr", "ibp-fo", "processes", "patch", "keten-dap")
EVERY = load_packs(ALL)
_ID = r"(?:ICR|CH06|PROC|PATCH|DAP|KPI)-(?:\d+|R)"


def catalogued() -> dict[str, set[str]]:
    """Every id that the catalogue names at the head of a row or in running text, with the gates it gives."""
    text = CATALOGUE.read_text(encoding="utf-8")
    gates: dict[str, set[str]] = {name: set() for name in re.findall(rf"\b{_ID}\b", text)}
    states = "|".join(State)
    for line in text.splitlines():
        if match := re.match(rf"\| ({_ID})(?: ▲)? \|", line):
            last = line.strip("|").split("|")[-1]
            told = re.findall(rf"\(({states})\)", last) or re.findall(rf"\b({states})\b", last)
            gates[match[1]] = set(told)
    return gates


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue is not beside the project")
def test_every_id_and_gate_of_the_catalogue_is_in_a_pack():
    rules = {rule.id: rule for pack in EVERY for rule in pack.rules}
    gates = catalogued()
    assert rules.keys() == gates.keys()
    # ICR-20 stands in running text and has no gate there; nor has the reserved one.
    for rule_id, wanted in gates.items():
        if rule_id not in ("ICR-20", "ICR-40"):
            rule = rules[rule_id]
            found = {rule.gate.value} if rule.gate else set()
            found |= {rule.later.gate.value} if rule.later else set()
            assert (rule_id, found) == (rule_id, wanted)


@pytest.mark.parametrize(
    ("state", "given", "gate", "verdict", "parts"),
    [
        (State.ASSESS, {}, State.IMPLEMENT, Verdict.PENDING, (False, False)),
        (State.IMPLEMENT, {}, State.IMPLEMENT, Verdict.MISSING, (False, False)),
        (State.ASSESS, {"implementation_plan": "Plan"}, State.CLOSED, Verdict.PENDING, (True, False)),
        (State.CLOSED, {"implementation_plan": "Plan"}, State.CLOSED, Verdict.MISSING, (True, False)),
        (State.ASSESS, {"implementation_plan": HIDDEN}, State.CLOSED, Verdict.PENDING, (None, False)),
        (State.CLOSED, {"implementation_plan": HIDDEN}, State.CLOSED, Verdict.MISSING, (None, False)),
    ],
)
def test_one_finding_with_two_gates(state, given, gate, verdict, parts):
    """What is overdue speaks first, then what is open, then what is out of sight."""
    found = {f.id: f for f in evaluate(facts(state=state, **given), load_packs(["ibp-fo"]))}["CH06-2"]
    assert (found.gate, found.verdict) == (gate, verdict)
    assert tuple(part.met for part in found.parts) == parts


def test_what_is_no_rule_is_never_asked_and_says_why():
    every = EVERY
    items = {rule.id: rule.item.value for pack in every for rule in pack.rules if not rule.asked}
    assert items == {
        "ICR-40": "reserved",
        **dict.fromkeys(("KPI-1", "KPI-2", "KPI-3", "KPI-4", "KPI-5", "PATCH-R"), "report"),
        "CH06-1": "attestation",
    }
    given = facts(subjects=(subject(c=5, i=5, a=5, flags=tuple(Flag)),), patch=True)
    assert not items.keys() & {f.id for f in evaluate(given, every)}
    assert english(why_not(given, every, "CH06-1")).startswith("This is declared once for the organisation")
    assert english(why_not(given, every, "KPI-2")).startswith("This is reported for the organisation")


def test_titles_of_every_pack_are_short_and_in_two_languages():
    for pack in EVERY:
        for rule in pack.rules:
            assert rule.titled("nl") != rule.titled("en")
            assert not re.search(
                r"(ICR|CH06|DAP|PATCH|PROC)-|_|\.$", "".join(text for _, text in rule.titles)
            )


CHANGE, RELEASE, INCIDENT = TicketKind.CHANGE, TicketKind.RELEASE, TicketKind.INCIDENT
CH06 = {"CH06-2", "CH06-3", "CH06-5", "CH06-6", "CH06-7"}
CHANGE_ALWAYS = CH06 | {"ICR-58", "PROC-3", "DAP-3"}
"""DAP-3 where it cannot be seen whether an asset is part of a chain, as of the assets of most rows."""
RELEASES = {"ICR-50", "ICR-53", "ICR-54", "ICR-55", "ICR-56", "ICR-57", "ICR-59", "ICR-60", "CH06-8"}
PATCHES = {f"PATCH-{n}" for n in range(1, 8)} | {"PROC-1"}


def in_chain(is_: bool) -> Subject:
    one = subject()
    return replace(one, asset=replace(one.asset, chain_component=Field(is_)))


ASKED_WHATEVER_THE_CLASS = [
    (CHANGE, {}, CHANGE_ALWAYS),
    (RELEASE, {}, CHANGE_ALWAYS | RELEASES),
    (INCIDENT, {}, set()),
    (INCIDENT, {"security_incident": False}, set()),
    (INCIDENT, {"security_incident": True}, {"DAP-4", "DAP-5"}),
    (INCIDENT, {"security_incident": HIDDEN}, {"DAP-4", "DAP-5"}),
    (INCIDENT, {"incident_severity": "light"}, {"DAP-4", "DAP-5"}),
    (TicketKind.PROBLEM, {}, set()),
    (CHANGE, {"patch": True}, CHANGE_ALWAYS | PATCHES),
    (CHANGE, {"patch": False}, CHANGE_ALWAYS),
    (INCIDENT, {"patch": True}, {"PROC-1"}),
    (INCIDENT, {"data_breach": "yes"}, {"DAP-4", "DAP-5", "DAP-6"}),
    (CHANGE, {"chain_wide": True}, CHANGE_ALWAYS | {"DAP-1", "DAP-7"}),
    (RELEASE, {"chain_wide": True}, CHANGE_ALWAYS | RELEASES | {"DAP-1", "DAP-2", "DAP-7"}),
    (CHANGE, {"rollout_strategy": "limited_pull"}, CHANGE_ALWAYS | {"ICR-51"}),
    (CHANGE, {"pilot_scope": "Two schools"}, CHANGE_ALWAYS | {"ICR-52"}),
    (CHANGE, {"born_from": ("INC-1",)}, CHANGE_ALWAYS | {"PROC-2"}),
    (CHANGE, {"born_from": Field(None, raw="the outage")}, CHANGE_ALWAYS | {"PROC-2"}),
    (CHANGE, {"subjects": (in_chain(False),)}, CHANGE_ALWAYS - {"DAP-3"}),
    (CHANGE, {"subjects": (in_chain(False),), "chain_wide": True}, CHANGE_ALWAYS | {"DAP-1", "DAP-7"}),
    (CHANGE, {"subjects": (in_chain(True),), "chain_wide": False}, CHANGE_ALWAYS),
    (CHANGE, {"reason": "incident"}, CHANGE_ALWAYS | {"PROC-2"}),
    (CHANGE, {"reason": "improvement"}, CHANGE_ALWAYS),
    (CHANGE, {"change_type": "emergency"}, CHANGE_ALWAYS),
    (CHANGE, {"reason": HIDDEN}, CHANGE_ALWAYS | {"PROC-2"}),
    (CHANGE, {"result": "rolled_back"}, CHANGE_ALWAYS - {"ICR-58", "PROC-3"}),
    (CHANGE, {"supplier": "Acme"}, CHANGE_ALWAYS | {"PROC-4"}),
    (CHANGE, {"subjects": (subject(supplier="Acme"),)}, CHANGE_ALWAYS | {"PROC-4"}),
    (CHANGE, {"subjects": (subject(supplier=HIDDEN),)}, CHANGE_ALWAYS | {"PROC-4"}),
    (CHANGE, {"parallel_run_needed": True}, CHANGE_ALWAYS | {"CH06-4"}),
]
WRITTEN_OUT = set().union(*(asked for _, _, asked in ASKED_WHATEVER_THE_CLASS))
"""Of a requirement that is named in no row above its cases tell alone when it is asked."""


@pytest.mark.parametrize(("kind", "given", "asked"), ASKED_WHATEVER_THE_CLASS)
def test_what_is_asked_whatever_the_class(kind, given, asked):
    found = {f.id for f in evaluate(facts(kind=kind, **given), EVERY)}
    assert found & WRITTEN_OUT == asked


def test_a_condition_that_cannot_be_read_makes_the_verdict_unknown():
    every = EVERY
    found = {f.id: f for f in evaluate(facts(patch=HIDDEN, fallback_plan="Restore"), every)}
    assert {found[rule_id].verdict for rule_id in PATCHES} == {Verdict.UNKNOWN}
    assert english(found["PATCH-4"].seen) == "Asked where Patch says yes. Patch cannot be read."
    assert found["PATCH-4"].who == ()
    told = english(why_not(facts(patch=False), every, "PATCH-4"))
    assert told == "Asked where Patch says yes. Patch says no."


def test_advice_and_what_is_required_of_the_process():
    found = {f.id: f.severity for f in evaluate(facts(kind=RELEASE), load_packs(["vo-icr"]))}
    assert {i for i in RELEASES & found.keys() if found[i] is Severity.REQUIRED} == {"ICR-53"}
    assert found["ICR-58"] is Severity.ADVICE
