"""Facts as they were at a moment: what was not yet there is not there, what has changed since is as it was.

What cannot be seen of that moment is decided by the one who asks: given the benefit of the doubt it was as it is now,
else it was not there. What holds either way is seen; what holds in one way only is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from domain import parsing
from domain.facts import Child, Facts
from domain.fields import FIELDS, Field, Kind
from domain.lifecycle import State
from domain.looks import NEVER, Looks
from domain.people import Group, Person
from domain.ticket import Approval, Change, Decision, Ticket, TicketKind
from rules.moments.log import changes, known_since
from rules.moments.span import minute

_CONTENTS = "changes"
"""What a release contains is judged as it is now: a change added later had to be in order before the start too."""

_HAPPENED = frozenset(
    {
        "test_plan_fixed_at",
        "test_validated_at",
        "tested_at",
        "accepted_at",
        "handed_over_at",
        "operational_at",
    }
    | {"actual_start", "actual_end", "reported_written", "reported_phone"}
)
"""Moments of something that happened: before it, it had not. The other moments are plans."""

_TOLD_BY: Mapping[tuple[str, ...], str] = {
    ("test_result", "tested_function", "tested_compatibility", "tested_performance"): "tested_at",
    ("acceptance_result",): "accepted_at",
}
"""The moment that tells when each of these came: the later of it and of when the result itself was written."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment (UTC) to look back to, and whether what cannot be seen of it gets the benefit of the doubt."""

    moment: datetime
    benefit: bool

    def surely_after(self, change: Change) -> bool:
        """Whether it surely happened after the moment."""
        return minute(change.since or change.at) >= minute(self.moment) and self.after(change)

    def after(self, change: Change) -> bool:
        """Whether it may have happened after the moment."""
        return minute(change.at) > minute(self.moment)


def facts_at(facts: Facts, at: AsOf) -> Facts:
    """The facts as they were, those of a release's changes too. Assets, roles and declarations stay as they are."""
    return replace(
        facts,
        ticket=_ticket_at(facts, at),
        children=tuple(_child_at(facts, child, at) for child in facts.children),
        looks=Looks(facts.looks.first, tuple(c for c in facts.looks.changes if not at.after(c))),
    )


def _child_at(facts: Facts, child: Child, at: AsOf) -> Child:
    # What came into the release later is judged as if it had been there, and had overtaken nothing yet.
    if child.added_at is not None and minute(child.added_at) > minute(at.moment):
        child = replace(child, added_at=None)
    if child.ticket is None:
        return child
    return replace(child, ticket=_ticket_at(replace(facts, ticket=child.ticket, looks=NEVER), at))


def _ticket_at(facts: Facts, at: AsOf) -> Ticket:
    ticket, log = facts.ticket, _first_after(changes(facts), at)
    fields = {name: _field_at(facts, name, field, log.get(name), at) for name, field in ticket.fields.items()}
    for results, told in _TOLD_BY.items():
        if _still_to_come(facts, told, log.get(told), at):
            fields |= {name: Field() for name in results if facts.field(name).filled}
    # A slice, because to carry them over to the past is not to look at them (`rules.trace`).
    approvals = ticket.approvals[:]
    return replace(
        ticket,
        state=_state_at(ticket.state, log.get("state")),
        fields=fields,
        approvals=tuple(_approval_at(approval, at) for approval in approvals if _given(approval, at)),
        history=tuple(change for change in ticket.history if not at.after(change)),
        preapproval=_preapproval_at(facts, at),
    )


def _state_at(state: State, change: Change | None) -> State:
    # Nobody rolls out what was canceled, whenever that was.
    if change is None or state is State.CANCELED or change.before not in _CODES:
        return state
    return State(change.before)


_CODES = frozenset(state.value for state in State)


def _first_after(log: Iterable[Change], at: AsOf) -> Mapping[str, Change]:
    """Of each field its first change that may lie after the moment."""
    found: dict[str, Change] = {}
    for change in log:
        if at.after(change):
            found.setdefault(change.field, change)
    return found


def _field_at(facts: Facts, name: str, field: Field, change: Change | None, at: AsOf) -> Field:
    if (name == _CONTENTS and facts.ticket.kind is TicketKind.RELEASE) or not field.readable:
        return field
    if change is not None and name in _HAPPENED and _in_other_words(change):
        # It had been given before, on a moment that the history does not tell.
        return replace(field, value=at.moment) if at.benefit else Field()
    if change is not None:
        field = _before(facts, name, field, change, at)
    if name in _HAPPENED and field.moment and minute(field.moment) > minute(at.moment):
        return Field()
    if change is not None:
        return field
    # A readable history that shows no change of it says that it has stood there since the ticket was made.
    if facts.ticket.history_readable or not field.filled:
        return field
    since = field.at or known_since(facts)
    return _unseen(field, at) if minute(since) > minute(at.moment) else field


def _in_other_words(change: Change) -> bool:
    """Whether a moment stood there of which the words are not kept or not understood."""
    return parsing.moment(change.before).moment is None and bool(change.before or not change.after)


def _still_to_come(facts: Facts, name: str, change: Change | None, at: AsOf) -> bool:
    """Whether by what stood there then it had not happened yet."""
    field = facts.field(name)
    if change is not None:
        # Given again since: what it said before tells of the first time.
        field = _before(facts, name, Field(), change, at)
    return field.moment is not None and minute(field.moment) > minute(at.moment)


def _before(facts: Facts, name: str, field: Field, change: Change, at: AsOf) -> Field:
    # A change of which no words are kept may have been of anything to anything.
    if not at.surely_after(change) or not (change.before or change.after):
        return _unseen(field, at)
    return _READ[FIELDS[name].kind](facts, name, change.before) if name in FIELDS else field


def _unseen(field: Field, at: AsOf) -> Field:
    return field if at.benefit else Field()


def _given(approval: Approval, at: AsOf) -> bool:
    """Whether the record was there. One without any moment may have been: that is for the doubt."""
    if approval.at is None and approval.asked_at is None:
        return at.benefit or approval.decision not in (Decision.APPROVED, Decision.REJECTED)
    asked = approval.asked_at or approval.at
    return asked is None or minute(asked) <= minute(at.moment)


def _approval_at(approval: Approval, at: AsOf) -> Approval:
    if approval.at is not None and minute(approval.at) > minute(at.moment):
        return replace(approval, decision=Decision.REQUESTED, at=None)
    undated = approval.at is None and approval.decision is Decision.APPROVED
    return replace(approval, decision=Decision.REQUESTED) if undated and not at.benefit else approval


def _preapproval_at(facts: Facts, at: AsOf) -> Field:
    field = facts.ticket.preapproval
    if field.filled and field.at and minute(field.at) > minute(at.moment):
        return Field()
    return field


def _people(facts: Facts, name: str, text: str) -> Field:
    """People of a history, by the names it shows; whoever is known on the ticket or in a role keeps their id."""
    known: dict[str, Person | Group] = {}
    for value in (field.value for field in facts.ticket.fields.values()):
        known |= (
            {v.name: v for v in value if isinstance(v, Person | Group)} if isinstance(value, tuple) else {}
        )
    known |= {person.name: person for members in facts.roles.values() for person in members.people}
    return Field(tuple(known.get(one) or Person(f"?{one}", one) for one in _names(text, known)) or None)


def _names(text: str, known: Iterable[str]) -> Iterator[str]:
    """The names in a text of several. A name may hold a comma itself ("Jansen, Piet"): that is one person, not two."""
    longest, left = sorted(known, key=len, reverse=True), text.strip()
    while left:
        name = next((n for n in longest if left == n or left.startswith(f"{n},")), left.partition(",")[0])
        left = left[len(name) :].lstrip(", ")
        if name.strip():
            yield name.strip()


def _listed(_facts: Facts, _name: str, text: str) -> Field:
    return Field(tuple(filter(None, (part.strip() for part in text.replace(";", ",").split(",")))) or None)


_READ: Mapping[Kind, Callable[[Facts, str, str], Field]] = {
    Kind.TEXT: lambda _, name, text: parsing.text(text),
    Kind.BOOL: lambda _, name, text: parsing.boolean(text),
    Kind.CHOICE: lambda _, name, text: parsing.choice(name, text),
    Kind.MOMENT: lambda _, name, text: parsing.moment(text, ends=name in parsing.ENDS),
    Kind.USERS: _people,
    Kind.PARTY: _people,
    Kind.KEYS: _listed,
    Kind.LIST: _listed,
}
