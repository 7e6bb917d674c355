"""What of a ticket goes up a ladder, by what the journal knows of it. Pure.

An open line is charged with the heaviest that holds of it: a breach of data, a ladder or a term of its rule's own, what
the class does not allow, what is missing. What is only pending is overdue of nothing yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.policy.escalation_ladder import EscalationPolicy, EscalationStep, Ladders
from domain.lifecycle import Severity, State, Verdict
from domain.requests import OpenFinding
from rules.loading.loader import Pack, Rule


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """What a rule's pack says that matters here. `breach`: its clock runs day and night, as for a breach of data.
    `ladder` is the rule's own, if it has one.
    """

    rule: Rule
    line: str
    breach: bool
    ladder: EscalationPolicy | None


@dataclass(frozen=True, slots=True)
class OverdueItem:
    """An open line with the ladder it goes up. `start` (UTC): when it became overdue, or when its term ends."""

    line: str
    start: datetime
    ladder: EscalationPolicy
    verdict: Verdict
    term: bool = False
    any_hour: bool = False


def rule_infos(packs: Sequence[Pack]) -> Mapping[str, RuleInfo]:
    """The rules that a ticket must meet, by id; what is only advised goes up nowhere."""
    required = (rule for pack in packs for rule in pack.rules if rule.severity is Severity.REQUIRED)
    return {rule.id: _known(rule) for rule in required}


def _known(rule: Rule) -> RuleInfo:
    own = next((ladder for stage in rule.stages if (ladder := _own(stage.params))), None)
    breach = any(stage.params.any_hour() for stage in rule.stages)
    return RuleInfo(rule, rule.line or rule.id, breach, own)


def _own(params: object) -> EscalationPolicy | None:
    """The ladder that a pack writes into a rule: roles, one every so many hours of the clock."""
    # Asked of whatever parameters have it: no code names the check (docs/decisions/025).
    roles, hours = getattr(params, "ladder", None), getattr(params, "hours_per_step", None)
    if not roles or not hours:
        return None
    return EscalationPolicy(
        tuple(EscalationStep(role, hours * step) for step, role in enumerate(roles)), clock=True
    )


def overdue_items(
    state: State,
    settle_by: datetime | None,
    points: Sequence[OpenFinding],
    rules: Mapping[str, RuleInfo],
    ladders: Ladders,
) -> tuple[OverdueItem, ...]:
    """What of a ticket goes up, one charge per line, in the order of the rules; nothing of a draft.
    `settle_by` (UTC): until when an emergency is to make good what it skipped.
    """
    if state in (State.DRAFT, State.CANCELED):
        return ()
    found: dict[str, OverdueItem] = {}
    for one in _each(settle_by, points, rules, ladders):
        before = found.get(one.line)
        if before is None or (one.any_hour, one.term, one.verdict is Verdict.VIOLATED) > (
            before.any_hour,
            before.term,
            before.verdict is Verdict.VIOLATED,
        ):
            found[one.line] = one
    return tuple(found.values())


def _each(
    settle_by: datetime | None, points: Sequence[OpenFinding], rules: Mapping[str, RuleInfo], ladders: Ladders
) -> Iterator[OverdueItem]:
    for point in points:
        rule = rules.get(point.rule)
        if rule is None or not point.verdict.open:
            continue
        line, verdict, end = rule.line, point.verdict, point.deadline
        # The rule's own ladder outweighs the settings: the norm document names who is asked, and when.
        if rule.ladder:
            # A ladder of the chain counts from the overrun, and until then nothing goes up it.
            if verdict is Verdict.VIOLATED:
                yield OverdueItem(line, end or point.since, rule.ladder, verdict, term=True)
        elif end and rule.breach:
            yield OverdueItem(line, end, ladders.breach, verdict, term=True, any_hour=True)
        elif end:
            yield OverdueItem(line, end, ladders.deadline, verdict, term=True)
        elif verdict is Verdict.VIOLATED:
            yield OverdueItem(line, point.since, ladders.forbidden, verdict)
        elif verdict is Verdict.MISSING:
            # An emergency has until that moment, so its delay counts from there.
            yield OverdueItem(line, settle_by or point.since, ladders.missing, verdict)
