"""Findings as answers to a question: JSON for machines, text for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.messages.comment import compose
from bot.messages.formats import plain
from bot.messages.i18n.speaker import Translator
from bot.messages.overview import citation
from bot.messages.waivers import finding_waiver_json
from bot.policy.classification import highest
from bot.policy.ticket_summary import overview
from domain.asset import Because, Dimension, Flag
from domain.facts import Facts
from domain.finding import Finding, Moment
from domain.people import Holder
from domain.sentence import Quote, Say, say
from rules.grouping import group_findings
from rules.nothing_asked import NothingAsked
from rules.wording import DIMENSIONS, FLAGS, asset_name


def as_json(
    facts: Facts, findings: Sequence[Finding], speak: Translator, unasked: NothingAsked | None = None
) -> dict[str, Any]:
    """The ticket, its classification and every finding, or why there are none. Texts are in the speaker's language;
    times ISO, UTC.
    """
    return {
        "ticket": facts.ticket.key,
        "source": facts.ticket.source,
        "url": facts.ticket.url,
        "state": facts.ticket.state.value,
        "classification": _classification(facts, speak),
        "substitutes": [
            {"role": one.role.value, "body": one.body, "reason": one.reason} for one in facts.substitutes
        ],
        "findings": [finding_json(finding, speak) for finding in findings],
        "nothing_asked": {"why": unasked.why.value, "told": speak(unasked.told)} if unasked else None,
    }


def _classification(facts: Facts, speak: Translator) -> dict[str, Any]:
    subjects = facts.subjects
    return {
        **{d.value: highest(subjects, d) for d in Dimension},
        **{f.value: any(s.flag(f) for s in subjects) for f in Flag},
        "assets": [
            {
                "name": s.name,
                **{d.value: s.level(d) for d in Dimension},
                **{f.value: s.flag(f) for f in Flag},
                "assumed": [d.value for d in s.assumed],
                "path": list(s.path),
            }
            for s in subjects
        ],
        "problems": [
            speak(p) for p in (*facts.problems, *(p for s in subjects for p in (*s.problems, *s.unseen)))
        ],
    }


def finding_json(finding: Finding, speak: Translator) -> dict[str, Any]:
    """One finding with its reasons, texts in the speaker's language."""
    return {
        "id": finding.id,
        "pack": finding.pack,
        "title": speak.written(finding.title),
        "problem": speak.written(finding.problem or finding.title),
        "cite": citation(finding, speak),
        "verdict": finding.verdict.value,
        "gate": finding.gate.value,
        "severity": finding.severity.value,
        "because": [_because(b) for b in finding.because],
        "seen": speak(finding.seen),
        "wanted": speak(finding.wanted),
        "who": list(dict.fromkeys(a.name if isinstance(a, Holder) else speak(a) for a in finding.who)),
        "parts": [
            {"name": speak(p.name), "met": p.met, "seen": speak(p.seen) if p.seen else None}
            for p in finding.parts
        ],
        "due": finding.due.isoformat() if finding.due else None,
        "under": finding.under.value if finding.under else None,
        "waiver": finding_waiver_json(finding),
        "settle_by": finding.settle_by.isoformat() if finding.settle_by else None,
        "deadline": finding.deadline.isoformat() if finding.deadline else None,
        "moment": _moment(finding.moment, speak) if finding.moment else None,
    }


def _moment(moment: Moment, speak: Translator) -> dict[str, Any]:
    return {
        "timing": moment.timing.value,
        "start": moment.start.isoformat() if moment.start else None,
        "since": moment.since.isoformat() if moment.since else None,
        "told": speak(moment.told) if moment.told else None,
    }


def _because(because: Because) -> dict[str, Any]:
    return {
        "asset": because.subject,
        "dimension": because.dimension.value if because.dimension else None,
        "class": because.level,
        "flag": because.flag.value if because.flag else None,
        "assumed": because.assumed,
        "certain": because.certain,
        "path": list(because.path),
    }


def as_text(
    facts: Facts, findings: Sequence[Finding], speak: Translator, unasked: NothingAsked | None = None
) -> str:
    """What the ticket's comment would say."""
    ticket = facts.ticket
    view = overview(group_findings(findings), ticket.state, unasked)
    document = compose(facts, view, speak)
    return f"{ticket.key} · {ticket.summary}\n{ticket.url}\n\n{plain.render(document)}"


def reason(because: Because) -> Say:
    """One cause in full words, with what is not certain about it."""
    asset = Quote(" → ".join(because.path)) if because.path else asset_name(because.subject)
    flag = FLAGS[because.flag] if because.flag else None
    if flag and not because.certain:
        return say("it cannot be seen whether {asset} holds {flag}", asset=asset, flag=flag)
    if because.dimension is None and flag is None:
        return say("it is asked whatever the class of {asset}", asset=asset)
    if because.dimension is None:
        return say("{asset} holds {flag}", asset=asset, flag=flag)
    level = {"asset": asset, "dimension": DIMENSIONS[because.dimension], "level": because.level}
    if because.assumed:
        return say("{asset} is judged as class {level} in {dimension}, for want of a class", **level)
    if flag:
        return say("{asset} is class {level} in {dimension} and holds {flag}", flag=flag, **level)
    return say("{asset} is class {level} in {dimension}", **level)
