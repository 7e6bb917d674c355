"""Approval records into the common model. The `approval` column of a change proves nothing: it becomes
"approved" by itself where no group is asked or a policy skips the step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connectors.servicenow import values
from connectors.servicenow.client import Listing, Row
from connectors.servicenow.directory import Directory, person
from connectors.servicenow.related_rows import Link, RelatedRows
from domain.people import Group, Person
from domain.ports.errors import Forbidden, NotFound
from domain.ticket import Approval, Decision

DECISIONS: Mapping[str, Decision] = {
    "requested": Decision.REQUESTED,
    "not requested": Decision.REQUESTED,
    "approved": Decision.APPROVED,
    "rejected": Decision.REJECTED,
    "not_required": Decision.NOT_REQUIRED,
    "skipped": Decision.NOT_REQUIRED,
    "cancelled": Decision.NOT_REQUIRED,
    "duplicate": Decision.NOT_REQUIRED,
}
"""By state of the approver's record. A state that is not here proves nothing either."""

# Only these have somebody behind them; the other states come about by themselves.
_DECIDED = (Decision.APPROVED, Decision.REJECTED)
_APPROVER = (
    *("approver", "approver.user_name", "approver.name", "approver.active", "approver.email"),
    *("state", "group", "group.assignment_group", "sys_created_on", "sys_updated_on", "sys_updated_by"),
)
_GROUP = ("assignment_group", "approval", "sys_created_on", "sys_updated_on")


@dataclass(frozen=True, slots=True)
class Found:
    """The approvals of a ticket, and whether all of them could be seen."""

    approvals: tuple[Approval, ...]
    readable: bool


APPROVERS = Link("sysapproval_approver", ("sysapproval", "document_id"))
"""An approver's record names the ticket in one column or the other, by how the approval was asked."""

GROUPS = Link("sysapproval_group", ("parent",))


def read(siblings: RelatedRows, directory: Directory, table: str, sys_id: str, row: Row) -> Found:
    """The approvals of a ticket, those of earlier cycles included: when each was asked tells them apart."""
    try:
        people = siblings.rows(table, APPROVERS, sys_id, _APPROVER)
    except Forbidden:
        return Found((), readable=False)
    groups = _groups(siblings, table, sys_id)
    # All at once, and only of others: the approver's own name came with the record.
    actors = directory.by_user_name(_other_hands(people))
    single = [_approval(row, actors) for row in people]
    asked = {values.value(row, "group") for row in people}
    # A group none of whose members was asked stands for itself.
    whole = [_as_a_whole(row) for row in groups if values.value(row, "sys_id") not in asked]
    seen = people.complete and groups.complete and all(values.has(person_, "state") for person_ in people)
    return Found((*single, *whole, *_by_itself(row, (*single, *whole), seen)), seen)


def _by_itself(row: Row, records: Sequence[Approval], seen: bool) -> Iterable[Approval]:
    """A ticket that says it is approved where no record does: no group was asked, or a policy skipped the step."""
    approved = values.value(row, "approval") == "approved"
    # Not when a record may be hidden: it may be the very one that somebody approved by.
    if approved and seen and not any(a.decision in (*_DECIDED, Decision.AUTOMATIC) for a in records):
        # Told to people as what it is, so that "approved" in the form is no riddle beside "no approval yet".
        yield Approval(None, Decision.AUTOMATIC)


def _groups(siblings: RelatedRows, table: str, sys_id: str) -> Listing:
    try:
        return siblings.rows(table, GROUPS, sys_id, _GROUP)
    except NotFound:
        return Listing((), complete=True)
    except Forbidden:  # the approvers' own records say the same and more
        return Listing((), complete=True)


def _as_a_whole(row: Row) -> Approval:
    """A group without members is approved by itself; that is no decision by anybody."""
    decision = DECISIONS.get(values.value(row, "approval"), Decision.NOT_REQUIRED)
    by_itself = {Decision.APPROVED: Decision.AUTOMATIC, Decision.REJECTED: Decision.NOT_REQUIRED}
    decision = by_itself.get(decision, decision)
    group = _group(row, "assignment_group")
    asked_at = values.stamp(row, "sys_created_on")
    return Approval(None, decision, group=group, step=group.name if group else "", asked_at=asked_at)


def _approval(row: Row, actors: Mapping[str, Person]) -> Approval:
    # States beyond the documented ones exist ("duplicate"); what is not known proves nothing.
    decision = DECISIONS.get(values.value(row, "state"), Decision.NOT_REQUIRED)
    decided = decision in _DECIDED
    asked = person(row, "approver.", "approver") if values.value(row, "approver") else None
    # Delegates and administrators write in the approver's record: who wrote last decided.
    actor = actors.get(values.value(row, "sys_updated_by")) if decided and _by_another(row) else None
    group = _group(row, "group.assignment_group")
    return Approval(
        actor or asked,
        decision,
        values.stamp(row, "sys_updated_on") if decided else None,
        group,
        group.name if group else "",
        # Told beside it: a delegate decides on behalf of who was asked.
        asked if actor else None,
        values.stamp(row, "sys_created_on"),
    )


def _group(row: Row, column: str) -> Group | None:
    sys_id = values.value(row, column)
    return Group(sys_id, values.shown(row, column)) if sys_id else None


def _other_hands(rows: Iterable[Row]) -> set[str]:
    return {values.value(row, "sys_updated_by") for row in rows if _by_another(row)}


def _by_another(row: Row) -> bool:
    """Whether somebody else than the approver wrote the record last: a delegate, an administrator, or a job."""
    own = values.value(row, "approver.user_name")
    # Without the approver's user name nobody can tell, and the decision stays with who was asked.
    return bool(own) and own != values.value(row, "sys_updated_by")
