"""What must hold of approvals and history, whatever the ticket."""

from __future__ import annotations

from dataclasses import replace

from build import DIRK, day
from draws import draws
from hypothesis import given
from hypothesis import strategies as st
from test_rules_properties import PACKS, any_facts, approvals, moments, people

from domain.facts import Facts
from domain.fields import FIELDS, Field
from domain.lifecycle import State, Verdict
from domain.ticket import Approval, Change, Decision
from rules.engine import evaluate

quick = draws(5)
MATERIAL = PACKS[0].material.approvals
OF_TESTS = {*PACKS[0].material.acceptance, "test_result", "acceptance_result", "test_validated_by"}
"""What tells when something was tested, validated or accepted, or overtakes that."""
names = st.sampled_from((*FIELDS, "assets"))
words = st.sampled_from(
    ("", "tbd", "Plan A", "plan  b", "2026-03-09T17:00:00+00:00", "big bang", "{field} @here")
)
edits = st.builds(Change, names, words, words, st.none() | people, moments)
moves = st.builds(
    Change, st.just("state"), *[st.sampled_from(("", "draft", "assess"))] * 2, st.none(), moments
)
histories = st.lists(edits | moves, max_size=5).map(lambda some: tuple(sorted(some, key=lambda c: c.at)))


@st.composite
def with_history(draw: st.DrawFn) -> Facts:
    facts = draw(any_facts())
    ticket = replace(facts.ticket, history=draw(histories), history_readable=draw(st.booleans()))
    given = tuple(
        replace(a, asked_at=draw(st.none() | moments), on_behalf_of=draw(st.none() | people))
        for a in ticket.approvals
    )
    accounts = draw(st.sampled_from(({}, {"an": "an", "bo": "an"})))
    return replace(facts, ticket=replace(ticket, approvals=given), same_person=accounts)


def ahead(facts: Facts) -> Facts:
    """The same with its history to be seen and its rollout still to come: until then a history only takes away, and
    later it also shows what was there in time.
    """
    fields = {**facts.ticket.fields, "actual_start": Field(), "actual_end": Field()}
    ticket = replace(facts.ticket, history_readable=True, state=State.AUTHORIZE, fields=fields)
    return replace(
        facts, ticket=replace(ticket, history=tuple(c for c in ticket.history if c.field != "state"))
    )


def verdicts(facts: Facts) -> dict[str, Verdict]:
    return {finding.id: finding.verdict for finding in evaluate(facts, PACKS)}


def later(facts: Facts, change: Change) -> Facts:
    ticket = facts.ticket
    return replace(facts, ticket=replace(ticket, history=(*ticket.history, change), history_readable=True))


def lost(before: Facts, after: Facts) -> list[str]:
    now = verdicts(after)
    return [i for i, verdict in verdicts(before).items() if verdict is Verdict.MET is not now[i]]


@quick
@given(with_history(), st.sampled_from(sorted({*FIELDS} - {*MATERIAL} - OF_TESTS)), words, words)
def test_an_edit_of_what_is_not_material_changes_no_finding(facts, name, before, after):
    seen = ahead(facts)
    assert evaluate(later(seen, Change(name, before, after, DIRK, day(28))), PACKS) == evaluate(seen, PACKS)


@quick
@given(with_history(), st.sampled_from(MATERIAL), words.filter(bool))
def test_an_edit_of_blanks_or_capitals_changes_no_finding(facts, name, text):
    seen = ahead(facts)
    trivial = Change(name, text, f"  {text.upper()} ", DIRK, day(28))
    assert evaluate(later(seen, trivial), PACKS) == evaluate(seen, PACKS)


@quick
@given(with_history(), edits)
def test_a_change_afterwards_never_makes_a_measure_met(facts, change):
    seen = ahead(facts)
    assert lost(later(seen, change), seen) == []


@quick
@given(with_history(), people)
def test_a_new_approval_of_what_stands_there_loses_nothing(facts, person):
    fresh = Approval(person, Decision.APPROVED, day(29), asked_at=day(29))
    ticket = facts.ticket
    more = replace(facts, ticket=replace(ticket, approvals=(*ticket.approvals, fresh)))
    assert lost(facts, more) == []


@quick
@given(with_history(), approvals.filter(lambda a: a.decision is not Decision.REJECTED))
def test_no_evidence_loses_a_measure_but_for_rejection_and_drift(facts, approval):
    ticket = replace(facts.ticket, history_readable=False)
    before = replace(facts, ticket=ticket)
    after = replace(facts, ticket=replace(ticket, approvals=(*ticket.approvals, approval)))
    assert lost(before, after) == []


@quick
@given(with_history())
def test_what_overtakes_an_approval_only_ever_takes_away(facts):
    seen, blind = (replace(facts, ticket=replace(facts.ticket, history_readable=r)) for r in (True, False))
    rejected = any(a.decision is Decision.REJECTED for a in facts.ticket.approvals)
    assert rejected or lost(seen, blind) == []
