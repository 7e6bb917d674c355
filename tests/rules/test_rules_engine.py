"""From rules to findings: verdicts, reasons, gates, what is not asked and why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from build import (
    AN,
    CI,
    DIRK,
    EMPTY,
    FAY,
    HIDDEN,
    ROLES,
    TEAM,
    actor_name,
    approved,
    complete,
    day,
    english,
    facts,
    subject,
)

from domain.asset import Because, Dimension, Flag
from domain.lifecycle import State, Verdict
from domain.people import Role
from domain.ticket import TicketKind
from rules import judging
from rules.checks import CHECKS
from rules.engine import UnknownRule, allowed_rollout, evaluate, group_findings, why_not

C, I, A = Dimension  # noqa: E741  as the norm calls them


def finding(packs, rule_id, given):
    return next(f for f in evaluate(given, packs) if f.id == rule_id)


@pytest.mark.parametrize(
    ("state", "given", "verdict"),
    [
        ("draft", {}, "pending"),
        ("assess", {}, "pending"),
        ("authorize", {}, "missing"),
        ("closed", {}, "missing"),
        ("draft", {"rollout_strategy": "pull"}, "violated"),
        ("closed", {"rollout_strategy": "pull"}, "violated"),
        ("draft", {"rollout_strategy": "phased"}, "met"),
        ("closed", {"rollout_strategy": HIDDEN}, "unknown"),
    ],
)
def test_verdict_by_state_and_answer(packs, state, given, verdict):
    found = finding(packs, "ICR-01", facts(state=State(state), **given))
    assert found.verdict is Verdict(verdict)


def test_a_complete_ticket_of_the_highest_class_is_met_throughout(packs):
    found = evaluate(complete(), packs)
    assert len(found) == 32
    assert [f.id for f in found if f.verdict is not Verdict.MET] == []
    assert {f.who for f in found} == {()}


def test_only_a_check_that_declares_it_is_shown_what_was_handed_over(packs, monkeypatch):
    shown = {}

    def spied(name, check):
        def run(facts, demand):
            shown[name] = bool(facts.notices)
            return check.run(facts, demand)

        return replace(check, run=run)

    monkeypatch.setattr(judging, "CHECKS", {name: spied(name, check) for name, check in CHECKS.items()})
    for kind in TicketKind:
        evaluate(complete(kind=kind), packs)
    assert {name for name, notices in shown.items() if notices} == {"notified", "two_notifications"}


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({"environments_like_production": False, "test_data": "production"}, "14 16 31"),
        ({"approvals": ()}, "06 11 17 18 32 35"),
        ({"requester": (CI,)}, "18 35"),
        ({"requester": HIDDEN}, "15 18 34 35"),
        ({"builders": (AN,)}, "18 35"),
        ({"builders": (FAY,)}, "15 34"),
        ({"rollout_strategy": "big_bang"}, "01"),
        ({"rollout_strategy": "limited_pull"}, "01 30 51"),
        ({"test_plan": EMPTY}, "03 10 15 34"),
        ({"notices": ()}, "12 19 33"),
        ({"service_hours": {}}, "20"),
        ({"procedure": EMPTY, "tested_in_production": True, "compensating_measures": EMPTY}, "41 42"),
    ],
)
def test_what_is_left_of_an_almost_complete_ticket(packs, given, left):
    found = evaluate(complete(**given), packs)
    assert " ".join(f.id[4:] for f in found if f.verdict is not Verdict.MET) == left


def test_a_canceled_ticket_gets_nothing(packs):
    assert evaluate(facts(state=State.CANCELED), packs) == ()


@pytest.mark.parametrize("kind", [TicketKind.INCIDENT, TicketKind.PROBLEM])
def test_incidents_and_problems_are_not_asked_for_a_rollout(packs, kind):
    assert evaluate(facts(kind=kind), packs) == ()


def test_a_pack_that_is_not_in_force_asks_nothing(packs):
    before = datetime(2023, 10, 16, 21, 59, tzinfo=UTC)
    assert evaluate(facts(now=before), packs) == ()
    assert english(why_not(facts(now=before), packs, "ICR-01")) == (
        "'Vo-ICR R&D v2.1' is not in force on the day this ticket is judged by."
    )
    assert evaluate(facts(now=datetime(2023, 10, 16, 22, tzinfo=UTC)), packs)


@pytest.mark.parametrize(
    ("rule_id", "due"),
    [("ICR-00", day(20)), ("ICR-01", day(20)), ("ICR-06", day(20)), ("ICR-07", None), ("ICR-08", None)],
)
def test_due_before_the_planned_start(packs, rule_id, due):
    assert finding(packs, rule_id, facts(planned_start=day(20))).due == due


@pytest.mark.parametrize("start", [EMPTY, HIDDEN])
def test_nothing_is_due_without_a_planned_start(packs, start):
    assert {f.due for f in evaluate(facts(planned_start=start), packs)} == {None}


TWO = (
    subject("Website", 3, 1, 2, gdpr=True, assumed=(C,)),
    subject("Shop", 4, 5, 3, gdpr=None),
)


@pytest.mark.parametrize(
    ("rule_id", "because"),
    [
        ("ICR-11", [("Website", C, 3, None, True, True), ("Shop", C, 4), ("Shop", I, 5)]),
        ("ICR-15", [("Shop", I, 5)]),
        ("ICR-09", [("Website", C, 3, None, True, True), ("Shop", C, 4)]),
        ("ICR-20", [("Website", A, 2), ("Shop", A, 3)]),
        (
            "ICR-32",
            [
                ("Website", C, 3, Flag.GDPR, True, True),
                ("Shop", C, 4, Flag.GDPR, False, False),
                ("Shop", I, 5, Flag.GDPR, False, False),
            ],
        ),
    ],
)
def test_every_reason_is_named(packs, rule_id, because):
    found = finding(packs, rule_id, facts(subjects=TWO))
    assert list(found.because) == [Because(*reason) for reason in because]


def test_a_flag_does_not_combine_with_the_class_of_another_asset(packs):
    pair = (subject("Website", 1, 1, flags=(Flag.GDPR,)), subject("Shop", 5, 5))
    ids = {f.id for f in evaluate(facts(subjects=pair), packs)}
    assert not ids & {"ICR-30", "ICR-31", "ICR-32", "ICR-33", "ICR-34", "ICR-35"}


@pytest.mark.parametrize(
    "given",
    [{"rollout_strategy": "phased"}, {"rollout_strategy": "pull"}, {}],
)
def test_a_flag_nobody_can_see_is_unknown_whatever_the_ticket_says(packs, given):
    given = facts(
        subjects=(subject("Shop", 3, gdpr=None), subject("Till", 3, gdpr=None)),
        responsible_group=(TEAM,),
        **given,
    )
    found = finding(packs, "ICR-30", given)
    assert (found.verdict, found.who, found.parts) == (Verdict.UNKNOWN, (), ())
    assert english(found.seen) == "It cannot be seen whether this holds personal data: 'Shop', 'Till'."
    assert english(found.wanted) == "Record in the register whether this holds personal data: 'Shop', 'Till'."


def test_one_certain_reason_is_enough_to_judge(packs):
    given = facts(subjects=TWO, rollout_strategy="pull")
    assert finding(packs, "ICR-30", given).verdict is Verdict.VIOLATED


@pytest.mark.parametrize(
    ("subjects", "size", "allowed"),
    [
        ((subject(),), "minor", "big_bang phased limited_pull pull"),
        ((subject(),), EMPTY, "big_bang phased limited_pull"),
        ((subject(), subject("Shop", 4)), "minor", "big_bang phased"),
        ((subject("Shop", 3, flags=(Flag.GDPR,)), subject("Till", 1, 5)), "minor", "phased"),
        ((subject("Shop", 3, gdpr=None),), "minor", "big_bang phased"),
    ],
)
def test_rollout_allowed_for_all_assets_together(packs, subjects, size, allowed):
    assert allowed_rollout(facts(subjects=subjects, release_size=size), packs) == tuple(allowed.split())


GDPR_3 = "Asked from class 3 in confidentiality or integrity, for assets with personal data; "


@pytest.mark.parametrize(
    ("rule_id", "given", "why"),
    [
        ("ICR-01", {}, None),
        ("ICR-30", {"subjects": (subject(c=3, gdpr=None),)}, None),
        (
            "ICR-11",
            {"subjects": (subject(c=2, i=1),)},
            "Asked from class 3 in confidentiality or integrity; 'Website' is C2 I1 A2.",
        ),
        (
            "ICR-15",
            {"subjects": TWO[:1]},
            "Asked from class 5 in confidentiality or integrity; 'Website' is C3 I1 A2.",
        ),
        ("ICR-30", {"subjects": (subject(c=5),)}, GDPR_3 + "'Website' has no personal data."),
        (
            "ICR-30",
            {"subjects": (subject(flags=(Flag.GDPR,)), subject("Shop", 4))},
            GDPR_3 + "'Website' is C2 I2 A2, 'Shop' has no personal data.",
        ),
        (
            "ICR-41",
            {},
            "Asked for assets with social data of a personal nature (or use of the national register number);"
            " 'Website' has no social data of a personal nature (or use of the national register number).",
        ),
        ("ICR-40", {}, "'Vo-ICR R&D v2.1 §1.3' reserves this and gives no measures yet."),
        (
            "ICR-40",
            {"subjects": (subject(flags=(Flag.NIS2,)),)},
            "'Vo-ICR R&D v2.1 §1.3' reserves this and gives no measures yet.",
        ),
        ("ICR-01", {"state": State.CANCELED}, "Nothing is asked of a canceled ticket."),
        ("ICR-01", {"kind": TicketKind.INCIDENT}, "Nothing is asked of this kind of ticket."),
    ],
)
def test_why_a_rule_does_not_apply(packs, rule_id, given, why):
    answer = why_not(facts(**given), packs, rule_id)
    assert (answer and english(answer)) == why


def test_an_unknown_rule_comes_with_the_nearest(packs):
    with pytest.raises(UnknownRule, match='unknown rule "icr-30", did you mean "ICR-30"') as caught:
        why_not(facts(), packs, "icr-30")
    assert caught.value.nearest == "ICR-30"


def lines(packs, given):
    return {line.line: line for line in group_findings(evaluate(given, packs))}


STRICT = (subject("Shop", 5, 3, flags=(Flag.GDPR,)),)


@pytest.mark.parametrize(
    ("line", "given", "verdict", "headline", "ids"),
    [
        ("rollout", {"rollout_strategy": "pull"}, "violated", "ICR-01", ["ICR-01", "ICR-30"]),
        ("rollout", {"rollout_strategy": "big_bang"}, "violated", "ICR-01", ["ICR-01", "ICR-30"]),
        ("rollout", {"rollout_strategy": "phased"}, "met", "ICR-01", ["ICR-01", "ICR-30"]),
        (
            "rollout",
            {"rollout_strategy": "limited_pull", "subjects": (subject("Shop", 3, flags=(Flag.GDPR,)),)},
            "violated",
            "ICR-30",
            ["ICR-01", "ICR-30"],
        ),
        (
            "rollout",
            {"rollout_strategy": "pull", "subjects": (subject("Shop", 3, gdpr=None),)},
            "violated",
            "ICR-01",
            ["ICR-01", "ICR-30"],
        ),
        ("test-data", {"test_data": "production"}, "violated", "ICR-16", ["ICR-16", "ICR-31"]),
        (
            "cab-approval",
            {"roles": ROLES},
            "missing",
            "ICR-18",
            ["ICR-11", "ICR-17", "ICR-18", "ICR-32", "ICR-35"],
        ),
        (
            "cab-approval",
            {"roles": {Role.CAB: ROLES[Role.CAB]}, "subjects": (subject("Shop", 3, flags=(Flag.GDPR,)),)},
            "missing",
            "ICR-32",
            ["ICR-11", "ICR-32"],
        ),
        (
            "cab-approval",
            {
                "roles": {Role.CAB: ROLES[Role.CAB]},
                "subjects": (subject("Shop", 3, flags=(Flag.GDPR,)),),
                "approvals": (approved(AN),),
            },
            "unknown",
            "ICR-32",
            ["ICR-11", "ICR-32"],
        ),
        ("ICR-06", {"application_owner": (DIRK,)}, "missing", "ICR-06", ["ICR-06"]),
    ],
)
def test_one_line_per_demand(packs, line, given, verdict, headline, ids):
    merged = lines(packs, facts(**{"subjects": STRICT} | given))[line]
    assert (merged.verdict, merged.headline.id, list(merged.ids)) == (Verdict(verdict), headline, ids)


def test_a_line_gathers_what_stands_behind_it(packs):
    given = facts(subjects=(subject("Shop", 3, 1, flags=(Flag.GDPR,)),), roles=ROLES, planned_start=day(20))
    merged = lines(packs, given)["cab-approval"]
    assert merged.because == (Because("Shop", C, 3), Because("Shop", C, 3, Flag.GDPR))
    assert merged.cites == ("Vo-ICR R&D v2.1 §1.1", "Vo-ICR R&D v2.1 §1.2")
    assert [actor_name(actor) for actor in merged.who] == ["An", "Bo", "Ci"]
    assert [english(s) for s in merged.seen] == ["No approval by the CAB yet.", "No approval by the DPO yet."]
    assert [english(s) for s in merged.wanted] == ["An approval by the CAB.", "An approval by the DPO."]
    assert (merged.gate, merged.due) == (State.IMPLEMENT, day(20))


def test_a_waived_finding_speaks_only_when_nothing_is_open_or_unknown(packs):
    found = evaluate(facts(subjects=(subject(c=4),), responsible_group=(TEAM,)), packs)
    pair = [f for f in found if f.line == "environments"]
    one = replace(pair[1], verdict=Verdict.WAIVED)
    both = [replace(f, verdict=Verdict.WAIVED) for f in pair]
    (half,), (whole,) = group_findings([pair[0], one]), group_findings(both)
    assert (half.verdict, half.headline.id, half.who) == (Verdict.MISSING, "ICR-05", (TEAM,))
    assert (whole.verdict, whole.headline.id, whole.who) == (Verdict.WAIVED, "ICR-14", ())


def test_a_stricter_wording_does_not_stand_beside_a_looser_one(packs):
    merged = lines(packs, facts(subjects=STRICT, rollout_strategy="pull"))["rollout"]
    assert [english(s) for s in merged.wanted] == ["Allowed here: phased."]


def test_sentences_of_a_line_are_said_once(packs):
    given = facts(subjects=STRICT, roles=ROLES, approvals=(approved(CI),))
    seen = [english(s) for s in lines(packs, given)["cab-approval"].seen]
    assert seen == ["No approval by the CAB yet.", "Two different people have not approved yet."]


def test_lines_keep_the_order_of_the_catalogue(packs):
    found = evaluate(facts(subjects=STRICT), packs)
    assert [line.line for line in group_findings(found)] == list(dict.fromkeys(f.line for f in found))
    assert sorted(i for line in group_findings(found) for i in line.ids) == sorted(f.id for f in found)
