"""Who counts, since when, and what overtakes an approval: decisions and history in, whole outcome out."""

from __future__ import annotations

import pytest
from build import (
    AN,
    BO,
    CAB,
    CI,
    DIRK,
    ELS,
    ROLES,
    approved,
    complete,
    day,
    english,
    facts,
    members,
    rejected,
    run,
    subject,
    told,
)

from domain.asset import Asset
from domain.facts import Facts
from domain.history import difference
from domain.lifecycle import Verdict
from domain.people import Person, Role
from domain.ticket import Approval, Change, Decision
from rules.approval.decisions import effective_decisions
from rules.approval.people import DUTIES, duty_of, same
from rules.engine import evaluate

MATERIAL = {
    "approvals": frozenset(
        {"planned_start", "planned_end", "rollout_strategy", "test_plan", "assets", "package"}
    )
}
YES = "Approved by An (CAB) on 05/03 12:00."
NONE = "No approval by the CAB yet."
OVER = "The approval by An on 05/03 12:00 no longer counts."
START = ("2026-03-09T17:00:00+00:00", "2026-03-11T17:00:00+00:00")
MOVED = "Planned start was changed from 09/03 17:00 to 11/03 17:00"


def change(field: str, before: str, after: str, at: int = 6, by: Person | None = DIRK) -> Change:
    return Change(field, before, after, by, day(at))


def with_cab(*approvals: Approval, **given: object) -> Facts:
    base = {"roles": ROLES, "material": MATERIAL}
    return facts(approvals=approvals or (approved(AN, day(5)),), **base | given)


def cab(*approvals: Approval, **given: object):
    return told(run("approved_by_role", with_cab(*approvals, **given), roles=["cab"]))


@pytest.mark.parametrize(
    ("history", "result", "seen"),
    [
        ([], "met", YES),
        ([change("planned_start", *START)], "unmet", f"{OVER} {MOVED} by Dirk on 06/03 12:00."),
        ([change("planned_start", *START, by=None)], "unmet", f"{OVER} {MOVED} on 06/03 12:00."),
        ([change("planned_start", *START, at=4)], "met", YES),
        ([change("planned_start", *START, at=5)], "met", YES),
        (
            [change("rollout_strategy", "phased", "Big bang")],
            "unmet",
            f"{OVER} Rollout strategy was changed from phased to big bang by Dirk on 06/03 12:00.",
        ),
        (
            [change("rollout_strategy", "in waves", "all of it")],
            "unmet",
            f"{OVER} Rollout strategy was changed from 'in waves' to 'all of it' by Dirk on 06/03 12:00.",
        ),
        (
            [change("planned_start", "next week", "soon")],
            "unmet",
            f"{OVER} Planned start was changed from 'next week' to 'soon' by Dirk on 06/03 12:00.",
        ),
        (
            [change("test_plan", "", "41 cases")],
            "unmet",
            f"{OVER} Test plan was filled in with “'41 cases'” by Dirk on 06/03 12:00.",
        ),
        (
            [change("test_plan", "41 cases", "tbd")],
            "unmet",
            f"{OVER} Test plan was emptied, it said “'41 cases'” by Dirk on 06/03 12:00.",
        ),
        (
            [change("assets", "Website", "Website, Shop")],
            "unmet",
            f"{OVER} List of assets was changed from 'Website' to 'Website, Shop' by Dirk on 06/03 12:00.",
        ),
        ([change("assets", "", "")], "unmet", f"{OVER} List of assets was changed by Dirk on 06/03 12:00."),
        # whoever approved and then changed it did not approve what stands there now
        ([change("planned_start", *START, by=AN)], "unmet", f"{OVER} {MOVED} by An on 06/03 12:00."),
        # several edits of one field: from what was approved to what stands there now
        (
            [change("test_plan", "a", "b"), change("test_plan", "b", "c", at=7, by=ELS)],
            "unmet",
            f"{OVER} Test plan was changed from “'a'” to “'c'” by Els on 07/03 12:00.",
        ),
        # and back again: it was another text for a while, so the last edit is told
        (
            [change("test_plan", "a", "b"), change("test_plan", "b", "a", at=7)],
            "unmet",
            f"{OVER} Test plan was changed from “'b'” to “'a'” by Dirk on 07/03 12:00.",
        ),
        (
            [
                change("planned_start", *START),
                change("planned_end", *START),
                change("test_plan", "a", "b"),
                change("package", "1", "2"),
            ],
            "unmet",
            f"{OVER} {MOVED} by Dirk on 06/03 12:00. Also changed: Planned end, Test plan, Release package.",
        ),
        # what never overtakes an approval
        ([change("description", "a", "b")], "met", YES),
        ([change("implementer", "An", "Bo")], "met", YES),
        ([change("state", "assess", "authorize")], "met", YES),
        ([change("test_plan", "Plan A", " plan   a ")], "met", YES),
        ([change("test_plan", "", "n/a")], "met", YES),
    ],
)
def test_what_overtakes_an_approval(history, result, seen):
    outcome = cab(history=tuple(history))
    assert (outcome.result, outcome.seen) == (result, seen)
    assert outcome.who == (("An",) if result == "unmet" else ("Bo",))


def test_the_reasoning_tells_every_change_in_full():
    ends = change("planned_end", *START)
    outcome = run("approved_by_role", with_cab(history=(*STALE, ends)), roles=["cab"])
    assert told(outcome).parts == (("the CAB", False), ("Planned start", False), ("Planned end", False))
    assert english(outcome.parts[1].seen) == f"{MOVED} by Dirk on 06/03 12:00."
    owned = with_cab(history=(*STALE, ends), subjects=(subject(owner=(AN,)),))
    parts = told(run("approved_by_owner", owned)).parts
    assert parts == (("An", False), ("Planned start", False), ("Planned end", False))


def test_without_a_history_nothing_can_be_held_against_an_approval_and_the_reasoning_says_so():
    outcome = cab(history=(change("planned_start", *START),), history_readable=False)
    assert (outcome.result, outcome.seen) == ("met", YES)
    assert outcome.parts == (("the CAB", True), ("Unchanged since the approval", None))


def test_a_later_edit_in_the_register_is_told_and_not_held_against_it():
    given = with_cab(subjects=(subject(asset=Asset("cmdb", "1", "Website", updated_at=day(6))),))
    outcome = run("approved_by_role", given, roles=["cab"])
    assert (told(outcome).result, told(outcome).seen) == ("met", YES)
    assert english(outcome.parts[-1].seen).startswith("The register's entry of 'Website' was changed after")
    early = with_cab(subjects=(subject(asset=Asset("cmdb", "1", "Website", updated_at=day(4))),))
    assert told(run("approved_by_role", early, roles=["cab"])).parts == (("the CAB", True),)


STALE = (change("planned_start", *START),)


@pytest.mark.parametrize(
    ("approvals", "result", "seen", "who"),
    [
        (
            [approved(AN, day(5)), approved(AN, day(7))],
            "met",
            "Approved by An (CAB) on 07/03 12:00.",
            ("Bo",),
        ),
        (
            [approved(AN, day(5)), approved(BO, day(7))],
            "met",
            "Approved by Bo (CAB) on 07/03 12:00.",
            ("An",),
        ),
        (
            [approved(AN, day(5)), approved(BO, day(4))],
            "unmet",
            "The approvals by An on 05/03 12:00, Bo on 04/03 12:00 no longer count."
            f" {MOVED} by Dirk on 06/03 12:00.",
            ("An", "Bo"),
        ),
        # a rejection does not go stale: whoever rejected looks again
        (
            [approved(AN, day(7)), rejected(BO, day(5))],
            "unmet",
            "Rejected by Bo (CAB) on 05/03 12:00.",
            ("Bo",),
        ),
        # without a date of its own, nothing says what it came before
        ([approved(AN)], "met", "Approved by An (CAB).", ("Bo",)),
        (
            [Approval(AN, Decision.APPROVED, asked_at=day(5))],
            "unknown",
            "It cannot be seen whether An approved before or after a change. "
            f"{MOVED} by Dirk on 06/03 12:00.",
            ("An",),
        ),
        (
            [Approval(AN, Decision.APPROVED, asked_at=day(7))],
            "met",
            "Approved by An (CAB).",
            ("Bo",),
        ),
        (
            [approved(Person("an", "An", active=False), day(5))],
            "unmet",
            f"{OVER} {MOVED} by Dirk on 06/03 12:00.",
            ("Bo",),
        ),
    ],
)
def test_who_is_asked_again(approvals, result, seen, who):
    outcome = cab(*approvals, history=STALE)
    assert (outcome.result, outcome.seen, outcome.who) == (result, seen, who)


BACK = change("state", "authorize", "draft", at=6)


@pytest.mark.parametrize(
    ("approval", "history", "result"),
    [
        (approved(AN, day(5)), [BACK], "unmet"),
        (approved(AN, day(7)), [BACK], "met"),
        (approved(AN, day(6)), [BACK], "met"),
        (rejected(AN, day(5)), [BACK], "unmet"),
        (approved(AN), [BACK], "met"),
        (Approval(AN, Decision.APPROVED, day(7), asked_at=day(5)), [BACK], "unmet"),
        (Approval(AN, Decision.APPROVED, None, asked_at=day(5)), [BACK], "unmet"),
        (approved(AN, day(5)), [change("state", "draft", "assess")], "met"),
        (approved(AN, day(5)), [change("state", "draft", "draft")], "met"),
        (approved(AN, day(5)), [change("state", "", "draft")], "unmet"),
        (approved(AN, day(5)), [change("state", "implement", "authorize")], "met"),
        (approved(AN, day(7)), [BACK, change("state", "assess", "draft", at=8)], "unmet"),
    ],
)
def test_a_return_to_draft_starts_the_approvals_over(approval, history, result):
    outcome = cab(approval, history=tuple(history))
    assert outcome.result == result
    assert result == "met" or outcome.seen == NONE


def test_a_rejection_of_an_earlier_cycle_is_forgotten():
    given = (rejected(BO, day(5)), approved(AN, day(7)))
    assert cab(*given).result == "unmet"
    assert cab(*given, history=(BACK,)).result == "met"


def deputy(actor: Person, decision: Decision = Decision.APPROVED, group=None) -> Approval:
    return Approval(actor, decision, day(5), group, on_behalf_of=AN)


NOT_HIS = "{} approved on behalf of An and does not belong to the CAB, so that does not count. " + NONE


@pytest.mark.parametrize(
    ("approval", "result", "seen"),
    [
        (deputy(BO), "met", "Approved by Bo (CAB) on behalf of An on 05/03 12:00."),
        (deputy(ELS), "unmet", NOT_HIS.format("Els")),
        (deputy(ELS, group=CAB), "unmet", NOT_HIS.format("Els")),
        # a rejection on the record of the CAB stands, whoever wrote it
        (
            deputy(ELS, Decision.REJECTED),
            "unmet",
            "Rejected by Els on behalf of An (CAB) on 05/03 12:00.",
        ),
    ],
)
def test_a_deputy_is_judged_as_who_they_are(approval, result, seen):
    outcome = cab(approval)
    assert (outcome.result, outcome.seen) == (result, seen)


def test_a_deputy_of_an_owner_is_no_owner():
    given = {"subjects": (subject(owner=(AN,)),), "approvals": (deputy(ELS),)}
    outcome = told(run("approved_by_owner", facts(**given)))
    assert (outcome.result, outcome.who) == ("unmet", ("An",))
    assert outcome.seen == (
        "Els approved on behalf of An and does not own this, so that does not count. An has not decided yet."
    )
    both = {"subjects": (subject(owner=(AN, ELS)),), "approvals": (deputy(ELS),)}
    assert told(run("approved_by_owner", facts(**both))).result == "met"


@pytest.mark.parametrize(
    ("approvals", "result", "seen", "who"),
    [
        ([approved(AN, day(5))], "unmet", f"{OVER} {MOVED} by Dirk on 06/03 12:00.", ("An",)),
        ([approved(AN, day(5)), approved(BO, day(7))], "met", "Approved by Bo on 07/03 12:00.", ()),
        ([rejected(AN, day(5)), approved(BO, day(7))], "unmet", "Rejected by An on 05/03 12:00.", ("An",)),
        (
            [Approval(AN, Decision.APPROVED, asked_at=day(5))],
            "unknown",
            f"It cannot be seen whether An approved before or after a change. {MOVED} by Dirk on 06/03 12:00.",
            ("An",),
        ),
    ],
)
def test_an_owner_is_asked_again(approvals, result, seen, who):
    given = facts(
        subjects=(subject(owner=(AN, BO)),), approvals=tuple(approvals), material=MATERIAL, history=STALE
    )
    outcome = told(run("approved_by_owner", given))
    assert (outcome.result, outcome.seen, outcome.who) == (result, seen, who)


AN_TOO = Person("an-admin", "An (admin)")
SAME = {"an-admin": "an", "an": "an"}
BOTH = {Role.CAB: members(AN), Role.DPO: members(AN_TOO)}
APART = "Different people approved: An, An (admin)."


@pytest.mark.parametrize(("accounts", "result"), [({}, "met"), (SAME, "unmet")])
def test_two_accounts_of_one_person_are_not_four_eyes(accounts, result):
    given = facts(approvals=(approved(AN), approved(AN_TOO)), roles=BOTH, same_person=accounts)
    outcome = told(run("approved_by_role", given, roles=["cab", "dpo"], four_eyes=True))
    assert outcome.result == result
    assert (APART in outcome.seen) == (result == "met")


@pytest.mark.parametrize("field", DUTIES)
@pytest.mark.parametrize(("accounts", "duty"), [({}, None), (SAME, "found")])
def test_a_duty_is_held_by_every_account_of_a_person(field, accounts, duty):
    given = facts(**{field: (AN_TOO,)}, same_person=accounts)
    assert duty_of(given, AN) == (field if duty else None)
    assert same(given, AN, AN_TOO) == bool(accounts)


@pytest.mark.parametrize(
    ("check", "given", "params", "before", "after"),
    [
        ("approved_by_role", {"roles": {Role.CAB: members(AN_TOO)}}, {"roles": ["cab"]}, "unmet", "met"),
        ("approved_by_owner", {"subjects": (subject(owner=(AN_TOO,)),)}, {}, "unmet", "met"),
        (
            "validated_tests",
            {
                "test_plan": "wiki",
                "test_plan_fixed_at": day(2),
                "test_validated_by": (AN, AN_TOO),
                "test_validated_at": day(4),
            },
            {"four_eyes": True},
            "met",
            "unmet",
        ),
        (
            "not_one_person",
            dict.fromkeys(("requester", "builders", "testers", "test_validated_by"), (AN,))
            | {"implementer": (AN_TOO,)},
            {},
            "met",
            "violated",
        ),
    ],
)
def test_an_account_is_as_good_as_the_other(check, given, params, before, after):
    for accounts, result in (({}, before), (SAME, after)):
        judged = facts(approvals=(approved(AN, day(5)),), same_person=accounts, **given)
        assert told(run(check, judged, **params)).result == result


def test_the_latest_decision_of_a_person_is_found_across_accounts():
    given = facts(approvals=(rejected(AN_TOO, day(4)), approved(AN, day(5))), same_person=SAME)
    assert [(v.person, v.approved) for v in effective_decisions(given)] == [(AN, True)]


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("requester", "An requested this change, so that does not count."),
        ("implementer", "An carries out this change, so that does not count."),
        ("builders", "An built this change, so that does not count."),
        ("testers", "An tested this change, so that does not count."),
        ("test_validated_by", "An validated the tests of this change, so that does not count."),
    ],
)
def test_who_has_a_duty_does_not_approve_under_four_eyes(field, sentence):
    given = facts(**{field: (AN,)}, approvals=(approved(AN), approved(CI)), roles=ROLES)
    outcome = told(run("approved_by_role", given, roles=["cab", "dpo"], four_eyes=True))
    assert (outcome.result, outcome.who) == ("unmet", ("Bo",))
    assert sentence in outcome.seen
    assert told(run("approved_by_role", given, roles=["cab"])).result == "met"


def test_an_overtaken_approval_is_nobodys_part_in_the_change():
    everything = dict.fromkeys(
        ("requester", "builders", "testers", "test_validated_by", "implementer"), (AN,)
    )
    given = facts(**everything, approvals=(approved(BO, day(5)),), material=MATERIAL, history=STALE)
    assert told(run("not_one_person", given)).result == "unmet"


def test_the_pack_says_what_is_material(packs):
    stale = complete(history=(change("planned_start", *START, at=7),))
    lost = {f.id for f in evaluate(stale, packs) if f.verdict is Verdict.MISSING}
    assert lost == {"ICR-06", "ICR-11", "ICR-17", "ICR-18", "ICR-32", "ICR-35"}
    trivial = complete(history=(change("lessons_learned", "a", "b", at=7),))
    assert all(f.verdict is Verdict.MET for f in evaluate(trivial, packs))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("a", "b", ("a", "b")),
        ("Plan", " plan ", None),
        ("two  words", "two\nwords", None),
        ("", "tbd", None),
        ("tbd", "a plan", ("tbd", "a plan")),
        ("x" * 200, "x" * 200 + "y", ("…" + "x" * 24, "…" + "x" * 24 + "y")),
        (
            "word " * 40 + "old",
            "word " * 40 + "new",
            ("…ord " + "word " * 4 + "old", "…ord " + "word " * 4 + "new"),
        ),
    ],
)
def test_what_is_shown_of_a_difference(before, after, shown):
    found = difference(before, after)
    assert (found is None) == (shown is None)
    assert found is None or found[0] != found[1]
    assert shown is None or found == shown
