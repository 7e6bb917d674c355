"""Why nobody decided: who is asked and cannot answer any more, and what the system approved by itself."""

from __future__ import annotations

from dataclasses import replace

from domain.facts import Facts
from domain.people import Role
from domain.sentence import Quote, Say, say
from domain.ticket import Approval, Decision
from rules.approval.people import among, distinct
from rules.outcome import Observation
from rules.wording import ROLES, sentences


def with_silence(facts: Facts, role: Role, look: Observation) -> Observation:
    """A look at a role of which nobody's decision counts, with what keeps it from coming."""
    told = unanswered(facts, role)
    return replace(look, seen=sentences(*told, look.seen)) if told else look


def unanswered(facts: Facts, role: Role) -> tuple[Say, ...]:
    """A sentence for those whose accounts are closed while they are asked, and one for an approval by nobody."""
    asked = [a for a in facts.ticket.approvals if _for_role(facts, role, a)]
    waiting = [a.person for a in asked if a.person and a.decision is Decision.REQUESTED]
    gone = distinct(facts, (person for person in waiting if not person.active))
    found = []
    # As long as one of those asked can answer, nothing is stuck.
    if gone and len(gone) == len(distinct(facts, waiting)):
        found.append(
            say(
                "{people} cannot decide any more (account closed), so that the request is stuck.", people=gone
            )
        )
    # ServiceNow approves by itself where nobody was there to be asked (docs/servicenow-facts.md, fact 9).
    if any(a.decision is Decision.AUTOMATIC for a in asked):
        found.append(
            say(
                "The system approved by itself for {role}; nobody decided, so that is no approval.",
                role=ROLES[role],
            )
        )
    return (*found, *from_start(facts, role))


def from_start(facts: Facts, role: Role) -> tuple[Say, ...]:
    """A sentence for each place of a sign-off that has looked decided since the ticket was made."""
    # A place has no role of its own; one whose name tells a role is told to whoever asks for that one alone.
    return tuple(
        say(
            "{field} has had its value since the ticket was made; that is no decision.",
            field=Quote(approval.step),
        )
        for approval in facts.ticket.approvals
        if approval.decision is Decision.FROM_START and role in (_named(approval.step) or Role)
    )


def _named(step: str) -> tuple[Role, ...]:
    words = step.casefold().replace("-", " ").split()
    named = tuple(role for role in Role if set(role.value.split("_")) <= set(words))
    # "Chain CAB" names the CAB too, and means the other one.
    return tuple(
        r for r in named if not any(set(r.value.split("_")) < set(o.value.split("_")) for o in named)
    )


def _for_role(facts: Facts, role: Role, approval: Approval) -> bool:
    """Whether a record is about the role: by its group, else by who is asked; one of nobody in particular is."""
    members = facts.role(role)
    if approval.group is not None:
        return members.covers(approval.group)
    return approval.person is None or among(facts, approval.person, members.people)
