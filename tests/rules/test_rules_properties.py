"""What must hold of any facts and any classification."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from build import AN, BO, CI, DIRK, ELS, HIDDEN, TEAM, complete, day, english, facts, members, subject, ticket
from draws import draws
from hypothesis import given
from hypothesis import strategies as st

from domain.asset import Flag
from domain.facts import Child, Facts, Notice, Underway
from domain.fields import FIELDS, Field, Kind
from domain.lifecycle import State, Verdict
from domain.people import Group, Membership, Role
from domain.ticket import Approval, Decision, TicketKind
from domain.waiver import Declaration
from rules.approval.people import DUTIES
from rules.engine import allowed_rollout, evaluate, group_findings, measures, refresh, why_not
from rules.loading.loader import load_packs

ICR = load_packs(["vo-icr"])
PACKS = load_packs(["vo-icr", "ibp-fo", "processes", "patch", "keten-dap"])
CLASSED = {rule.id for pack in PACKS for rule in pack.rules if not rule.applies.any}
RULES = [rule for pack in PACKS for rule in pack.rules]
quick = draws(10)

people = st.sampled_from((AN, BO, CI, DIRK, ELS))
groups = st.sampled_from((TEAM, Group("g-cab", "CAB"), Group("g-dpo", "Privacy")))
moments = st.builds(day, st.integers(1, 28))
levels = st.integers(1, 5)
classes = st.tuples(levels, levels, levels)
sizes = st.sampled_from(("major", "minor", "sprint"))
flag_sets = st.frozensets(st.sampled_from(list(Flag)))
words = st.sampled_from(("see wiki", "*bold* {braces} @here"))

VALUES = {
    Kind.TEXT: words,
    Kind.BOOL: st.booleans(),
    Kind.USERS: st.lists(people, max_size=3).map(tuple),
    Kind.PARTY: st.lists(people | groups, max_size=3).map(tuple),
    Kind.MOMENT: moments,
    Kind.KEYS: st.lists(words, max_size=2).map(tuple),
    Kind.LIST: st.lists(words, max_size=2).map(tuple),
}
anything = st.one_of(st.none(), st.integers(), *VALUES.values())


def field_of(name: str) -> st.SearchStrategy[Field]:
    spec = FIELDS[name]
    values = st.sampled_from(list(spec.choices)) if spec.kind is Kind.CHOICE else VALUES[spec.kind]
    filled = st.builds(Field, values, by=st.none() | people, at=st.none() | moments)
    odd = st.builds(Field, st.none(), raw=words) | st.builds(Field, anything)
    return st.one_of(filled, filled, filled, st.just(HIDDEN), odd)


approvals = st.builds(
    Approval, st.none() | people, st.sampled_from(list(Decision)), st.none() | moments, st.none() | groups
)
notices = st.builds(
    Notice,
    st.integers(1, 2),
    moments,
    st.lists(people.map(lambda p: p.name), max_size=3).map(tuple),
    st.lists(st.sampled_from(list(Role)), max_size=2).map(tuple),
)
underway = st.builds(
    Underway,
    st.integers(1, 2),
    st.lists(people.map(lambda p: p.name), max_size=3).map(tuple),
    st.lists(st.sampled_from(list(Role)), max_size=2).map(tuple),
)


@st.composite
def memberships(draw: st.DrawFn) -> Membership:
    """A time in a group as it can be known: seen not before it began, and left not before it was seen."""
    since, seen, until = sorted(draw(st.tuples(moments, moments, moments)))
    known, left = draw(st.booleans()), draw(st.booleans())
    told = known and draw(st.booleans())
    return Membership(draw(people), "g", since if known else None, told, seen, until if left else None)


role_members = st.builds(
    lambda who, group, configured, readable, told: members(
        *who, group=group, configured=configured, readable=readable, memberships=tuple(told)
    ),
    st.lists(people, max_size=3),
    st.none() | groups,
    st.booleans(),
    st.booleans(),
    st.lists(memberships(), max_size=3),
)
owned = st.one_of(st.just(HIDDEN), st.just(Field()), people.map(lambda p: Field((p,))))
subjects = st.builds(
    subject,
    st.sampled_from(("Website", "Shop", "Till")),
    levels,
    levels,
    levels,
    gdpr=st.sampled_from((True, False, None)),
    ksz=st.sampled_from((True, False, None)),
    nis2=st.sampled_from((True, False, None)),
    owner=owned,
    stakeholders=owned,
    service_hours=st.sampled_from((HIDDEN, Field("5x10"), Field("24x7"), Field("odd"))),
    maintenance_windows=st.sampled_from((HIDDEN, Field("mon-sun 00:00-23:59"), Field("sometimes"))),
    updated_at=st.none() | moments,
)


children = st.builds(
    lambda key, state, signed, readable, there: Child(
        key, ticket(state, key=key, approvals=tuple(signed), approvals_readable=readable) if there else None
    ),
    words,
    st.sampled_from(list(State)),
    st.lists(approvals, max_size=2),
    st.booleans(),
    st.booleans(),
)
declared = st.builds(
    Declaration,
    st.just("ICR-42"),
    words,
    st.sampled_from((date(2026, 1, 1), date(2020, 1, 1))),
    st.sampled_from(("", "Website")),
)


@st.composite
def any_facts(draw: st.DrawFn) -> Facts:
    fields = {name: draw(field_of(name)) for name in FIELDS}
    return facts(
        **fields,
        state=draw(st.sampled_from(list(State))),
        kind=draw(st.sampled_from(list(TicketKind))),
        approvals=tuple(draw(st.lists(approvals, max_size=6))),
        approvals_readable=draw(st.booleans()),
        assets_readable=draw(st.booleans()),
        subjects=tuple(draw(st.lists(subjects, min_size=1, max_size=3))),
        roles=draw(st.dictionaries(st.sampled_from(list(Role)), role_members)),
        notices=tuple(draw(st.lists(notices, max_size=3))),
        children=tuple(draw(st.lists(children, max_size=2))),
        children_readable=draw(st.booleans()),
        declarations=tuple(draw(st.lists(declared, max_size=2))),
        same_person=draw(st.sampled_from(({}, {"an": "bo"}))),
        service_hours=draw(st.sampled_from(({}, {TEAM.name: "24x7"}, {TEAM.name: "5x10"}))),
    )


@quick
@given(any_facts())
def test_any_facts_are_judged_and_can_be_told(given):
    found = evaluate(given, PACKS)
    assert found == evaluate(given, PACKS)
    for finding in found:
        assert finding.because
        assert english(finding.seen)
        assert english(finding.wanted)
        assert all(english(part.name) and english(part.seen) for part in finding.parts)
        assert not finding.who or finding.verdict.open
    assert sorted(i for line in group_findings(found) for i in line.ids) == sorted(f.id for f in found)
    asked = {finding.id for finding in found}
    assert all((why_not(given, PACKS, rule.id) is None) == (rule.id in asked) for rule in RULES)


@quick
@given(any_facts(), st.lists(notices, max_size=3).map(tuple), st.lists(underway, max_size=2).map(tuple))
def test_other_notices_are_judged_without_judging_the_rest_again(given, notified, under_way):
    told = replace(given, notices=notified, underway=under_way)
    assert refresh(evaluate(given, PACKS), told, PACKS) == evaluate(told, PACKS)


@st.composite
def almost_complete(draw: st.DrawFn) -> Facts:
    """Facts one or two steps from fully met, where hiding something could tip a verdict."""
    names = [*DUTIES, *draw(st.lists(st.sampled_from(list(FIELDS)), max_size=2))]
    odd = draw(st.lists(approvals, max_size=1))
    given = complete(**{name: draw(field_of(name)) for name in names})
    return replace(given, ticket=replace(given.ticket, approvals=(*given.ticket.approvals, *odd)))


UNSEEN = {"approvals": {"approvals_readable": False}, "assets": {"assets_readable": False}}


@pytest.mark.long
@draws(20)
@given(almost_complete() | any_facts())
def test_hiding_something_never_makes_a_measure_met(given):
    before = {f.id: f.verdict for f in evaluate(given, PACKS)}
    for name in [*FIELDS, *UNSEEN]:
        hidden = UNSEEN.get(name) or {"fields": {**given.ticket.fields, name: HIDDEN}}
        after = evaluate(replace(given, ticket=replace(given.ticket, **hidden)), PACKS)
        won = [f.id for f in after if f.verdict is Verdict.MET and before[f.id] is not Verdict.MET]
        assert (name, won) == (name, [])


@quick
@given(any_facts(), st.sampled_from(list(Flag)))
def test_a_flag_out_of_sight_still_asks_what_it_asked(given, flag):
    blind = replace(given, subjects=tuple(replace(s, **{flag.value: None}) for s in given.subjects))
    before, after = ({f.id for f in evaluate(g, PACKS)} for g in (given, blind))
    assert before <= after
    assert set(allowed_rollout(blind, PACKS)) <= set(allowed_rollout(given, PACKS))


@quick
@given(any_facts(), subjects)
def test_another_asset_never_takes_a_measure_away(given, extra):
    more = replace(given, subjects=(*given.subjects, extra))
    assert {f.id for f in evaluate(given, PACKS)} <= {f.id for f in evaluate(more, PACKS)}
    assert set(allowed_rollout(more, PACKS)) <= set(allowed_rollout(given, PACKS))


@quick
@given(classes, classes, flag_sets, flag_sets, sizes)
def test_a_higher_class_never_asks_less(one, other, flags, more_flags, size):
    low = measures(*one, flags, size, PACKS)
    high = measures(*map(max, one, other), flags | more_flags, size, PACKS)
    assert set(low.ids) <= set(high.ids)
    assert set(high.rollout) <= set(low.rollout)
    assert (low.hours, high.hours) != ("24x7", "5x10")
    assert high.rollout


@quick
@given(classes, flag_sets, sizes)
def test_a_major_release_may_not_do_more_than_a_minor(one, flags, size):
    major, other = (measures(*one, flags, s, PACKS) for s in ("major", size))
    assert set(major.rollout) <= set(other.rollout)
    assert major.ids == other.ids


@quick
@given(classes, flag_sets, sizes)
def test_measures_agree_with_a_ticket_of_that_class(one, flags, size):
    ticket_facts = facts(subjects=(subject("Website", *one, flags=flags),), release_size=size)
    asked = measures(*one, flags, size, PACKS)
    found = evaluate(ticket_facts, ICR)
    assert asked.ids == tuple(f.id for f in found if f.id in CLASSED)
    assert asked == measures(*one, flags, size, ICR), "other packs add nothing to what a class asks"
    assert asked.rollout == allowed_rollout(ticket_facts, PACKS)
