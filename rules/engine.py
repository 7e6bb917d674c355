"""Ticket, assets and packs in, findings out. Pure: the same facts give the same findings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from domain.asset import Because, Dimension, Flag, Subject
from domain.facts import Facts
from domain.finding import Finding
from domain.lifecycle import State, Verdict
from domain.sentence import Quote, say
from rules.applicability import applicable_rules, causes
from rules.approval.people import settlers
from rules.check_api import asked_of
from rules.checks import CHECKS
from rules.citation import row_of
from rules.condition import Condition
from rules.grouping import RequirementGroup, group_findings
from rules.judging import Judged, Past, Question, judge, worst
from rules.loading.loader import Pack, Rule
from rules.measures import Measures, allowed_rollout, measures
from rules.nonsense import believed
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
    pasts: dict[int, Past] = {}
    facts = believed(facts)
    for pack, rule in applicable_rules(facts, packs):
        if asked(rule):
            # Each pack says itself what is approved, so drift is judged by the pack of the rule.
            if id(pack) not in pasts:
                pasts[id(pack)] = Past.of(replace(facts, material=pack.material.by_kind))
            found = _finding(pasts[id(pack)], pack, rule)
            if found is not None:
                yield found


def _reads_notices(rule: Rule) -> bool:
    return any(CHECKS[stage.check].reads_notices for stage in rule.stages)


def _finding(past: Past, pack: Pack, rule: Rule) -> Finding | None:
    facts = past.facts
    reasons = [(subject, why) for subject in facts.subjects for why in causes(rule.applies, subject)]
    # What does not apply leaves no finding at all; `why_not` tells the reason to whoever asks.
    if not reasons:
        return None
    stages = list(_stages(past, rule, reasons))
    told = worst(stages)
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
        settle_by=facts.settle_by if verdict is Verdict.MISSING and rule.made_good else None,
        underway=outcome.underway and verdict is Verdict.PENDING,
        notifies=rule.notifies,
        alone=rule.alone,
        moment=told.moment,
        row=row_of(pack, rule, (why for _, why in reasons)),
        problem=rule.problems(verdict),
    )
    return apply_waivers(found, facts, rule)


def _stages(past: Past, rule: Rule, reasons: Sequence[tuple[Subject, Because]]) -> Iterator[Judged]:
    """Judge by the certain reasons; when none is certain, it is not known whether anything is asked at all."""
    facts = past.facts
    when, gate = rule.applies.when, rule.gate or State.CLOSED
    # Where it cannot be seen whether it is asked, no check is run: it could reproach somebody for what is not.
    if when and when.holds(facts) is None:
        yield Judged(gate, _unsure_of(facts, when), Verdict.UNKNOWN)
        return
    # A flag that cannot be seen asks for nothing by itself, but may not be taken for "no" either.
    certain = [(subject, why) for subject, why in reasons if why.certain]
    if not certain or not rule.stages:
        names = dict.fromkeys(why.subject for _, why in reasons)
        # Only a flag makes a reason uncertain, and what is asked has a check, so GDPR is there for the types alone.
        yield Judged(gate, _unsure(rule.applies.flag or Flag.GDPR, names), Verdict.UNKNOWN)
        return
    hidden = {child.key for child in facts.children if child.ticket is None}
    if hidden and all(_only_perhaps(rule, subject, hidden) for subject, _ in certain):
        unread = _unread(dict.fromkeys(subject.name for subject, _ in certain))
        yield Judged(gate, unread, Verdict.UNKNOWN)
        return
    because = tuple(why for _, why in certain)
    for stage in rule.stages:
        # Each subject once, though several of its classes may ask for the rule.
        subjects = asked_of(stage.params, facts, (subject for subject, _ in certain))
        yield judge(past, Question(rule, stage, because, subjects))


def _only_perhaps(rule: Rule, subject: Subject, hidden: Collection[str]) -> bool:
    """Whether a rule is asked of a change that cannot be read, and would not be if it touched least."""
    if subject.asset is not None or subject.name not in hidden:
        return False
    lowest: dict[str, Any] = {**dict.fromkeys(map(str, Dimension), 1), **dict.fromkeys(map(str, Flag), False)}
    return next(causes(rule.applies, replace(subject, **lowest)), None) is None


def _unread(changes: Iterable[str]) -> Outcome:
    names = tuple(Quote(key) for key in changes)
    return Outcome(
        Result.UNKNOWN,
        say("Whether this is asked hangs on what cannot be read: {changes}.", changes=names),
        say("Make {changes} readable.", changes=names),
    )


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


def _due(facts: Facts, gate: State) -> datetime | None:
    start = facts.field("planned_start").value
    return start if gate in _BEFORE_THE_START and isinstance(start, datetime) else None
