"""Ticket, assets and packs in, findings out. Pure: the same facts give the same findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.asset import Because, Flag, Subject
from domain.facts import Facts
from domain.finding import Finding
from domain.lifecycle import State, Verdict
from domain.sentence import say
from rules.applicability import applicable_rules, causes
from rules.approval.people import settlers
from rules.approval.stand_ins import with_stand_ins
from rules.check_api import CheckInput, asked_of
from rules.checks import CHECKS
from rules.condition import Condition
from rules.grouping import RequirementGroup, group_findings
from rules.loading.loader import Pack, Rule
from rules.measures import Measures, allowed_rollout, measures
from rules.outcome import Outcome, Result
from rules.waivers import apply_waivers
from rules.why_not import UnknownRule, why_not
from rules.wording import FLAGS, asset_name, sentences

__all__ = [
    "Measures",
    "RequirementGroup",
    "UnknownRule",
    "allowed_rollout",
    "evaluate",
    "group_findings",
    "measures",
    "refresh",
    "why_not",
]

# What these gates ask must be there before the rollout, so it falls due at the planned start.
_BEFORE_THE_START = frozenset({State.ASSESS, State.AUTHORIZE, State.SCHEDULED, State.IMPLEMENT})


def evaluate(facts: Facts, packs: Sequence[Pack]) -> tuple[Finding, ...]:
    """One finding per rule that applies, in the order of packs and rules. A canceled ticket gets none."""
    return tuple(_found(facts, packs, lambda _: True))


def refresh(findings: Sequence[Finding], facts: Facts, packs: Sequence[Pack]) -> tuple[Finding, ...]:
    """The findings of `evaluate`, now that other notifications were delivered or are on their way: only the rules that
    read them are judged again. `facts` differ from those that were evaluated in nothing else.
    """
    anew = {(one.pack, one.id): one for one in _found(facts, packs, _reads_notices)}
    return tuple(anew.get((one.pack, one.id), one) for one in findings)


def _found(facts: Facts, packs: Sequence[Pack], asked: Callable[[Rule], bool]) -> Iterator[Finding]:
    if facts.ticket.state is State.CANCELED:
        return
    for pack, rule in applicable_rules(facts, packs):
        if asked(rule):
            # Each pack says itself what is approved, so drift is judged by the pack of the rule.
            found = _finding(replace(facts, material=frozenset(pack.material)), pack, rule)
            if found is not None:
                yield found


def _reads_notices(rule: Rule) -> bool:
    return any(CHECKS[stage.check].reads_notices for stage in rule.stages)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One stage of a rule, judged. A rule without a gate runs on a clock; the end of the ticket asks for it too."""

    gate: State
    outcome: Outcome
    verdict: Verdict


def _finding(facts: Facts, pack: Pack, rule: Rule) -> Finding | None:
    reasons = [(subject, why) for subject in facts.subjects for why in causes(rule.applies, subject)]
    # What does not apply leaves no finding at all; `why_not` tells the reason to whoever asks.
    if not reasons:
        return None
    stages = [
        _Judged(gate, outcome, _verdict(outcome, facts.ticket.state, gate))
        for gate, outcome in _outcomes(facts, rule, reasons)
    ]
    told = _telling(stages)
    gate, outcome, verdict = told.gate, told.outcome, told.verdict
    found = Finding(
        id=rule.id,
        pack=pack.id,
        title=rule.titles,
        cite=pack.cited(rule),
        verdict=verdict,
        gate=gate,
        severity=rule.severity,
        line=rule.line or rule.id,
        rank=rule.rank + outcome.strictness,
        because=tuple(why for _, why in reasons),
        seen=outcome.seen,
        wanted=outcome.wanted,
        # Nobody of the team is asked for what is settled, nor for what cannot be seen: that is the administrator's.
        who=outcome.who if verdict.open else (),
        parts=tuple(part for one in stages for part in one.outcome.parts),
        due=outcome.due or _due(facts, gate),
        # `due` is when people should be ready, `deadline` when the law's or the norm's own clock runs out.
        deadline=outcome.due,
        # A clock of the rule's own changes what it says though nobody touches the ticket (docs/decisions/008).
        again=outcome.again or outcome.due,
        # Only what is missing can be made good afterwards; what is forbidden stays so, also in an emergency.
        settle_by=facts.settle_by if verdict is Verdict.MISSING else None,
        underway=outcome.underway and verdict is Verdict.PENDING,
        notifies=rule.notifies,
        alone=rule.alone,
    )
    return apply_waivers(found, facts, rule.waivable)


def _telling(stages: Sequence[_Judged]) -> _Judged:
    """The stage a finding tells of: what is forbidden or overdue in any, else the first that is not settled."""
    # A finding has one gate and one verdict. The order of the gates alone would hide what is wrong now behind a first
    # stage that only waits, and once all is well the last stage is the one that tells the whole.
    for verdict in (Verdict.VIOLATED, Verdict.MISSING):
        if worst := next((one for one in stages if one.verdict is verdict), None):
            return worst
    return next((one for one in stages if one.verdict is not Verdict.MET), stages[-1])


def _outcomes(
    facts: Facts, rule: Rule, reasons: Sequence[tuple[Subject, Because]]
) -> Iterator[tuple[State, Outcome]]:
    """Judge by the certain reasons; when none is certain, it is not known whether anything is asked at all."""
    when, gate = rule.applies.when, rule.gate or State.CLOSED
    # Where it cannot be seen whether it is asked, no check is run: it could reproach somebody for what is not.
    if when and when.holds(facts) is None:
        yield gate, _unsure_of(facts, when)
        return
    # A flag that cannot be seen asks for nothing by itself, but may not be taken for "no" either.
    certain = [(subject, why) for subject, why in reasons if why.certain]
    if not certain or not rule.stages:
        names = dict.fromkeys(why.subject for _, why in reasons)
        # Only a flag makes a reason uncertain, and what is asked has a check, so GDPR is there for the types alone.
        yield gate, _unsure(rule.applies.flag or Flag.GDPR, names)
        return
    because = tuple(why for _, why in certain)
    for stage in rule.stages:
        check = CHECKS[stage.check]
        # What a check does not declare to read it cannot see: so `refresh` leaves out none that it should judge.
        shown = facts if check.reads_notices else _without_notices(facts)
        # Each subject once, though several of its classes may ask for the rule.
        subjects = asked_of(stage.params, facts, (subject for subject, _ in certain))
        outcome = check.run(shown, CheckInput(stage.params, because, subjects))
        yield stage.gate or State.CLOSED, with_stand_ins(outcome, facts, rule)


def _without_notices(facts: Facts) -> Facts:
    return replace(facts, notices=(), underway=()) if facts.notices or facts.underway else facts


def _unsure(flag: Flag, assets: Iterable[str]) -> Outcome:
    data, names = FLAGS[flag], tuple(asset_name(name) for name in assets)
    return Outcome(
        Result.UNKNOWN,
        say("It cannot be seen whether this holds {data}: {assets}.", data=data, assets=names),
        say("Record in the register whether this holds {data}: {assets}.", data=data, assets=names),
    )


def _unsure_of(facts: Facts, when: Condition) -> Outcome:
    seen = sentences(say("Asked {when}.", when=when.told), when.seen(facts, None))
    unclear, hidden = when.mend(facts)
    if unclear:
        return Outcome(Result.UNKNOWN, seen, say("Fill in: {fields}.", fields=unclear), settlers(facts))
    return Outcome(Result.UNKNOWN, seen, say("Make {field} readable.", field=hidden))


def _verdict(outcome: Outcome, state: State, gate: State) -> Verdict:
    match outcome.result:
        case Result.MET:
            return Verdict.MET
        case Result.VIOLATED:
            return Verdict.VIOLATED
        case Result.UNKNOWN:
            return Verdict.UNKNOWN
        case Result.UNMET:
            # What the bot itself is sending is nobody's neglect.
            late = state.reached(gate) and not outcome.underway
            return Verdict.MISSING if late else Verdict.PENDING


def _due(facts: Facts, gate: State) -> datetime | None:
    start = facts.field("planned_start").value
    return start if gate in _BEFORE_THE_START and isinstance(start, datetime) else None
