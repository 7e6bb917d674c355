"""What the audit trail tells of a judgement: each verdict that is not what it was, with its clause and its moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.journal.audit import Entry
from bot.journal.audit_causes import Cause
from domain.finding import Finding, Timing
from domain.lifecycle import Verdict
from domain.ticket import Ticket

_MARKS = (Timing.AFTERWARDS, Timing.UNSEEN)
"""Timings that say something of a verdict beside it; the others follow from it."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a rule came to the last time: its verdict, and the code of its timing, empty where it has none."""

    verdict: Verdict
    timing: str = ""

    def differs(self, finding: Finding) -> bool:
        """Whether it comes to something else now: by its verdict, or by what its moment says beside that."""
        now = finding.moment.timing if finding.moment else ""
        marked = {timing if timing in _MARKS else "" for timing in (self.timing, now)}
        return self.verdict is not finding.verdict or len(marked) > 1


def judged(
    ticket: Ticket, before: Mapping[str, Before], findings: Sequence[Finding], snapshot: Mapping[str, Any]
) -> Entry | None:
    """An entry about a judgement in which verdicts changed; None where none did."""
    changes = _changes(before, findings)
    if not changes:
        return None
    facts = {"key": ticket.key, "state": ticket.state.value, "changes": changes}
    return Entry(Cause.VERDICT, ticket.subject, facts, snapshot=snapshot)


def moment_of(finding: Finding) -> dict[str, str | None] | None:
    """When what meets a rule came, against the start of the rollout; None where that makes no difference."""
    came = finding.moment
    if came is None:
        return None
    moments = {"start": came.start, "since": came.since}
    return {
        "timing": came.timing.value,
        **{name: at.isoformat() if at else None for name, at in moments.items()},
    }


def _changes(before: Mapping[str, Before], findings: Sequence[Finding]) -> list[dict[str, Any]]:
    changed = [
        {
            "rule": one.id,
            "cite": one.cite,
            # Only where there is one: what has none is on record as it always was.
            **({"row": [one.row.dimension.value, one.row.classes]} if one.row else {}),
            **({"moment": moment} if (moment := moment_of(one)) else {}),
            "before": before[one.id].verdict.value if one.id in before else None,
            "after": one.verdict.value,
        }
        for one in findings
        if one.id not in before or before[one.id].differs(one)
    ]
    # A rule that is not asked any more changed too: no verdict leaves the trail without a word.
    no_more = sorted(before.keys() - {one.id for one in findings})
    return [
        *changed,
        *(
            {"rule": rule, "cite": "", "before": before[rule].verdict.value, "after": None}
            for rule in no_more
        ),
    ]
