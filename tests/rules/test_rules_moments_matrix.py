"""The proof over all packs: no piece of evidence that had to be there before the rollout is worth anything after its
start, and nothing that changes after it was given leaves it standing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import cache

import pytest
from build import AN, BO, CAB, CI, DIRK, DPOS, ELS, FAY, GUS, approved, complete, day, members, subject

from domain.asset import Flag
from domain.facts import Child, Facts, Notice
from domain.fields import FIELDS, Field
from domain.finding import Timing
from domain.lifecycle import State, Verdict
from domain.people import Group, Person, Role
from domain.ticket import Change, TicketKind
from rules.engine import evaluate
from rules.loading.loader import Pack, load_packs
from rules.loading.schema import Counts

PACKS = load_packs(["vo-icr", "ibp-fo", "processes", "patch", "keten-dap"])
RULES = {rule.id: (pack, rule) for pack in PACKS for rule in pack.rules}
BEFORE = {i for i, (_, rule) in RULES.items() if rule.evidence is Counts.BEFORE_ROLLOUT}
START, LATER, END = day(8), day(8, 18), day(9)
USERS, OPERATIONS, CHAIN = (Group(f"g-{n}", n) for n in ("Users", "Operations", "Chain CAB"))
HAN, IDA, JAN = (Person(n.lower(), n) for n in ("Han", "Ida", "Jan"))
ASKED = (
    *((AN, day(5), CAB), (CI, day(6), DPOS), (BO, day(5), None)),
    *((HAN, day(5), USERS), (IDA, day(5), OPERATIONS), (JAN, day(5), CHAIN)),
)


@cache
def base(kind: TicketKind) -> Facts:
    """A ticket in which every demand of every pack that counts before the rollout is met, in time and to be seen so."""
    windows = {
        "owner": (BO,),
        "maintenance_windows": "Sun 00:00-23:59; mon 00:00-23:59",
        "supplier": "A supplier",
    }
    asset = subject(c=5, i=5, a=5, flags=tuple(Flag), updated_at=day(9, 13), **windows)
    asset = replace(asset, asset=replace(asset.asset, chain_component=Field(True)))
    part = complete(
        state=State.CLOSED,
        subjects=(subject("Part", c=2, i=2, a=2, owner=(BO,)),),
        approvals=(approved(BO, day(5)),),
        requester=(GUS,),
    ).ticket
    changes = (Child("CHG-2", replace(part, id="2", key="CHG-2"), (subject("Part", owner=(BO,)),), day(1)),)
    return complete(
        kind=kind,
        subjects=(asset,),
        approvals=tuple(approved(*one) for one in ASKED),
        roles={
            Role.CAB: members(AN, group=CAB),
            Role.DPO: members(CI, group=DPOS),
            Role.USERS: members(HAN, group=USERS),
            Role.OPERATIONS: members(IDA, group=OPERATIONS),
            Role.KETEN_CAB: members(JAN, group=CHAIN),
        },
        children=changes if kind is TicketKind.RELEASE else (),
        notices=(
            Notice(1, day(9), ("Bo", "Web team"), (Role.OPERATIONS, Role.DPO)),
            Notice(2, day(9, 13), ("Bo", "Web team"), (Role.OPERATIONS, Role.DPO)),
        ),
        application_owner=(BO,),
        planned_start=START,
        planned_end=day(8, 16),
        testers=(ELS,),
        requester=(GUS,),
        test_validated_by=(FAY, ELS),
        environment_path=("D", "T", "A", "P"),
        finally_responsible=(BO,),
        changes=("CHG-2",) if kind is TicketKind.RELEASE else (),
        patch=True,
        severity="high",
        priority="high",
        deadline=day(20),
        tested_function=True,
        tested_compatibility=True,
        tested_performance=True,
        chain_wide=True,
        pull_until=None,
        actual_start=START,
        actual_end=END,
        implementer=(DIRK,),
    )


@cache
def only(ids: frozenset[str]) -> tuple[Pack, ...]:
    """The packs with these rules alone, which is much faster than all of them."""
    return tuple(
        pack.model_copy(update={"rules": tuple(rule for rule in pack.rules if rule.id in ids)})
        for pack in PACKS
    )


def verdicts(facts: Facts, ids: Collection[str] = BEFORE) -> dict[str, Verdict]:
    return {one.id: one.verdict for one in evaluate(facts, only(frozenset(ids)))}


def written(facts: Facts, name: str, before: str = "") -> Facts:
    """The same, the field having been filled in only after the start of the rollout."""
    change = Change(name, before, "words", None, LATER)
    return replace(facts, ticket=replace(facts.ticket, history=(*facts.ticket.history, change)))


def without(facts: Facts, name: str) -> Facts:
    return replace(facts, ticket=replace(facts.ticket, fields={**facts.ticket.fields, name: Field()}))


def approvals(facts: Facts, place: int, moved: bool) -> Facts:
    given = facts.ticket.approvals
    one = (replace(given[place], at=LATER),) if moved else ()
    return replace(facts, ticket=replace(facts.ticket, approvals=(*given[:place], *one, *given[place + 1 :])))


@pytest.mark.parametrize("kind", [TicketKind.CHANGE, TicketKind.RELEASE])
def test_everything_is_met_and_seen_to_be_in_time(kind):
    found = [one for one in evaluate(base(kind), PACKS) if one.id in BEFORE]
    assert {one.id: one.seen for one in found if one.verdict is not Verdict.MET} == {}
    assert {one.id for one in found if one.moment is None or one.moment.timing is not Timing.IN_TIME} == set()


def test_every_rule_that_counts_before_the_rollout_is_in_the_proof():
    asked = {
        one.id for kind in (TicketKind.CHANGE, TicketKind.RELEASE) for one in evaluate(base(kind), PACKS)
    }
    assert BEFORE - asked == {"ICR-51", "PROC-1"} - asked


@pytest.mark.parametrize("kind", [TicketKind.CHANGE, TicketKind.RELEASE])
def test_a_field_that_a_rule_rests_on_is_worth_nothing_when_it_came_after_the_start(kind):
    facts, healed = base(kind), []
    for name, field in facts.ticket.fields.items():
        if not field.filled or name in ("actual_start", "actual_end", "changes", "deviations"):
            continue
        rests = {i for i, v in verdicts(without(facts, name)).items() if v is not Verdict.MET}
        after = verdicts(written(facts, name), rests)
        healed += [(i, name) for i in sorted(rests) if after.get(i) is Verdict.MET]
    assert healed == []


@pytest.mark.parametrize("kind", [TicketKind.CHANGE, TicketKind.RELEASE])
@pytest.mark.parametrize("place", range(len(ASKED)))
def test_an_approval_is_worth_nothing_after_the_start(kind, place):
    facts = base(kind)
    rests = {i for i, v in verdicts(approvals(facts, place, False)).items() if v is not Verdict.MET}
    after = verdicts(approvals(facts, place, True), rests)
    assert {i: after[i] for i in rests} == dict.fromkeys(rests, Verdict.LATE)


@pytest.mark.parametrize("kind", [TicketKind.CHANGE, TicketKind.RELEASE])
@pytest.mark.parametrize("at", [day(7), LATER], ids=["before the start", "while it runs"])
def test_what_changes_after_the_evidence_leaves_nothing_of_that_evidence_standing(kind, at):
    facts = base(kind)
    # By what a rule rests on: without the approvals, the test or the acceptance it is not met.
    given = {
        "approvals": replace(facts, ticket=replace(facts.ticket, approvals=())),
        "tests": without(facts, "test_result"),
        "validation": without(facts, "test_validated_by"),
        "acceptance": without(facts, "acceptance_result"),
    }
    standing = []
    for what, lacking in given.items():
        lost = {i for i, v in verdicts(lacking, RULES).items() if v is not Verdict.MET}
        for pack in PACKS:
            own = lost & {rule.id for rule in pack.rules}
            for name in sorted(pack.material.by_kind[what] & FIELDS.keys()) if own else ():
                before = "CHG-9" if name == "changes" else "otherwise"
                change = Change(name, before, "" if name == "changes" else "as it is", None, at)
                changed = replace(facts, ticket=replace(facts.ticket, history=(change,)))
                found = verdicts(changed, own)
                standing += [(i, what, name) for i in sorted(own) if found.get(i) is Verdict.MET]
    assert standing == []
