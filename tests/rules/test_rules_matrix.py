"""Every classification there is: measures are united, strategies intersected, more never asks less, and the same
question gets the same answer, byte for byte.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from build import EMPTY, FLAG_SETS, complete, facts, subject
from draws import draws
from hypothesis import given
from hypothesis import strategies as st

from domain.asset import Flag
from domain.facts import Facts
from domain.fields import FIELDS
from domain.lifecycle import State, Verdict
from domain.ticket import Approval, Decision
from rules.engine import Measures, allowed_rollout, evaluate, measures
from rules.loading.loader import known_packs, load_packs

ROOT = Path(__file__).parents[2]
PACKS = load_packs(known_packs())
CLASSES = tuple(itertools.product(range(1, 6), repeat=3))
FLAGS = tuple(
    frozenset(itertools.compress(Flag, on)) for on in itertools.product((False, True), repeat=len(Flag))
)
SIZES = ("major", "minor", "sprint")
MATRIX = {
    (levels, flags, size): measures(*levels, flags, size, PACKS)
    for levels in CLASSES
    for flags in FLAGS
    for size in SIZES
}
HOURS = ("", "5x10", "24x7")


def united(*parts: Measures) -> Measures:
    """What several classifications ask together."""
    asked = {rule_id for part in parts for rule_id in part.ids}
    order = [rule.id for pack in PACKS for rule in pack.rules]
    rollout = set.intersection(*(set(part.rollout) for part in parts))
    return Measures(
        tuple(rule_id for rule_id in order if rule_id in asked),
        tuple(s for s in FIELDS["rollout_strategy"].choices if s in rollout),
        max((part.hours for part in parts), key=HOURS.index),
    )


def test_there_are_3000_classifications():
    assert len(MATRIX) == 3000


def test_each_dimension_adds_its_own_measures_and_narrows_the_strategies():
    """At any classification: what its dimensions ask one by one, together."""
    wrong = [
        (levels, set(flags), size)
        for (levels, flags, size), found in MATRIX.items()
        if found
        != united(*(MATRIX[tuple(n if d == at else 1 for d, n in enumerate(levels)), flags, size] for at in range(3)))
    ]  # fmt: skip
    assert wrong == []


def test_each_flag_adds_its_own_measures_and_narrows_the_strategies():
    wrong = [
        (levels, set(flags), size)
        for (levels, flags, size), found in MATRIX.items()
        if found
        != united(
            MATRIX[levels, frozenset(), size], *(MATRIX[levels, frozenset({flag}), size] for flag in flags)
        )
    ]
    assert wrong == []


def test_one_class_higher_or_one_flag_more_never_asks_less():
    for (levels, flags, size), low in MATRIX.items():
        steps = [
            (tuple(n + (d == at) for d, n in enumerate(levels)), flags) for at in range(3) if levels[at] < 5
        ]
        steps += [(levels, flags | {flag}) for flag in Flag]
        for step in steps:
            high = MATRIX[(*step, size)]
            assert united(low, high) == high
            assert high.rollout


pairs = st.tuples(st.sampled_from(CLASSES), st.sampled_from(FLAGS))


@draws(80)
@given(pairs, pairs, st.sampled_from(SIZES), st.sampled_from(list(State)))
def test_two_assets_ask_what_each_asks(one, other, size, state):
    assets = tuple(
        subject(name, *levels, flags=flags) for name, (levels, flags) in (("Website", one), ("Shop", other))
    )
    ticket = facts(subjects=assets, release_size=size, state=state)
    both = united(MATRIX[(*one, size)], MATRIX[(*other, size)])
    rules = [rule for pack in PACKS for rule in pack.rules if not rule.applies.any]
    known = {rule.id for rule in rules if ticket.ticket.kind in rule.applies.kinds}
    asked = () if state is State.CANCELED else tuple(i for i in both.ids if i in known)
    classed = {rule.id for rule in rules}
    assert tuple(f.id for f in evaluate(ticket, PACKS) if f.id in classed) == asked
    assert allowed_rollout(ticket, PACKS) == both.rollout


WHOLE = complete()
EVIDENCE = tuple(name for name, field in WHOLE.ticket.fields.items() if field.filled)
APPROVERS = WHOLE.ticket.approvals


@st.composite
def partly_done(draw: st.DrawFn) -> tuple[Facts, Facts]:
    """A ticket with some of its evidence, and the same with more of it."""
    have = draw(st.sets(st.sampled_from(EVIDENCE)))
    more = have | draw(st.sets(st.sampled_from(EVIDENCE), min_size=1, max_size=4))
    signed = draw(st.lists(st.sampled_from(APPROVERS), unique=True))
    state = draw(st.sampled_from([s for s in State if s is not State.CANCELED]))
    asset = subject(
        c=draw(st.integers(1, 5)), i=draw(st.integers(1, 5)), a=3, flags=draw(st.sampled_from(FLAG_SETS))
    )

    def with_only(names: set[str], approvals: tuple[Approval, ...]) -> Facts:
        fields = {n: f if n in names or n in _DUTIES else EMPTY for n, f in WHOLE.ticket.fields.items()}
        ticket = replace(WHOLE.ticket, state=state, fields=fields, approvals=approvals)
        return replace(WHOLE, ticket=ticket, subjects=(asset,))

    return with_only(have, tuple(signed)), with_only(more, draw(st.sampled_from((tuple(signed), APPROVERS))))


_DUTIES = ("requester", "implementer", "builders", "application_owner", "stakeholders", "responsible_group")
"""Who has a part in it is no evidence: naming one more person may well ask for more."""


@draws(50)
@given(partly_done())
def test_more_evidence_never_turns_met_into_something_less(pair):
    before, after = ({f.id: f.verdict for f in evaluate(given, PACKS)} for given in pair)
    lost = {i: after[i] for i, v in before.items() if v is Verdict.MET and after[i] is not Verdict.MET}
    assert lost == {}


def test_a_rejection_does():
    verdicts = [
        {
            f.id: f.verdict
            for f in evaluate(replace(WHOLE, ticket=replace(WHOLE.ticket, approvals=signed)), PACKS)
        }
        for signed in (
            APPROVERS,
            (*APPROVERS, Approval(APPROVERS[0].person, Decision.REJECTED, WHOLE.now)),
        )
    ]
    assert (verdicts[0]["ICR-11"], verdicts[1]["ICR-11"]) == (Verdict.MET, Verdict.MISSING)


SCRIPT = """
import json, sys
from zoneinfo import ZoneInfo
from build import complete, facts, subject, HIDDEN, ROLES
from bot.messages.findings_report import as_json
from bot.messages.i18n.speaker import Translator
from domain.asset import Flag
from rules.engine import evaluate
from rules.loading.loader import known_packs, load_packs

packs = load_packs(known_packs())
both = (subject("Shop", 3, 4, 2, flags=(Flag.GDPR,)), subject("Till", 5, 1, 3, ksz=None))
for given in (complete(), facts(subjects=both, roles=ROLES), complete(test_data=HIDDEN, subjects=both)):
    for language in ("nl", "en"):
        speak = Translator(language, ZoneInfo("Europe/Brussels"))
        print(json.dumps(as_json(given, evaluate(given, packs), speak), ensure_ascii=False))
"""


def _answers(seed: str) -> bytes:
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=env, capture_output=True, timeout=60, check=True
    )
    return done.stdout


@pytest.mark.long
def test_the_same_question_gets_the_same_bytes_in_any_process():
    first = _answers("1")
    assert first.count(b"\n") == 6
    assert [seed for seed in ("2", "3") if _answers(seed) != first] == []


@pytest.mark.parametrize("turned", [False, True])
def test_the_order_of_what_a_source_tells_makes_no_difference(turned):
    group = WHOLE.roles
    fields = dict(reversed(WHOLE.ticket.fields.items())) if turned else WHOLE.ticket.fields
    roles = dict(reversed(group.items())) if turned else group
    given = replace(WHOLE, ticket=replace(WHOLE.ticket, fields=fields), roles=roles)
    assert evaluate(given, PACKS) == evaluate(WHOLE, PACKS)
