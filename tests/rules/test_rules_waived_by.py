"""Whose exception holds: by rule, by role, by part in the change, and by the moment at which the rollout began."""

from __future__ import annotations

from dataclasses import replace

import pytest
from build import AN, BO, CI, DIRK, ELS, FAY, GUS, complete, day, english, facts, members, subject, ticket

from domain.asset import Flag
from domain.facts import Child, Facts
from domain.fields import Field
from domain.finding import Finding
from domain.lifecycle import State, Verdict
from domain.looks import Looks
from domain.people import Person, Role
from domain.ticket import Change, TicketKind
from domain.waiver import Waiver
from rules.engine import evaluate
from rules.loading.loader import load_packs
from rules.waived_by import USUAL

VO_ICR, CHAIN = load_packs(["vo-icr"]), load_packs(["keten-dap"])
HELD = {Role.CAB: members(BO, GUS), Role.DPO: members(CI), Role.CHANGE_MANAGER: members(FAY)}
OPEN = {"approvals": (), "state": State.SCHEDULED, "actual_start": None, "actual_end": None, "roles": HELD}


def by(person: Person, role: Role, *rules: str, since: int = 9, until: int = 20) -> Waiver:
    return Waiver(
        "jira:1", rules, "Agreed in the meeting", person.name, role, day(since), day(until), person.id
    )


OWNER, DPO = (lambda *r, **m: by(AN, Role.OWNER, *r, **m)), (lambda *r, **m: by(CI, Role.DPO, *r, **m))
CAB, MANAGER = (
    (lambda *r, **m: by(BO, Role.CAB, *r, **m)),
    (lambda *r, **m: by(FAY, Role.CHANGE_MANAGER, *r, **m)),
)


def judged(given: Facts, rule: str, *waivers: Waiver, packs=VO_ICR) -> Finding:
    return {finding.id: finding for finding in evaluate(replace(given, waivers=waivers), packs)}[rule]


DPOS = {"ICR-17", "ICR-18", "ICR-19", "ICR-32", "ICR-33", "ICR-35"}
CABS = {"ICR-06", "ICR-11", "ICR-43", "ICR-53"}
OWNERS = {"ICR-01", "ICR-16", "ICR-30", "ICR-31", "ICR-41"}


def test_who_may_waive_which_rule_in_every_pack():
    found = {rule.id: rule.exempted_by for pack in (*VO_ICR, *CHAIN) for rule in pack.rules if rule.waived_by}
    assert {rule for rule, one in found.items() if one.any == (Role.DPO,)} == DPOS
    assert {rule for rule, one in found.items() if one.any == (Role.CAB,)} == CABS
    assert {
        rule for rule, one in found.items() if (one.each, one.gdpr) == ((Role.OWNER,), (Role.DPO,))
    } == OWNERS
    assert {rule for rule, one in found.items() if one.any == (Role.KETEN_CAB,)} == {"DAP-1", "DAP-2"}
    assert {rule for rule, one in found.items() if one.nobody} == {"DAP-6"}
    assert len(found) == len(DPOS | CABS | OWNERS) + 3
    assert set(USUAL.any) == {Role.CHANGE_MANAGER, Role.CAB}


@pytest.mark.parametrize(
    ("rule", "recorded", "verdict", "told"),
    [
        ("ICR-17", (DPO("ICR-17"),), "waived", ""),
        ("ICR-17", (CAB("ICR-17"),), "pending",
         "The exception by Bo (cab) does not hold: that is for the DPO to record."),
        ("ICR-17", (MANAGER("ICR-17"), DPO("ICR-17")), "waived", ""),
        ("ICR-11", (CAB("ICR-11"),), "waived", ""),
        ("ICR-11", (DPO("ICR-11"),), "pending", "does not hold: that is for the CAB to record."),
        ("ICR-06", (OWNER("ICR-06"),), "pending", "does not hold: that is for the CAB to record."),
        ("ICR-13", (MANAGER("ICR-13"),), "waived", ""),
        ("ICR-13", (CAB("ICR-13"),), "waived", ""),
        ("ICR-13", (DPO("ICR-13"),), "pending", "that is for the CAB, the change manager to record."),
        ("ICR-16", (OWNER("ICR-16"), DPO("ICR-16")), "waived", ""),
        ("ICR-16", (OWNER("ICR-16"),), "violated",
         "The exception by An (owner) holds nothing yet: the DPO must record one too."),
        ("ICR-16", (DPO("ICR-16"),), "violated",
         "holds nothing yet: the application owner of 'Website' must record one too."),
        ("ICR-16", (CAB("ICR-16"), MANAGER("ICR-16")), "violated",
         "that is for the application owner of 'Website', the DPO to record."),
        ("ICR-16", (OWNER("ICR-16"), DPO("ICR-16", until=10)), "waived", ""),
        ("ICR-16", (OWNER("ICR-16"), DPO("ICR-16", since=1, until=2)), "violated", "the DPO must record one too."),
        ("ICR-16", (by(GUS, Role.OWNER, "ICR-16"), DPO("ICR-16")), "violated",
         "The exception by Gus (owner) does not hold: that is for the application owner of 'Website', the DPO"),
    ],
)  # fmt: skip
def test_whose_exception_holds(rule, recorded, verdict, told):
    given = complete(**OPEN, lessons_learned=None, test_data="production")
    found = judged(given, rule, *recorded)
    assert found.verdict.value == verdict
    assert told in english(found.seen)
    if not told:
        assert found.seen == judged(given, rule).seen


@pytest.mark.parametrize(
    ("flags", "unseen", "recorded", "verdict"),
    [
        ((), {}, (OWNER("ICR-16"),), "waived"),
        ((Flag.KSZ,), {}, (OWNER("ICR-16"),), "waived"),
        ((Flag.GDPR,), {}, (OWNER("ICR-16"),), "violated"),
        ((Flag.GDPR,), {}, (OWNER("ICR-16"), DPO("ICR-16")), "waived"),
        ((), {"gdpr": None}, (OWNER("ICR-16"),), "violated"),
        ((), {"gdpr": None}, (OWNER("ICR-16"), DPO("ICR-16")), "waived"),
    ],
)
def test_the_dpo_has_a_say_where_there_may_be_personal_data(flags, unseen, recorded, verdict):
    given = complete(**OPEN, test_data="production", subjects=(subject(c=5, flags=flags, **unseen),))
    assert judged(given, "ICR-16", *recorded).verdict.value == verdict


SHOP, BANK = subject("Shop", c=5, owner=(AN,)), subject("Bank", c=5, owner=(GUS,))
LOW = subject("Wiki", c=1, i=1, owner=(FAY,), flags=(Flag.GDPR,))
GUSS = by(GUS, Role.OWNER, "ICR-16")


@pytest.mark.parametrize(
    ("subjects", "recorded", "verdict"),
    [
        ((SHOP, BANK), (OWNER("ICR-16"), GUSS), "waived"),
        ((SHOP, BANK), (OWNER("ICR-16"),), "violated"),
        ((SHOP, replace(BANK, asset=SHOP.asset)), (OWNER("ICR-16"),), "waived"),
        # What does not cause it has neither an owner nor a flag that counts.
        ((SHOP, LOW), (OWNER("ICR-16"),), "waived"),
        # Without an owner in the register it is the application owner of the ticket.
        ((subject("Shop", c=5),), (OWNER("ICR-16"),), "waived"),
        ((subject("Shop", c=5, owner=(GUS,)),), (OWNER("ICR-16"),), "violated"),
    ],
)
def test_the_owner_of_every_asset_that_causes_it(subjects, recorded, verdict):
    given = complete(**OPEN, test_data="production", subjects=subjects)
    assert judged(given, "ICR-16", *recorded).verdict.value == verdict


def test_without_an_owner_nobody_can_record_it():
    given = complete(**OPEN, test_data="production", application_owner=None, subjects=(subject(c=5),))
    assert judged(given, "ICR-16", OWNER("ICR-16")).verdict is Verdict.VIOLATED


def test_an_owner_who_left_later_is_overtaken_by_nothing():
    moved = Change("owner", "An, Els", "Gus", None, day(10), since=day(9), of="Shop")
    given = complete(**OPEN, test_data="production", subjects=(subject("Shop", c=5, owner=(GUS,)),))
    assert (
        judged(replace(given, looks=Looks(day(1), (moved,))), "ICR-16", OWNER("ICR-16")).verdict
        is Verdict.WAIVED
    )
    late = OWNER("ICR-16", since=11)
    seen = replace(given, looks=Looks(day(1), (moved,)), now=day(12))
    assert judged(seen, "ICR-16", late).verdict is Verdict.VIOLATED


CHILD = {"implementer": Field((BO,)), "requester": Field((ELS,))}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"requester": (BO,)}, "they requested CHG-1 themselves."),
        ({"builders": (DIRK, BO)}, "they build CHG-1 themselves."),
        ({"testers": (BO,)}, "they test CHG-1 themselves."),
        ({"implementer": (BO,)}, "they carry out CHG-1 themselves."),
        ({"testers": (FAY,), "same_person": {"bo": "bo", "fay": "bo"}}, "they test CHG-1 themselves."),
        ({"kind": TicketKind.RELEASE,
          "children": (Child("CHG-7", replace(ticket(fields=CHILD), key="CHG-7")), Child("CHG-8", None))},
         "they carry out CHG-7 themselves."),
        ({"test_validated_by": (BO,), "approvals": ()}, None),
        ({"testers": Field(readable=False)}, None),
    ],
)  # fmt: skip
def test_nobody_waives_for_what_they_make(given, told):
    found = judged(complete(**OPEN | {"lessons_learned": None} | given), "ICR-13", CAB("ICR-13"))
    assert found.verdict is (Verdict.PENDING if told else Verdict.WAIVED)
    assert not told or english(found.seen).endswith(f"The exception by Bo does not hold: {told}")


def test_an_account_of_another_system_is_known_by_its_address():
    here, there = replace(BO, email="bo@example.org"), Person("sys-9", "B. Olsen", email="BO@example.org")
    change = replace(ticket(fields={"builders": Field((there,))}), key="CHG0001")
    given = complete(**OPEN | {"roles": {Role.CAB: members(here)}}, lessons_learned=None, kind=TicketKind.RELEASE,
                     children=(Child("CHG0001", change),))  # fmt: skip
    assert judged(given, "ICR-13", CAB("ICR-13")).verdict is Verdict.PENDING
    assert judged(replace(given, children=()), "ICR-13", CAB("ICR-13")).verdict is Verdict.WAIVED


@pytest.mark.parametrize(
    ("severity", "verdict", "told"),
    [
        ("light", "waived", ""),
        ("high", "pending", "it may only be waived where Incident severity says high."),
    ],
)
def test_a_waiver_on_a_condition_falls_with_it(severity, verdict, told):
    given = facts(kind=TicketKind.INCIDENT, incident_severity=severity)
    found = judged(given, "DAP-5", MANAGER("DAP-5"), packs=CHAIN)
    assert found.verdict.value == verdict
    assert ("it may only be waived where" in english(found.seen)) == bool(told)


def test_a_data_breach_is_waived_by_nobody():
    given = facts(kind=TicketKind.INCIDENT, data_breach="yes", detected_at=day(1))
    found = judged(given, "DAP-6", CAB("DAP-6"), DPO("DAP-6"), packs=CHAIN)
    assert found.verdict.open
    assert english(found.seen).endswith("The exception by Ci (dpo) does not hold: nobody may waive this.")


ROLLED = {"state": State.REVIEW, "actual_start": day(8), "roles": HELD, "approvals": ()}
NOT_BEGUN = {"state": State.SCHEDULED, "actual_start": None}
MOVED = (Change("state", "scheduled", "implement", None, day(8)),)
ON_THE_DAY = Field(day(8, 0), day_ends=day(8, 23))


@pytest.mark.parametrize(
    ("rule", "given", "recorded", "verdict", "for_good", "begun"),
    [
        # In force when the rollout began: nothing ends it.
        ("ICR-11", {}, (CAB("ICR-11", since=7, until=9),), "waived", True, None),
        ("ICR-11", {"actual_start": None, "history": MOVED}, (CAB("ICR-11", since=7, until=9),), "waived", True, None),
        ("ICR-11", {}, (CAB("ICR-11", since=8, until=9),), "waived", True, None),
        ("ICR-16", {}, (OWNER("ICR-16", since=7, until=9), DPO("ICR-16", since=7, until=9)), "waived", True, None),
        # A start between two moments: in force at both, else nothing is settled by it.
        ("ICR-11", {"actual_start": ON_THE_DAY}, (CAB("ICR-11", since=7, until=9),), "waived", True, None),
        ("ICR-11", {"actual_start": ON_THE_DAY}, (CAB("ICR-11", since=8, until=9),), "missing", False, None),
        # Over before it began, or of the one of two alone.
        ("ICR-11", {}, (CAB("ICR-11", since=6, until=7),), "missing", False, None),
        ("ICR-16", {}, (OWNER("ICR-16", since=7, until=9), DPO("ICR-16", since=9, until=10)), "violated", False, None),
        # Recorded later: it ends the asking while it runs, and that is told.
        ("ICR-11", {}, (CAB("ICR-11", since=9),), "waived", False, day(8)),
        ("ICR-11", {}, (CAB("ICR-11", since=9, until=10),), "missing", False, None),
        ("ICR-16", {}, (OWNER("ICR-16", since=7), DPO("ICR-16", since=9)), "waived", False, day(8)),
        # What is asked after the rollout knows no start, and no moment that is nonsense.
        ("ICR-13", {}, (CAB("ICR-13", since=7, until=9),), "pending", False, None),
        ("ICR-13", {}, (CAB("ICR-13", since=9),), "waived", False, None),
        ("ICR-11", {"actual_start": day(20)}, (CAB("ICR-11", since=9),), "waived", False, None),
        ("ICR-11", {"state": State.SCHEDULED}, (CAB("ICR-11", since=7, until=9),), "waived", True, None),
        ("ICR-11", NOT_BEGUN, (CAB("ICR-11", since=7, until=9),), "pending", False, None),
    ],
)  # fmt: skip
def test_an_exception_and_the_start_of_the_rollout(rule, given, recorded, verdict, for_good, begun):
    ticket_ = complete(**ROLLED | {"lessons_learned": None, "test_data": "production"} | given)
    found = judged(replace(ticket_, now=day(10)), rule, *recorded)
    assert (found.verdict.value, found.for_good, found.begun) == (verdict, for_good, begun)


def test_what_does_not_hold_is_looked_at_again_when_it_ends():
    given = complete(**OPEN, test_data="production")
    assert judged(given, "ICR-16", OWNER("ICR-16", until=12)).again == day(12)
