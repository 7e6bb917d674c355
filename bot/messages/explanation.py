"""The whole reasoning of one finding as a tree: asset → class → clause → what was looked at, and where → what was
seen → what would satisfy it → who can settle it. In the reader's words and dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.messages.findings_report import finding_json, reason
from bot.messages.i18n.speaker import Translator
from bot.messages.overview import asked_of, clauses
from bot.messages.waivers import waived
from domain.asset import Because
from domain.facts import Facts
from domain.fields import FIELDS
from domain.finding import Finding, Part
from domain.lifecycle import Verdict
from domain.people import Membership, Role
from domain.sentence import Quote, Say, say
from domain.ticket import Approval, Decision
from rules.approval.membership_then import memberships, told
from rules.approval.people import distinct
from rules.citation import row_of
from rules.loading.loader import Pack, Rule
from rules.trace import LookedAt, access_trace
from rules.why_not import find_rule, when
from rules.wording import asset_name, label, saw

_MARKS = {True: "✓", False: "✗", None: "?"}
_DECISIONS = {
    Decision.APPROVED: say("approved"),
    Decision.REJECTED: say("rejected"),
    Decision.REQUESTED: say("asked, not decided yet"),
    Decision.NOT_REQUIRED: say("not required, which is no approval"),
    Decision.AUTOMATIC: say("approved by the system itself, which is no approval"),
    Decision.FROM_START: say("there since the ticket was made, which is no decision"),
}


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of the tree, and what hangs from it."""

    text: str
    twigs: tuple[Branch, ...] = ()


def reasoning(
    facts: Facts, finding: Finding, packs: Sequence[Pack], speak: Translator, system: str = ""
) -> Branch:
    """The tree of one finding. `system` is what people call the ticket's system: its name, if that is not told."""
    pack, rule = find_rule(facts, packs, finding.id)
    looked = access_trace(facts, rule)
    verdict = speak(say("Verdict"))
    twigs = [
        Branch(f"{verdict}: {_verdict(finding, speak)}", tuple(_waived(finding, speak))),
        Branch(speak(say("Asked because")), tuple(_assets(finding, pack, rule, speak))),
        Branch(speak(say("Looked at")), tuple(_looks(facts, finding, looked, speak, system))),
        Branch(speak(say("Seen")), (Branch(speak(finding.seen)),)),
        Branch(speak(say("What would satisfy it")), tuple(_wanted(finding, speak))),
        Branch(speak(say("Who can settle it")), tuple(_who(finding, speak))),
    ]
    title = f"{finding.id}  {speak.written(finding.title)}"
    # A branch with nothing on it is left out, but for the verdict, which says it in its own line.
    return Branch(title, tuple(t for n, t in enumerate(twigs) if n == 0 or t.twigs))


def plain_tree(branch: Branch, depth: int = 0) -> str:
    """The tree as indented lines."""
    return "\n".join([f"{'  ' * depth}{branch.text}", *(plain_tree(t, depth + 1) for t in branch.twigs)])


def reasoning_json(
    facts: Facts, finding: Finding, packs: Sequence[Pack], speak: Translator
) -> dict[str, Any]:
    """The finding as `check` gives it, with the condition, and everything that was looked at and where."""
    _, rule = find_rule(facts, packs, finding.id)
    looked = access_trace(facts, rule)
    return {
        **finding_json(finding, speak),
        "applies": True,
        "asked": speak(when(rule.applies)),
        "looked_at": [_field_json(facts, name, speak) for name in looked.fields if name in FIELDS],
        "roles": {role.value: [p.name for p in facts.role(role).people] for role in looked.roles},
        "memberships": {
            role.value: [_membership(one) for one in _of_deciders(facts, role)] for role in looked.roles
        },
        "approvals": [_decided(a, speak) for a in facts.ticket.approvals] if looked.approvals else None,
    }


def why_not_json(rule: str, reason_: Say | None, speak: Translator) -> dict[str, Any]:
    """Why a rule is not asked of a ticket, for machines."""
    return {"id": rule, "applies": False, "why_not": speak(reason_ or _NOTHING)}


def why_not_text(rule: str, reason_: Say | None, speak: Translator) -> str:
    """Why a rule is not asked of a ticket."""
    return f"{rule}: {speak(reason_ or _NOTHING)}"


def does_apply(finding: Finding, speak: Translator) -> str:
    """The answer to "why not" for a rule that is asked all the same."""
    return f"{finding.id}: " + speak.say(
        "This does apply: {why}. Verdict: {verdict}.",
        why=tuple(reason(because) for because in finding.because),
        verdict=finding.verdict,
    )


_NOTHING = say("Nothing is judged: this ticket is canceled.")


def _verdict(finding: Finding, speak: Translator) -> str:
    gate = say("needed before {gate}", gate=finding.gate)
    if finding.deadline:
        gate = say("to be done by {moment}", moment=finding.deadline)
    elif finding.due:
        gate = say("needed before {gate}, planned for {due}", gate=finding.gate, due=finding.due)
    return f"{speak(finding.verdict)} — {speak(gate)}"


def _waived(finding: Finding, speak: Translator) -> Iterator[Branch]:
    if told := waived(finding, speak):
        yield Branch(told)
    if finding.moment and finding.moment.told:
        yield Branch(speak(finding.moment.told))
    if finding.settle_by:
        yield Branch(speak(say("To be made good before {moment}.", moment=finding.settle_by)))


def _assets(finding: Finding, pack: Pack, rule: Rule, speak: Translator) -> Iterator[Branch]:
    """Per asset the classes and flags that count, and under each the clause that asks something of it."""
    for name in dict.fromkeys(because.subject for because in finding.because):
        mine = [because for because in finding.because if because.subject == name]
        reasons = (_reason(b, _clause(b, pack, rule, speak), speak) for b in mine)
        # A ticket without an asset has a name that ends in a comma, made for use within a sentence.
        yield Branch(speak.opening(asset_name(name)).rstrip(","), tuple(reasons))


def _clause(because: Because, pack: Pack, rule: Rule, speak: Translator) -> Say:
    """The clause by which one reason counts. The row of a table says from which class on; elsewhere that is told."""
    row = row_of(pack, rule, [because])
    place = Quote(clauses([(pack.cited(rule), row)], speak))
    if row:
        return say("{document} asks this", document=place)
    return say("{document} asks this {when}", document=place, when=when(rule.applies))


def _reason(because: Because, clause: Say, speak: Translator) -> Branch:
    return Branch(speak(reason(because)), (Branch(speak(clause)),))


def _looks(
    facts: Facts, finding: Finding, looked: LookedAt, speak: Translator, system: str
) -> Iterator[Branch]:
    """Every field with its place in the source, every role with who holds it, the approvals one by one."""
    parts = {part.name: part for part in finding.parts}
    for name in (name for name in looked.fields if name in FIELDS):
        # A part that is a field is told with that field, and not a second time below.
        part = parts.pop(label(name), None)
        mark = f"{_MARKS[part.met]} " if part else ""
        yield Branch(
            mark + speak(saw(facts, name)), tuple(Branch(speak(p)) for p in _place(facts, name, system))
        )
    yield from (_part(part, speak) for part in parts.values())
    if looked.approvals:
        decided = tuple(Branch(_decided(a, speak)) for a in facts.ticket.approvals)
        none = (Branch(speak(say("None is recorded."))),)
        yield Branch(speak(say("The approvals of the ticket")), decided or none)
    yield from (_role(facts, role, speak) for role in looked.roles)


def _part(part: Part, speak: Translator) -> Branch:
    seen = f" — {speak(part.seen)}" if part.seen else ""
    return Branch(f"{_MARKS[part.met]} {speak(part.name)}{seen}")


def _place(facts: Facts, name: str, title: str) -> Iterator[Say]:
    """Where a field stands in the source; for one that cannot be read, how an administrator mends that."""
    field, source = facts.field(name), facts.ticket.source
    system = Quote(title or source.title())
    if field.where:
        yield say("In {system}: {where}", system=system, where=Quote(field.where))
    elif not field.readable:
        yield say(
            "Not found in {system}; an administrator can name it with {setting}.",
            system=system,
            setting=Quote(f"{source}_FIELDS__{name}".upper()),
        )


def _role(facts: Facts, role: Role, speak: Translator) -> Branch:
    held = facts.role(role)
    if not held.configured:
        text = say("It is not set who this is: {role}", role=role)
    elif not held.readable:
        text = say("It cannot be read who this is: {role}", role=role)
    else:
        nobody = say("nobody")
        text = say("Who this is: {role}: {people}", role=role, people=held.people or nobody)
    return Branch(speak(text), tuple(Branch(speak(said)) for said in told(_of_deciders(facts, role))))


def _of_deciders(facts: Facts, role: Role) -> list[Membership]:
    """Since and until when those who decided on this ticket belong to the role."""
    people = distinct(
        facts, (a.person for a in facts.ticket.approvals if a.person and a.decision in _DECIDED)
    )
    return [one for person in people for one in memberships(facts, role, person)]


_DECIDED = (Decision.APPROVED, Decision.REJECTED)
_BY_NOBODY = (Decision.AUTOMATIC, Decision.FROM_START)


def _decided(approval: Approval, speak: Translator) -> str:
    nobody = say("nobody") if approval.decision in _BY_NOBODY else say("somebody")
    who = speak(approval.person or approval.group or nobody)
    text = f"{who}: {speak(_DECISIONS[approval.decision])}"
    if approval.on_behalf_of:
        behalf = say("on behalf of {person}", person=approval.on_behalf_of)
        text += f", {speak(behalf)}"
    return text + (f" ({speak(approval.at)})" if approval.at else "")


def _wanted(finding: Finding, speak: Translator) -> Iterator[Branch]:
    # What came too late is there already: nothing more would satisfy it.
    if finding.verdict not in (Verdict.MET, Verdict.LATE):
        yield Branch(speak(finding.wanted))


def _who(finding: Finding, speak: Translator) -> Iterator[Branch]:
    if finding.who:
        yield Branch(asked_of((finding,), speak))
    elif finding.verdict is Verdict.UNKNOWN:
        yield Branch(speak(say("An administrator, by making visible what cannot be read.")))


def _field_json(facts: Facts, name: str, speak: Translator) -> dict[str, Any]:
    field = facts.field(name)
    return {
        "field": name,
        "label": speak(label(name)),
        "where": field.where or None,
        "readable": field.readable,
        "filled": field.filled,
        "seen": speak(saw(facts, name)),
        "by": field.by.name if field.by else None,
        "at": field.at.isoformat() if field.at else None,
    }


def _membership(one: Membership) -> dict[str, Any]:
    """When somebody who decided belonged to a role; `since_told`: by the source, else not seen in it at that moment."""
    moments = {"since": one.since, "seen": one.seen, "until": one.until}
    known = {name: at.isoformat() if at else None for name, at in moments.items()}
    return {"person": one.person.name, "since_told": one.told, **known}
