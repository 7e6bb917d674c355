"""Checks that look at who approved, validated, was told or takes part: facts in, whole outcome out."""

from __future__ import annotations

from collections.abc import Sequence
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
    NOW,
    ROLES,
    TEAM,
    Told,
    approved,
    day,
    english,
    facts,
    members,
    rejected,
    run,
    subject,
    told,
)

from domain.facts import Child, Notice, Receipt, Trouble, Underway
from domain.lifecycle import State
from domain.people import Person, Role
from domain.ticket import Approval, Change, Decision, TicketKind

NOBODY_YET = "No approval by the CAB yet."


@pytest.mark.parametrize(
    ("approvals", "given", "result", "seen", "who"),
    [
        ([approved(AN, day(3))], {}, "met", "Approved by An (CAB) on 03/03 12:00.", ("Bo",)),
        ([approved(AN)], {}, "met", "Approved by An (CAB).", ("Bo",)),
        ([approved(ELS, group=CAB)], {}, "met", "Approved by Els (CAB).", ("An", "Bo")),
        ([approved(ELS, day(3))], {}, "unmet", NOBODY_YET, ("An", "Bo")),
        ([approved(None, day(3), CAB)], {}, "unmet", NOBODY_YET, ("An", "Bo")),
        ([], {}, "unmet", NOBODY_YET, ("An", "Bo")),
        ([Approval(AN, Decision.REQUESTED)], {}, "unmet", NOBODY_YET, ("An", "Bo")),
        ([Approval(AN, Decision.NOT_REQUIRED, day(3))], {}, "unmet", NOBODY_YET, ("An", "Bo")),
        (
            [approved(AN, day(3)), rejected(BO, day(2))],
            {},
            "unmet",
            "Rejected by Bo (CAB) on 02/03 12:00.",
            ("Bo",),
        ),
        (
            [rejected(AN, day(2)), approved(AN, day(3))],
            {},
            "met",
            "Approved by An (CAB) on 03/03 12:00.",
            ("Bo",),
        ),
        (
            [approved(AN, day(3)), rejected(AN)],
            {},
            "met",
            "Approved by An (CAB) on 03/03 12:00.",
            ("Bo",),
        ),
        (
            [rejected(AN, day(3)), approved(AN, day(3))],
            {},
            "unmet",
            "Rejected by An (CAB) on 03/03 12:00.",
            ("An",),
        ),
        (
            [approved(AN, day(3))],
            {"approvals_readable": False},
            "unknown",
            "The approvals of this ticket cannot be read.",
            ("Bo",),
        ),
        (
            [],
            {"roles": {Role.CAB: members(AN, readable=False)}},
            "unknown",
            "It cannot be read who belongs to the CAB.",
            ("An",),
        ),
        (
            [approved(AN)],
            {"roles": {Role.CAB: members(AN, readable=False)}},
            "met",
            "Approved by An (CAB).",
            ("cab",),
        ),
        (
            [approved(AN), rejected(ELS)],
            {"roles": {Role.CAB: members(AN, readable=False)}},
            "unknown",
            "It cannot be read who belongs to the CAB.",
            ("cab",),
        ),
        (
            [approved(AN)],
            {"roles": {}},
            "unknown",
            "No group is named for the CAB; an administrator can do so with 'ROLES__CAB'.",
            ("cab",),
        ),
    ],
)
def test_approved_by_one_role(approvals, given, result, seen, who):
    given = facts(approvals=tuple(approvals), **{"roles": ROLES} | given)
    part = {"met": True, "unmet": False, "unknown": None}[result]
    expected = Told(result, seen, "An approval by the CAB.", who, (("the CAB", part),))
    assert told(run("approved_by_role", given, roles=["cab"])) == expected


CAB_OK, DPO_OK = "Approved by An (CAB).", "Approved by Ci (DPO)."
APART = "Nobody judged their own work."


@pytest.mark.parametrize(
    ("approvals", "given", "result", "seen", "who"),
    [
        (
            [approved(AN), approved(CI)],
            {},
            "met",
            f"{CAB_OK} {DPO_OK} Different people approved: An, Ci. {APART}",
            None,
        ),
        ([approved(AN)], {}, "unmet", None, ("Ci",)),
        ([approved(AN), approved(BO)], {}, "unmet", "No approval by the DPO yet.", ("Ci",)),
        (
            [approved(AN), approved(CI)],
            {"requester": (CI,)},
            "unmet",
            "No approval by the DPO yet. Ci requested this change, so that does not count."
            " Two different people have not approved yet.",
            ("dpo",),
        ),
        (
            [approved(AN), approved(CI)],
            {"implementer": (AN,)},
            "unmet",
            "No approval by the CAB yet. An carries out this change, so that does not count."
            " Two different people have not approved yet.",
            ("Bo",),
        ),
        (
            [approved(AN), approved(CI), approved(BO)],
            {"builders": (AN,)},
            "met",
            f"Approved by Bo (CAB). {DPO_OK} Different people approved: Bo, Ci."
            " An built this change, so that does not count.",
            None,
        ),
        ([approved(AN), approved(CI)], {"requester": HIDDEN}, "unknown", "Cannot be read: Requester.", None),
        ([approved(AN), approved(CI)], {"builders": HIDDEN}, "unknown", "Cannot be read: Builders.", None),
        (
            [approved(AN)],
            {"roles": {Role.CAB: ROLES[Role.CAB]}},
            "unknown",
            "No group is named for the DPO; an administrator can do so with 'ROLES__DPO'."
            " It cannot be seen whether two different people approved.",
            None,
        ),
        (
            [approved(AN), rejected(CI, day(4))],
            {},
            "unmet",
            "Rejected by Ci (DPO) on 04/03 12:00. Two different people have not approved yet.",
            ("Ci",),
        ),
    ],
)
def test_approved_by_cab_and_dpo_with_four_eyes(approvals, given, result, seen, who):
    outcome = told(
        run(
            "approved_by_role",
            facts(approvals=tuple(approvals), **{"roles": ROLES} | given),
            roles=["cab", "dpo"],
            four_eyes=True,
        )
    )
    seen = seen or "No approval by the DPO yet. Two different people have not approved yet."
    assert (outcome.result, outcome.seen) == (result, seen)
    assert who is None or outcome.who == who
    assert [name for name, _ in outcome.parts] == ["the CAB", "the DPO", "Four eyes", "Duties kept apart"]


def test_one_person_in_both_roles_is_not_four_eyes():
    both = {Role.CAB: members(AN), Role.DPO: members(AN)}
    given = facts(approvals=(approved(AN),), roles=both)
    outcome = told(run("approved_by_role", given, roles=["cab", "dpo"], four_eyes=True))
    assert (outcome.result, outcome.seen) == ("unmet", "Two different people have not approved yet.")


ASK_OWNER = "An approval by the application owner."
NAME_OWNER = "Name the application owner of 'Website'."
OWNED = {"subjects": (subject(owner=(DIRK, ELS)),)}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            OWNED | {"approvals": (approved(DIRK, day(3)),)},
            Told("met", "Approved by Dirk on 03/03 12:00.", ASK_OWNER, (), (("Dirk", True),)),
        ),
        (
            OWNED,
            Told(
                "unmet",
                "No decision by Dirk, Els yet.",
                ASK_OWNER,
                ("Dirk", "Els"),
                (("Dirk, Els", False),),
            ),
        ),
        (
            OWNED | {"approvals": (approved(DIRK), rejected(ELS))},
            Told("unmet", "Rejected by Els.", ASK_OWNER, ("Els",), (("Els", False),)),
        ),
        (
            {"application_owner": (AN,), "approvals": (approved(AN),)},
            Told("met", "Approved by An.", ASK_OWNER, (), (("An", True),)),
        ),
        (
            {"application_owner": (AN,), "approvals": (approved(BO),)},
            Told("unmet", "An has not decided yet.", ASK_OWNER, ("An",), (("An", False),)),
        ),
        (
            {"subjects": (subject(owner=HIDDEN),), "application_owner": (AN,), "approvals": (approved(AN),)},
            Told("met", "Approved by An.", ASK_OWNER, (), (("An", True),)),
        ),
        (
            {"responsible_group": (TEAM,)},
            Told(
                "unmet",
                "No application owner of 'Website' is known.",
                NAME_OWNER,
                ("Web team",),
                (("'Website'", False),),
            ),
        ),
        (
            {"subjects": (subject(owner=HIDDEN),)},
            Told("unknown", "It cannot be read who owns 'Website'.", ASK_OWNER, (), (("'Website'", None),)),
        ),
        (
            {"application_owner": HIDDEN, "subjects": (subject(asset=None),)},
            Told("unknown", "It cannot be read who owns 'Website'.", ASK_OWNER, (), (("'Website'", None),)),
        ),
        (
            OWNED | {"approvals_readable": False, "approvals": (approved(DIRK),)},
            Told("unknown", "The approvals of this ticket cannot be read.", ASK_OWNER, (), ()),
        ),
        (
            {
                "subjects": (subject(owner=(DIRK,)), subject("Shop", owner=(ELS,))),
                "approvals": (approved(DIRK),),
            },
            Told(
                "unmet",
                "Els has not decided yet.",
                ASK_OWNER,
                ("Els",),
                (("Dirk", True), ("Els", False)),
            ),
        ),
    ],
)
def test_approved_by_owner(given, expected):
    assert told(run("approved_by_owner", facts(**given))) == expected


PLAN = {
    "test_plan": "see wiki",
    "test_plan_fixed_at": day(2),
    "test_validated_by": (DIRK, ELS),
    "test_validated_at": day(4),
}


@pytest.mark.parametrize(
    ("given", "result", "seen"),
    [
        ({"actual_start": day(5)}, "met", None),
        ({"test_plan": EMPTY}, "unmet", "Test plan is empty."),
        ({"test_plan_fixed_at": EMPTY}, "unmet", "Test plan fixed at is empty."),
        ({"test_plan_fixed_at": HIDDEN}, "unknown", "Test plan fixed at cannot be read."),
        (
            {"test_plan_fixed_at": day(5)},
            "unmet",
            "Test plan fixed at says 05/03 12:00. That is after Test validated at, 04/03 12:00.",
        ),
        (
            {"tested_at": day(1)},
            "unmet",
            "Test plan fixed at says 02/03 12:00. That is after Tested at, 01/03 12:00.",
        ),
        ({"tested_at": day(2)}, "met", None),
        # On which side of the start it came is judged for every rule alike (rules.moments).
        ({"actual_start": day(1)}, "met", None),
        ({"actual_start": HIDDEN}, "met", None),
        ({"test_validated_by": EMPTY}, "unmet", "Test validated by is empty."),
        ({"test_validated_at": EMPTY}, "unmet", "Test validated at is empty."),
    ],
)
def test_validated_tests(given, result, seen):
    outcome = told(run("validated_tests", facts(**PLAN | given)))
    assert outcome.result == result
    assert seen is None or outcome.seen == seen
    assert outcome.wanted == "A test plan fixed beforehand, and test results that are validated."
    assert [name for name, _ in outcome.parts] == [
        "Test plan",
        "Test plan fixed at",
        "Test validated by",
        "Test validated at",
    ]


@pytest.mark.parametrize(
    ("given", "result", "seen"),
    [
        ({}, "met", None),
        ({"test_validated_by": (DIRK,)}, "unmet", "Two different people have not validated yet."),
        ({"test_validated_by": (DIRK, DIRK)}, "unmet", "Two different people have not validated yet."),
        (
            {"builders": (ELS,)},
            "unmet",
            "Els built this change, so that does not count. Two different people have not validated yet.",
        ),
        ({"implementer": HIDDEN}, "unknown", "Cannot be read: Implementer."),
        ({"test_validated_by": HIDDEN}, "unknown", "Test validated by cannot be read."),
        ({"requester": (AN,), "implementer": (BO,)}, "met", None),
    ],
)
def test_validated_by_four_eyes(given, result, seen):
    outcome = told(run("validated_tests", facts(**PLAN | given), four_eyes=True))
    assert outcome.result == result
    assert seen is None or outcome.seen == seen
    assert [name for name, _ in outcome.parts][4:] == ["Four eyes", "Duties kept apart"]


def notice(*recipients: str, stage: int = 1, roles: tuple[Role, ...] = (Role.OPERATIONS,)) -> Notice:
    return Notice(stage, day(9), recipients, roles)


def yes(*who: str, sent: Sequence[str] = ()) -> str:
    reached = f"The formal notification has reached {', '.join(who)}."
    return " ".join(
        [reached, *(f"Sent to '{n}' on 09/03 12:00; receipt is not confirmed yet." for n in sent)]
    )


def no(*who: str) -> str:
    return f"The formal notification has not reached {', '.join(who)} yet."


UNNAMED = "No stakeholder is known, so it cannot be shown that all of them had the notification."
HIDDEN_LIST = "It cannot be read who the stakeholders are."


@pytest.mark.parametrize(
    ("given", "result", "seen"),
    [
        ({"notices": (notice("Desk"),)}, "unmet", UNNAMED),
        ({}, "unmet", f"{no('operations')} {UNNAMED}"),
        ({"notices": (notice("Desk", stage=2),)}, "unmet", f"{no('operations')} {UNNAMED}"),
        ({"notices": (notice("Desk", roles=()),)}, "unmet", f"{no('operations')} {UNNAMED}"),
        ({"stakeholders": (AN,), "notices": (notice("An", roles=()),)}, "unmet", no("operations")),
        (
            {"stakeholders": (AN, TEAM), "notices": (notice("an"), notice("Web team"))},
            "met",
            yes("operations", "'An'", "'Web team'", sent=["an", "Web team"]),
        ),
        ({"stakeholders": (AN, TEAM), "notices": (notice("An"),)}, "unmet", no("'Web team'")),
        (
            {"subjects": (subject(stakeholders=(BO,)),), "notices": (notice("An"),), "stakeholders": (AN,)},
            "unmet",
            no("'Bo'"),
        ),
        ({"stakeholders": HIDDEN, "notices": (notice("An"),)}, "unknown", HIDDEN_LIST),
        ({"stakeholders": HIDDEN}, "unmet", no("operations")),
        (
            {"subjects": (subject(stakeholders=HIDDEN),), "notices": (notice("An"),)},
            "unknown",
            HIDDEN_LIST,
        ),
        (
            {
                "subjects": (subject(stakeholders=HIDDEN),),
                "notices": (notice("An"),),
                "stakeholders": (AN,),
            },
            "met",
            yes("operations", "'An'", sent=["An"]),
        ),
    ],
)
def test_notified_stakeholders(given, result, seen):
    outcome = told(run("notified", facts(**given), roles=["operations"], stakeholders=True))
    assert (outcome.result, outcome.seen) == (result, seen)
    asked = "Name the stakeholders; each is then sent the notification by itself."
    sent = "The notification is sent by itself once the rollout is recorded."
    assert outcome.wanted == (asked if UNNAMED in seen else sent)


def test_who_the_stakeholders_are_is_asked_though_the_notification_is_on_its_way():
    given = facts(implementer=(DIRK,), underway=(on_its_way("Desk"),))
    found = run("notified", given, roles=["operations"], stakeholders=True)
    assert (found.underway, told(found).who) == (False, ("Dirk",))
    assert told(found).seen == f"{no('operations')} {UNNAMED}"


@pytest.mark.parametrize(
    ("notices", "result", "seen"),
    [
        ((notice("Ci", roles=(Role.DPO,)),), "met", yes("the DPO", sent=["Ci"])),
        ((notice("Ci"),), "unmet", no("the DPO")),
        ((), "unmet", no("the DPO")),
    ],
)
def test_notified_dpo(notices, result, seen):
    outcome = told(run("notified", facts(notices=notices, implementer=(AN,)), roles=["dpo"]))
    assert (outcome.result, outcome.seen, outcome.who) == (result, seen, ("An",))


SENT = notice("Desk")


@pytest.mark.parametrize(
    ("given", "record"),
    [
        (
            {"receipt": Receipt("Fay", day(10))},
            "Sent to 'Desk' on 09/03 12:00; 'Fay' confirmed receipt on 10/03 12:00.",
        ),
        ({"by_mail": True}, "Sent to 'Desk' by e-mail on 09/03 12:00."),
        ({"recipients": ()}, "Sent to operations on 09/03 12:00; receipt is not confirmed yet."),
    ],
)
def test_the_record_of_a_notification_is_its_evidence(given, record):
    outcome = told(run("notified", facts(notices=(replace(SENT, **given),)), roles=["operations"]))
    assert outcome.seen == f"{yes('operations')} {record}"


def on_its_way(*names: str, stage: int = 1, **more: object) -> Underway:
    return Underway(stage, names, (Role.OPERATIONS,), system="Slack", **more)


BLOCKED = {"since": day(9, 14)}


@pytest.mark.parametrize(
    ("given", "underway", "seen"),
    [
        ({"underway": (on_its_way("Desk"),)}, True, "'Desk' is on its way. It is sent by itself, shortly."),
        (
            {"underway": (on_its_way("Desk", trouble=Trouble.OUT_OF_REACH, **BLOCKED),)},
            True,
            "'Desk' is on its way. 'Slack' cannot be reached since 09/03 14:00; it is sent again by itself.",
        ),
        (
            {"underway": (on_its_way("Desk", trouble=Trouble.REFUSED, **BLOCKED),)},
            True,
            "'Desk' is on its way. 'Slack' has not taken it since 09/03 14:00; it is sent again by itself, and an"
            " administrator has been told.",
        ),
        (
            {"underway": (on_its_way(trouble=Trouble.NO_ADDRESS),)},
            True,
            "operations is on its way. It is not known where they are reached on 'Slack'; an administrator has been"
            " told.",
        ),
        (
            {"underway": (on_its_way("Desk", trouble=Trouble.OBSERVING),)},
            True,
            "'Desk' is on its way. It is sent once an administrator lets the bot write; for now it only observes.",
        ),
        ({"underway": (on_its_way("Desk", stage=2),)}, False, ""),
        ({"underway": (on_its_way("Desk"),), "stakeholders": (AN,)}, False, ""),
        (
            {"underway": (on_its_way("An"),), "stakeholders": (AN,), "notices": (SENT,)},
            True,
            "'An' is on its way. It is sent by itself, shortly.",
        ),
        ({"underway": (on_its_way("Desk"),), "stakeholders": HIDDEN}, True, None),
    ],
)
def test_what_is_on_its_way_is_asked_of_nobody(given, underway, seen):
    all_of_them = "stakeholders" in given
    found = run(
        "notified", facts(implementer=(DIRK,), **given), roles=["operations"], stakeholders=all_of_them
    )
    outcome = told(found)
    assert (found.underway, outcome.result) == (underway, "unmet")
    if not underway:
        assert (outcome.seen, outcome.who) == (outcome.seen, ("Dirk",))
        assert outcome.seen.startswith("The formal notification has not reached")
        return
    assert seen is None or outcome.seen == f"The formal notification for {seen}"
    assert (outcome.who, outcome.wanted) == ((), "Nothing: it is sent by itself.")
    assert found.again and found.again > NOW


WORK = ("builders", "testers", "test_validated_by", "implementer")
DIFFERENT = "Different people take part: "
BEGAN = {"actual_start": day(8)}
ALONE = "An alone builds, tests and carries it out, and nobody has approved it yet."


@pytest.mark.parametrize(
    ("given", "result", "seen"),
    [
        ({"builders": (AN,), "implementer": (BO,)}, "met", f"{DIFFERENT}An, Bo."),
        ({"builders": (AN,), "approvals": (approved(BO),)}, "met", f"{DIFFERENT}An, Bo."),
        ({"testers": HIDDEN, "builders": (AN, BO)}, "met", f"{DIFFERENT}An, Bo."),
        ({"builders": (AN,), "test_validated_by": (BO,)}, "met", f"{DIFFERENT}An, Bo."),
        # requesting is no such duty, but who requested and approves is an approver
        (dict.fromkeys(WORK, (AN,)) | {"requester": (BO,)}, "unmet", ALONE),
        (
            dict.fromkeys(WORK, (AN,)) | {"requester": (BO,), "approvals": (approved(BO),)},
            "met",
            f"{DIFFERENT}An, Bo.",
        ),
        (
            dict.fromkeys(WORK, (AN,)) | {"approvals": (approved(AN),)},
            "violated",
            "An alone does everything.",
        ),
        (
            dict.fromkeys(WORK, (Person("an", "An (other name)"),)) | {"approvals": (approved(AN),)},
            "violated",
            "An (other name) alone does everything.",
        ),
        (dict.fromkeys(WORK, (AN,)), "unmet", ALONE),
        (dict.fromkeys(WORK, (AN,)) | {"approvals": (rejected(BO),)}, "unmet", ALONE),
        # an approval that came once the rollout had begun does not count
        (
            dict.fromkeys(WORK, (AN,)) | BEGAN | {"approvals": (approved(BO, day(9)),)},
            "violated",
            "An alone built, tested and carries it out. Approved only after the rollout began: Bo on 09/03 12:00, "
            "24 h after the rollout began.",
        ),
        (
            dict.fromkeys(WORK, (AN,)) | BEGAN | {"approvals": (approved(BO, day(8)),)},
            "met",
            f"{DIFFERENT}An, Bo.",
        ),
        (
            dict.fromkeys(WORK, (AN,))
            | {"history": (Change("state", "scheduled", "implement", AN, day(8)),)}
            | {"approvals": (approved(BO, day(9)),)},
            "violated",
            "An alone built, tested and carries it out. Approved only after the rollout began: Bo on 09/03 12:00, "
            "24 h after the rollout began.",
        ),
        # a start that is still to come is none
        (
            dict.fromkeys(WORK, (AN,)) | {"actual_start": day(12), "approvals": (approved(BO, day(9)),)},
            "met",
            f"{DIFFERENT}An, Bo.",
        ),
        (
            dict.fromkeys(WORK, (AN,)) | {"approvals_readable": False},
            "unknown",
            "Cannot be read: Approvals.",
        ),
        (
            dict.fromkeys(WORK, (AN,)) | {"approvals": (approved(AN),), "test_validated_by": HIDDEN},
            "unknown",
            "Cannot be read: Testers.",
        ),
        ({}, "unmet", "Still empty: Builders, Testers, Implementer, Approvals."),
        # whoever verifies comes too late to share in it, and is not missing before
        (
            dict.fromkeys(WORK, (AN,)) | {"approvals": (approved(AN),), "verified_by": (BO,)},
            "violated",
            "An alone does everything. Bo verified it only afterwards, which does not change that.",
        ),
        (
            dict.fromkeys((*WORK, "verified_by"), (AN,)) | {"approvals": (approved(AN),)},
            "violated",
            "An alone does everything.",
        ),
        (
            dict.fromkeys(WORK, (AN,)) | {"approvals": (approved(AN),), "verified_by": HIDDEN},
            "violated",
            "An alone does everything.",
        ),
        # of a release, whoever takes part in one of its changes takes part in it
        (
            dict.fromkeys(WORK, (AN,)) | {"children": (Child("CHG-2", facts(builders=(BO,)).ticket),)},
            "met",
            f"{DIFFERENT}An, Bo.",
        ),
        (
            dict.fromkeys(WORK, (AN,)) | {"children": (Child("CHG-2", None),)},
            "unknown",
            "It cannot be seen who has a part in 'CHG-2'.",
        ),
    ],
)
def test_not_one_person(given, result, seen):
    outcome = told(run("not_one_person", facts(**given)))
    wanted = "At least two different people among builder, tester, approver and implementer."
    assert outcome[:3] == (result, seen, wanted)


RELEASE = {"approvals": (approved(AN, day(5)), approved(CI, day(5))), "roles": ROLES}


def with_change(**fields: object) -> dict[str, object]:
    return RELEASE | {"children": (Child("CHG-2", facts(**fields).ticket),)}


@pytest.mark.parametrize(
    ("given", "result", "seen"),
    [
        (with_change(requester=(ELS,)), "met", APART),
        (with_change(builders=(AN,)), "unmet", "An built 'CHG-2' in this release, so that does not count."),
        (
            with_change(requester=(CI,)),
            "unmet",
            "Ci requested 'CHG-2' in this release, so that does not count.",
        ),
        (with_change(testers=(AN,), state=State.CANCELED), "met", APART),
        (with_change(builders=HIDDEN), "unknown", "Cannot be read of 'CHG-2': Builders."),
        (
            RELEASE | {"children": (Child("CHG-2", None),)},
            "unknown",
            "It cannot be seen who has a part in 'CHG-2'.",
        ),
        (
            RELEASE | {"kind": TicketKind.RELEASE, "children_readable": False},
            "unknown",
            "It cannot be read which changes this release contains.",
        ),
    ],
)
def test_a_duty_in_a_change_is_a_duty_in_its_release(given, result, seen):
    if isinstance(given.get("children"), tuple) and given["children"][0].ticket:
        (child,) = given["children"]
        given = given | {"children": (replace(child, ticket=replace(child.ticket, key="CHG-2")),)}
    outcome = told(run("approved_by_role", facts(**given), roles=["cab", "dpo"], four_eyes=True))
    assert outcome.result == result
    assert seen in outcome.seen


def test_who_tested_a_change_may_be_one_of_two_who_validate_in_the_release():
    change = Child("CHG-2", facts(testers=(DIRK,), builders=(BO,)).ticket)
    for people, result in (((DIRK, ELS), "met"), ((DIRK, BO), "unmet")):
        given = facts(**PLAN | {"test_validated_by": people, "children": (change,)})
        assert told(run("validated_tests", given, four_eyes=True)).result == result


def test_of_who_tested_and_validates_is_not_said_that_it_was_not_their_own_work():
    given = facts(**PLAN, testers=(DIRK,), requester=(AN,), builders=(BO,), implementer=(BO,))
    seen = told(run("validated_tests", given, four_eyes=True)).seen
    assert seen.endswith("Those who judged did not request, build or carry out the change.")
    assert APART not in seen


def test_nobody_judged_their_own_work_is_not_said_beside_who_did():
    given = facts(builders=(AN,), roles=ROLES, approvals=(approved(AN), approved(BO), approved(CI)))
    outcome = run("approved_by_role", given, roles=["cab", "dpo"], four_eyes=True)
    assert "An built this change, so that does not count." in told(outcome).seen
    assert APART not in [english(part.seen) for part in outcome.parts]


@pytest.mark.parametrize(
    ("check", "params", "given"),
    [
        ("approved_by_role", {"roles": ["cab"]}, {"approvals": (approved(AN),)}),
        ("approved_by_owner", {}, {"approvals": (approved(AN),), "application_owner": (AN,)}),
        ("signed_off", {"roles": ["cab"]}, {"approvals": (approved(AN),)}),
    ],
)
def test_that_the_requester_approved_is_told_where_it_is_allowed(check, params, given):
    outcome = told(run(check, facts(requester=(AN,), roles=ROLES, **given), **params))
    assert outcome.result == "met"
    assert outcome.seen.endswith("An also requested this change.")


TWO = "2 approvals by the CAB, of different people."


@pytest.mark.parametrize(
    ("approvals", "given", "result", "seen", "who"),
    [
        ((), {}, "unmet", NOBODY_YET, ("An", "Bo")),
        ((approved(AN),), {}, "unmet", "2 approvals by the CAB are asked, 1 so far: An.", ("Bo",)),
        (
            (approved(AN), approved(AN)),
            {},
            "unmet",
            "2 approvals by the CAB are asked, 1 so far: An.",
            ("Bo",),
        ),
        ((approved(AN), approved(BO)), {}, "met", "Approved by An (CAB), Bo (CAB).", ("cab",)),
        (
            (approved(AN), approved(BO)),
            {"same_person": {"an": "bo"}},
            "unmet",
            None,
            ("cab",),
        ),
        ((approved(AN), rejected(BO)), {}, "unmet", "Rejected by Bo (CAB).", ("Bo",)),
    ],
)
def test_several_approvals_of_a_role(approvals, given, result, seen, who):
    for at_least in (2, {"cab": 2}):
        outcome = told(
            run(
                "approved_by_role",
                facts(approvals=approvals, roles=ROLES, **given),
                roles=["cab"],
                at_least=at_least,
            )
        )
        assert (outcome.result, outcome.wanted, outcome.who) == (result, TWO, who)
        assert seen is None or outcome.seen == seen


CLOSED = replace(AN, active=False)
VACANT = (
    "No approval by the CAB yet. At present nobody can decide for the CAB: its group has no active member."
)


@pytest.mark.parametrize(
    ("held", "result", "seen", "who"),
    [
        (members(group=CAB), "unmet", VACANT, ("change_manager",)),
        (members(CLOSED, group=CAB), "unmet", VACANT, ("change_manager",)),
        (members(CLOSED), "unmet", VACANT, ("change_manager",)),
        (members(), "unknown", "The group that is named for the CAB is not found.", ("cab",)),
        (members(CLOSED, BO, group=CAB), "unmet", NOBODY_YET, ("Bo",)),
    ],
)
def test_a_role_that_nobody_holds_is_asked_of_the_change_manager(held, result, seen, who):
    outcome = told(run("approved_by_role", facts(roles={Role.CAB: held}), roles=["cab"]))
    assert (outcome.result, outcome.seen, outcome.who) == (result, seen, who)
