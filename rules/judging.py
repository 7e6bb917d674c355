"""One stage of a rule on one ticket: its check run now, and set against when its evidence must have come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain.asset import Because, Subject
from domain.facts import Facts
from domain.finding import Moment, Timing
from domain.lifecycle import State, Verdict
from rules.approval.stand_ins import with_stand_ins
from rules.check_api import CheckInput
from rules.checks import CHECKS
from rules.loading.schema import Counts, Rule, Stage
from rules.memo import once_per_facts
from rules.moments import telling
from rules.moments.as_of import AsOf, facts_at
from rules.moments.log import changes
from rules.moments.recorded_after import without_early
from rules.moments.rollout import Rollout, rollout
from rules.moments.timing import Evidence, signed, timing
from rules.outcome import Outcome, Result
from rules.trace import AccessTrace
from rules.wording import labels, sentences


@dataclass(frozen=True, slots=True)
class Past:
    """The facts of a ticket now and at other moments, each made once for all rules of a pack."""

    facts: Facts
    rollout: Rollout | None
    _traced: Facts
    _asked: AccessTrace[str, Any]
    _made: dict[AsOf, Facts] = field(default_factory=dict)
    _otherwise: dict[AsOf, frozenset[str] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Facts) -> Past:
        """Of the facts as they are now."""
        asked: AccessTrace[str, Any] = AccessTrace(facts.ticket.fields)
        return cls(facts, rollout(facts), replace(facts, ticket=replace(facts.ticket, fields=asked)), asked)

    def now(self, question: Question) -> tuple[Outcome, frozenset[str]]:
        """The answer as of now, and the fields it looked at, but for those that an answer before it looked at for both
        (`once_per_facts`): such an answer rests on the approvals, the history and the material fields.
        """
        self._asked.asked.clear()
        return question.answer(self._traced), frozenset(self._asked.asked)

    def at(self, moment: AsOf) -> Facts:
        """The facts as they were."""
        if moment not in self._made:
            self._made[moment] = facts_at(self.facts, moment)
        return self._made[moment]

    def unchanged(self, moment: AsOf, fields: Collection[str]) -> bool:
        """Whether a check that looks at these fields, and at the approvals, saw then what it sees now."""
        if moment not in self._otherwise:
            self._otherwise[moment] = _otherwise(self.facts, self.at(moment), moment)
        changed = self._otherwise[moment]
        return changed is not None and changed.isdisjoint(fields)


def _otherwise(now: Facts, then: Facts, at: AsOf) -> frozenset[str] | None:
    """Names of what was otherwise at a moment; None where it is more than fields can tell: an approval, a change that a
    release contains, an asset.
    """
    old, new = then.ticket, now.ticket
    later = [change for change in changes(now) if at.after(change)]
    same = (old.approvals, old.preapproval) == (
        new.approvals,
        new.preapproval,
    ) and then.children == now.children
    if not same or any(change.of or change.field == "assets" for change in later):
        return None
    fields = (name for name, seen in new.fields.items() if old.fields.get(name) != seen)
    return frozenset((*fields, *(change.field for change in later)))


@dataclass(frozen=True, slots=True)
class Judged:
    """One stage of a rule, judged. A rule without a gate runs on a clock; the end of the ticket asks for it too."""

    gate: State
    outcome: Outcome
    verdict: Verdict
    moment: Moment | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One stage of a rule, asked for certain reasons of these assets."""

    rule: Rule
    stage: Stage
    because: tuple[Because, ...]
    subjects: tuple[Subject, ...]

    def answer(self, facts: Facts) -> Outcome:
        """What its check says of facts, now or then."""
        check = CHECKS[self.stage.check]
        # What a check does not declare to read it cannot see: so `refresh` leaves out none that it should judge.
        shown = facts if check.reads_notices else _without_notices(facts)
        outcome = check.run(shown, CheckInput(self.stage.params, self.because, self.subjects))
        return with_stand_ins(outcome, facts, self.rule)


def judge(past: Past, question: Question) -> Judged:
    """The answer as of now, and what the moments make of it."""
    facts, stage = past.facts, question.stage
    gate = stage.gate or State.CLOSED
    if stage.evidence is Counts.AFTER_ROLLOUT:
        return _after(facts, question, gate)
    outcome, fields = past.now(question)
    if past.rollout is not None and question.rule.stays:
        outcome = _staying(past, past.rollout, question, outcome)
    if past.rollout is None or stage.evidence is None:
        return Judged(gate, outcome, given(outcome, facts.ticket.state, gate))
    # Once the rollout began, what had to be there before it is due in whatever state the ticket was left.
    verdict = given(outcome, facts.ticket.state, State.DRAFT)
    if verdict not in (Verdict.MET, Verdict.UNKNOWN):
        return Judged(gate, outcome, verdict)
    looked_at = {*fields, *(name for names in facts.material.values() for name in names)}
    moment = _timed(past, past.rollout, question, looked_at, unseen=verdict is Verdict.UNKNOWN)
    if moment.timing is Timing.LATE:
        return Judged(gate, outcome, Verdict.LATE, moment)
    return Judged(gate, outcome, verdict, moment if verdict is Verdict.MET else None)


def _timed(past: Past, began: Rollout, question: Question, looked_at: set[str], *, unseen: bool) -> Moment:
    """When the evidence came. Of what is in part out of sight the rest can be late, which is the worse of the two."""
    enough = {Result.MET, Result.UNKNOWN} if unseen else {Result.MET}
    evidence = Evidence(
        past.facts,
        began,
        lambda at: question.answer(past.at(at)).result in enough,
        looked_at,
        lambda at: past.unchanged(at, looked_at),
    )
    return _made_good(past, question.rule, evidence)


def given(outcome: Outcome, state: State, gate: State) -> Verdict:
    """The verdict that an answer comes to in a state, before its moment is looked at."""
    match outcome.result:
        case Result.MET:
            return Verdict.MET
        case Result.VIOLATED:
            return Verdict.VIOLATED
        case Result.UNKNOWN:
            return Verdict.UNKNOWN
        case Result.UNMET:
            # What the bot itself is sending is nobody's neglect, nor is what a clock of its own leaves time for.
            late = state.reached(gate) and not (outcome.underway or outcome.in_time)
            return Verdict.MISSING if late else Verdict.PENDING


def _after(facts: Facts, question: Question, gate: State) -> Judged:
    """Of what counts only from after the rollout: the answer without what was recorded too early."""
    shown, early, sure = without_early(facts, question.stage.params.evidence_fields())
    outcome = question.answer(shown)
    if early:
        whole = question.answer(facts)
        told = telling.too_early(labels(*early))
        seen = told if whole.result is Result.MET else sentences(whole.seen, told)
        outcome = replace(outcome, seen=seen)
    verdict = given(outcome, facts.ticket.state, gate)
    unseen = verdict is Verdict.MET and not sure
    moment = Moment(Timing.UNSEEN, told=telling.perhaps_early()) if unseen else None
    return Judged(gate, outcome, verdict, moment)


def _staying(past: Past, began: Rollout, question: Question, now: Outcome) -> Outcome:
    """What was forbidden when the rollout began, as far as that is certain, is so still."""
    if now.result is Result.VIOLATED:
        return now
    then = [
        question.answer(past.at(AsOf(moment, benefit)))
        for moment, benefit in ((began.began.by, True), (began.began.after, False))
    ]
    if any(outcome.result is not Result.VIOLATED for outcome in then):
        return now
    return replace(then[0], seen=telling.stays(then[0].seen))


def _made_good(past: Past, rule: Rule, evidence: Evidence) -> Moment:
    """When it came. What an emergency brought in its term is made good; never what the value at the start decides."""
    moment = timing(evidence)
    term, since, start = past.facts.settle_by, moment.since, moment.start
    if (
        moment.timing is not Timing.LATE
        or term is None
        or since is None
        or start is None
        or not rule.made_good
    ):
        return moment
    called = past.at(AsOf(start, benefit=True)).field("change_type").value
    if called != "emergency" or since > term:
        return moment
    told = telling.afterwards(since, start, signed=signed(evidence, since))
    return Moment(Timing.AFTERWARDS, start, since, told)


@once_per_facts
def _without_notices(facts: Facts) -> Facts:
    return replace(facts, notices=(), underway=()) if facts.notices or facts.underway else facts


def worst(stages: Sequence[Judged]) -> Judged:
    """The stage a finding tells of: what is forbidden or overdue in any, else the first that is not settled. When its
    evidence came is told by whichever stage it matters to.
    """
    # A finding has one gate and one verdict. The order of the gates alone would hide what is wrong now behind a first
    # stage that only waits, and once all is well the last stage is the one that tells the whole.
    found = next((one for verdict in _WORST for one in stages if one.verdict is verdict), stages[-1])
    if found.moment is not None or found.verdict is not Verdict.MET:
        return found
    return replace(found, moment=next((one.moment for one in stages if one.moment is not None), None))


_WORST = (Verdict.VIOLATED, Verdict.MISSING, Verdict.PENDING, Verdict.LATE, Verdict.UNKNOWN)
