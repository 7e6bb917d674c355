"""What stands in for a decision of the CAB, where the norm or the organisation says so; always told by name."""

from __future__ import annotations

from dataclasses import replace

from domain.facts import Facts
from domain.sentence import Quote, Say, say
from rules.approval.decisions import effective_decisions
from rules.approval.templates import by_template, no_template
from rules.loading.loader import Rule
from rules.outcome import Outcome, Result
from rules.wording import ROLES, sentences


def with_stand_ins(outcome: Outcome, facts: Facts, rule: Rule) -> Outcome:
    """The outcome of a rule with a pre-approval counted where its pack says so, and a substitute body named."""
    return _told_who(_preapproved(outcome, facts, rule), facts, rule)


def _preapproved(outcome: Outcome, facts: Facts, rule: Rule) -> Outcome:
    """A standard change is approved by the template it was made from. A rejection outweighs that, and where
    approvals cannot be read there may be one.
    """
    change_type = facts.field("change_type").value
    # Where people decided, it is their approval that is told, and no template is looked for.
    if rule.preapproved_by is None or change_type != rule.preapproved_by or outcome.result is Result.MET:
        return outcome
    # The word "standard" proves nothing: anybody can choose it in the form.
    template = facts.ticket.preapproval
    if not template.filled:
        return replace(outcome, seen=sentences(outcome.seen, no_template(template.readable)))
    rejected = any(not vote.approved for vote in effective_decisions(facts))
    # Unreadable approvals may hold a rejection, and unknown is never met.
    if rejected or not facts.ticket.approvals_readable:
        return outcome
    return Outcome(Result.MET, by_template(template), outcome.wanted)


def _told_who(outcome: Outcome, facts: Facts, rule: Rule) -> Outcome:
    """Every finding judged by a substitute body says so."""
    # Only checks about bodies take `roles`; with any other there is nobody to stand in for.
    roles = getattr(rule.params, "roles", ())
    told = [_stands_in(one.body, ROLES[one.role]) for one in facts.substitutes if one.role in roles]
    return replace(outcome, seen=sentences(outcome.seen, *told)) if told else outcome


def _stands_in(body: str, role: Say) -> Say:
    return say("{body} stands in for {role}.", body=Quote(body), role=role)
