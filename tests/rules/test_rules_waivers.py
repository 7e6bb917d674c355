"""Exceptions: what they cover, what they never do, and that only the moment decides about their end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from build import AN, BO, CI, EMPTY, HIDDEN, NOW, complete, day, facts, subject
from hypothesis import given
from hypothesis import strategies as st

from domain.asset import Flag
from domain.facts import Facts
from domain.fields import Field
from domain.finding import Finding
from domain.lifecycle import State, Verdict
from domain.people import Person, Role
from domain.waiver import Waiver
from rules.engine import evaluate
from rules.grouping import group_findings
from rules.loading.loader import load_packs
from rules.waived_by import USUAL

PACKS = load_packs(["vo-icr"])
REASON = "Follows after the summer break"


def waiver(
    *rules: str,
    ticket: str = "jira:1",
    since: int = 9,
    until: int = 11,
    reason: str = REASON,
    by: Person = BO,
    role: Role = Role.CAB,
) -> Waiver:
    return Waiver(ticket, rules, reason, by.name, role, day(since), day(until), by.id)


def judged(given: Facts, rule: str) -> Finding:
    return {finding.id: finding for finding in evaluate(given, PACKS)}[rule]


MISSING = {"post_verification": EMPTY, "state": State.CLOSED}


@pytest.mark.parametrize(
    ("given", "waivers", "verdict", "under"),
    [
        (MISSING, (), Verdict.MISSING, None),
        (MISSING, (waiver("ICR-09"),), Verdict.WAIVED, Verdict.MISSING),
        (MISSING, (waiver("ICR-13", "ICR-09"),), Verdict.WAIVED, Verdict.MISSING),
        (MISSING, (waiver("ICR-13"),), Verdict.MISSING, None),
        (MISSING, (waiver("ICR-09", ticket="jira:2"),), Verdict.MISSING, None),
        (MISSING, (waiver("ICR-09", ticket="servicenow:1"),), Verdict.MISSING, None),
        (MISSING, (waiver("ICR-09", until=10),), Verdict.WAIVED, Verdict.MISSING),
        (MISSING, (waiver("ICR-09", since=1, until=9),), Verdict.MISSING, None),
        (MISSING, (waiver("ICR-09", since=11, until=12),), Verdict.MISSING, None),
        ({**MISSING, "state": State.REVIEW}, (waiver("ICR-09"),), Verdict.WAIVED, Verdict.PENDING),
        ({"post_verification": HIDDEN}, (waiver("ICR-09"),), Verdict.UNKNOWN, None),
        ({"post_verification": Field("seen", at=day(9, 13))}, (waiver("ICR-09"),), Verdict.MET, None),
    ],
)
def test_an_exception_covers_what_is_open_and_nothing_else(given, waivers, verdict, under) -> None:
    found = judged(replace(complete(**given), waivers=waivers), "ICR-09")
    assert (found.verdict, found.under) == (verdict, under)
    assert (found.waiver is not None) == (verdict is Verdict.WAIVED)


def test_what_is_not_allowed_can_be_excepted_and_is_told_so() -> None:
    both = waiver("ICR-16", by=AN, role=Role.OWNER, until=12), waiver("ICR-16", by=CI, role=Role.DPO)
    found = judged(replace(complete(test_data="production"), waivers=both), "ICR-16")
    assert (found.verdict, found.under, found.who) == (Verdict.WAIVED, Verdict.VIOLATED, ())
    assert (found.waiver, found.also) == (both[1], (both[0],)), "the one that ends first comes first"


def test_of_several_exceptions_the_longest_counts() -> None:
    short, long = waiver("ICR-09", until=11), waiver("ICR-09", until=20, reason="Longer")
    for both in ((short, long), (long, short)):
        assert judged(replace(complete(**MISSING), waivers=both), "ICR-09").waiver == long


def test_to_the_moment() -> None:
    """An exception holds from the moment it is recorded until the moment it ends, that moment not included."""
    given = replace(complete(**MISSING), waivers=(waiver("ICR-09", since=9, until=11),))
    step = timedelta(microseconds=1)
    moments = (day(9) - step, day(9), day(11) - step, day(11))
    verdicts = [judged(replace(given, now=moment), "ICR-09").verdict.value for moment in moments]
    assert verdicts == ["missing", "waived", "waived", "missing"]


def test_another_part_of_the_same_demand_stays_open() -> None:
    ahead = complete(approvals=(), state=State.SCHEDULED, actual_start=None, actual_end=None)
    given = replace(ahead, waivers=(waiver("ICR-11"),))
    line = next(line for line in group_findings(evaluate(given, PACKS)) if line.line == "cab-approval")
    assert line.verdict is Verdict.PENDING
    assert "ICR-11" not in [finding.id for finding in line.speaking]


IDS = [rule.id for rule in PACKS[0].rules]
ONE_DEMAND = frozenset(USUAL.any)
NAMED = {rule.id: frozenset(rule.waived_by.any) for rule in PACKS[0].rules if rule.waived_by}
moments = st.datetimes(datetime(2026, 3, 8), datetime(2026, 3, 13)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001
waivers = st.builds(
    lambda rules, ticket, since, days: Waiver(
        ticket, tuple(rules), REASON, "Bo", Role.CAB, since, since + timedelta(days=days), "bo"
    ),
    st.lists(st.sampled_from(IDS), min_size=1, max_size=8, unique=True),
    st.sampled_from(["jira:1", "jira:2"]),
    moments,
    st.integers(0, 5),
)
tickets = st.builds(
    lambda state, lost, hidden: complete(
        **dict.fromkeys(lost, EMPTY)
        | dict.fromkeys(hidden, HIDDEN)
        | {"state": state, "test_data": "production"}
    ),
    st.sampled_from([s for s in State if s is not State.CANCELED]),
    st.lists(
        st.sampled_from(["package", "test_plan", "post_verification", "procedure", "actual_end"]), unique=True
    ),
    st.lists(st.sampled_from(["lessons_learned", "scripts", "test_result"]), unique=True),
)


@given(tickets, st.lists(waivers, max_size=4), moments)
def test_never_met_by_an_exception_and_as_without_it_after_its_end(ticket, recorded, now) -> None:
    bare = replace(ticket, now=now)
    without = {finding.id: finding for finding in evaluate(bare, PACKS)}
    for finding in evaluate(replace(bare, waivers=tuple(recorded)), PACKS):
        plain = without[finding.id]
        covered = [w for w in recorded if w.ticket == "jira:1" and w.in_force(finding.id, now)]
        theirs = ONE_DEMAND & {Role.CAB} if finding.id not in NAMED else NAMED[finding.id] & {Role.CAB}
        if finding.for_good:
            assert finding.verdict is Verdict.WAIVED
            assert finding.waiver.in_force(finding.id, day(8))
        elif plain.verdict.open and covered and theirs:
            assert (finding.verdict, finding.under) == (Verdict.WAIVED, plain.verdict)
            assert finding.waiver in covered
            assert finding.seen == plain.seen
        elif plain.verdict.open and covered:
            assert finding.verdict is plain.verdict
            assert finding.seen != plain.seen, "it says why the exception does not hold"
        else:
            assert finding == plain
    ended = datetime(2027, 1, 1, tzinfo=UTC)
    later = evaluate(replace(bare, now=ended, waivers=tuple(recorded)), PACKS)
    after = zip(later, evaluate(replace(bare, now=ended), PACKS), strict=True)
    assert all(one == plain or one.for_good for one, plain in after)


@pytest.mark.parametrize(
    ("settle_by", "state", "verdict", "kept"),
    [
        (None, State.CLOSED, Verdict.MISSING, None),
        (day(12), State.CLOSED, Verdict.MISSING, day(12)),
        (day(1), State.CLOSED, Verdict.MISSING, day(1)),
        (day(12), State.SCHEDULED, Verdict.PENDING, None),
    ],
)
def test_what_an_emergency_skipped_stays_missing_with_a_moment(settle_by, state, verdict, kept) -> None:
    found = judged(replace(complete(post_verification=EMPTY, state=state), settle_by=settle_by), "ICR-09")
    assert (found.verdict, found.settle_by) == (verdict, kept)


def test_what_cannot_be_made_good_gets_no_moment_in_an_emergency() -> None:
    subjects = (subject(c=5, i=5, a=5, flags=tuple(Flag)),)
    skipped = replace(facts(subjects=subjects, state=State.IMPLEMENT), settle_by=day(12))
    missing = {f.id: f.settle_by for f in evaluate(skipped, PACKS) if f.verdict is Verdict.MISSING}
    never = {"ICR-01", "ICR-16", "ICR-30", "ICR-31", "ICR-41", "ICR-43"} & missing.keys()
    assert {"ICR-16", "ICR-31", "ICR-43"} <= never
    assert {rule for rule, moment in missing.items() if moment is None} == never


def test_what_an_emergency_did_has_no_obligation() -> None:
    assert {f.settle_by for f in evaluate(replace(complete(), settle_by=NOW), PACKS)} == {None}
    assert facts().settle_by is None
