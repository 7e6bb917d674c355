"""Recorded exceptions: what is open stays visible beneath them, and nothing becomes met by one."""

from __future__ import annotations

from dataclasses import replace

from domain.facts import Facts
from domain.finding import Finding
from domain.lifecycle import Verdict
from domain.waiver import Waiver
from rules.condition import Condition


def apply_waivers(finding: Finding, facts: Facts, waivable: Condition | None = None) -> Finding:
    """The finding, waived when it is open and an exception for it is in force now. Where the document lets it be
    waived on a condition only, an exception holds nothing without that.
    """
    allowed = finding.verdict.open and (waivable is None or waivable.holds(facts) is True)
    waiver = in_force(facts, finding.id) if allowed else None
    if waiver is None:
        return finding
    # Nobody is asked for what is excused, and no term of an emergency runs on it.
    return replace(
        finding, verdict=Verdict.WAIVED, under=finding.verdict, waiver=waiver, who=(), settle_by=None
    )


def in_force(facts: Facts, rule: str) -> Waiver | None:
    """The exception for a rule that runs longest, of those for this very ticket; the last recorded of equals."""
    # By id and not by key: keys change when a ticket is moved.
    ticket = facts.ticket.subject
    running = [w for w in facts.waivers if w.ticket == ticket and w.in_force(rule, facts.now)]
    return max(running, key=lambda w: (w.until, w.recorded_at), default=None)
