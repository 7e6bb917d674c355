"""Approval records into the common model. The `approval` column of a change proves nothing: it becomes
"approved" by itself where no group is asked or a policy skips the step. Who decided, and when, is told by the change of
the record's state; its own stamp moves with every comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.servicenow import values
from connectors.servicenow.client import Client, Listing, Row
from connectors.servicenow.decided import StateChanges
from connectors.servicenow.directory import Directory, person
from connectors.servicenow.history import Step
from connectors.servicenow.related_rows import Link, RelatedRows
from domain import parsing
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
    "": Decision.NOT_REQUIRED,
}
"""By the stored state of a record. What another word means nobody knows, so that nothing is concluded beside it."""

# Only these have somebody behind them; the other states come about by themselves.
_DECIDED = (Decision.APPROVED, Decision.REJECTED)
_APPROVER = (
    *("approver", "approver.user_name", "approver.name", "approver.active", "approver.email"),
    *("state", "group", "group.assignment_group", "sys_created_on", "sys_created_by", "sys_mod_count"),
)
_GROUP = ("assignment_group", "approval", "sys_created_on")


@dataclass(frozen=True, slots=True)
class Found:
    """The approvals of a ticket, whether all of them could be seen and understood, and what an admin should know."""

    approvals: tuple[Approval, ...]
    readable: bool
    remarks: tuple[str, ...] = ()


APPROVERS = Link("sysapproval_approver", ("sysapproval", "document_id"))
"""An approver's record names the ticket in one column or the other, by how the approval was asked."""

GROUPS = Link("sysapproval_group", ("parent",))


def configured(settings: Mapping[str, str]) -> dict[str, Decision]:
    """Stored states of the site, lower case, from SERVICENOW_APPROVAL_STATES__<DECISION>, beside the delivered ones."""
    own = {
        word.strip().lower(): Decision(key) for key, words in settings.items() for word in words.split(",")
    }
    return {**DECISIONS, **own}


class ApprovalReader:
    """Reads the approvals of tickets."""

    def __init__(
        self, client: Client, siblings: RelatedRows, directory: Directory, decisions: Mapping[str, Decision]
    ) -> None:
        self._siblings, self._directory, self._decisions = siblings, directory, decisions
        self._changes = StateChanges(client)

    def read(self, table: str, sys_id: str, row: Row) -> Found:
        """The approvals of a ticket, those of earlier cycles included: when each was asked tells them apart."""
        try:
            people = self._siblings.rows(table, APPROVERS, sys_id, _APPROVER)
        except Forbidden:
            return Found((), readable=False)
        groups = _groups(self._siblings, table, sys_id)
        single = self._given(people.rows)
        asked = {values.value(row, "group") for row in people}
        # A group none of whose members was asked stands for itself.
        alone = [group for group in _last_asked(groups) if values.value(group, "sys_id") not in asked]
        whole = [self._as_a_whole(group) for group in alone]
        strange = self._strange(people, "state") | self._strange(alone, "approval")
        seen = people.complete and groups.complete and all(values.has(one, "state") for one in people)
        # Also decisions that do not stand any more: whoever decided, it was not the system by itself.
        decided = any(self._decision(one, "state") in _DECIDED for one in people)
        by_itself = () if decided or strange or not seen else _by_itself(row, whole)
        return Found((*single, *whole, *by_itself), seen and not strange, _remarks(row, strange))

    def _given(self, rows: Sequence[Row]) -> list[Approval]:
        standing = self._standing(rows)
        decided = [row for row in standing if self._decision(row, "state") in _DECIDED]
        later = (r for r in self._siblings.waiting(APPROVERS) if self._decision(r, "state") in _DECIDED)
        steps = self._changes.last(decided, later)
        hands = {values.value(row, "sys_id"): _hand(row, steps) for row in decided}
        # All at once, and only of others: the approver's own name came with the record.
        actors = self._directory.by_user_name({who for who, _ in hands.values()} - {""})
        return [
            self._approval(row, actors, hands.get(values.value(row, "sys_id"), ("", None)))
            for row in standing
        ]

    def _standing(self, rows: Iterable[Row]) -> list[Row]:
        """Of several records of one approver in one group the one asked last: whoever is asked again has not approved
        yet, whatever becomes of that record. What they rejected stands until they decide anew. Through another group
        somebody is asked for something else.
        """
        asked: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            who = values.value(row, "approver") or values.value(row, "sys_id")
            asked.setdefault((who, values.value(row, "group.assignment_group")), []).append(row)
        found: list[Row] = []
        for records in asked.values():
            in_turn = sorted(records, key=self._turn)
            last = in_turn[-1]
            said = [r for r in in_turn if self._decision(r, "state") in _DECIDED][-1:]
            rejected = [r for r in said if self._decision(r, "state") is Decision.REJECTED and r is not last]
            found += [*rejected, last]
        return found

    def _turn(self, row: Row) -> tuple[str, int]:
        # Asked in one second, they are one request: what was decided on any of them is its answer.
        rank = (Decision.REQUESTED, Decision.APPROVED, Decision.REJECTED, None)
        decision = self._decision(row, "state")
        return values.value(row, "sys_created_on"), rank.index(decision) if decision in rank else -1

    def _decision(self, row: Row, column: str) -> Decision | None:
        return self._decisions.get(values.value(row, column).strip().lower())

    def _strange(self, rows: Iterable[Row], column: str) -> frozenset[str]:
        return frozenset(values.value(row, column) for row in rows if self._decision(row, column) is None)

    def _approval(
        self, row: Row, actors: Mapping[str, Person], hand: tuple[str, datetime | None]
    ) -> Approval:
        # What is not known proves nothing, and makes the whole count as not seen.
        decision = self._decision(row, "state") or Decision.NOT_REQUIRED
        asked = person(row, "approver.", "approver") if values.value(row, "approver") else None
        user, at = hand
        # Delegates and administrators decide on another's record. One who is no visible user is no approver either.
        actor = actors.get(user) or Person(user, user) if user else None
        actor = None if actor and asked and actor.id == asked.id else actor
        group = _group(row, "group.assignment_group")
        return Approval(
            actor or asked,
            decision,
            at,
            group,
            group.name if group else "",
            # Told beside it: a delegate decides on behalf of who was asked.
            asked if actor else None,
            values.stamp(row, "sys_created_on"),
        )

    def _as_a_whole(self, row: Row) -> Approval:
        """A group without members is approved by itself; that is no decision by anybody."""
        decision = self._decision(row, "approval") or Decision.NOT_REQUIRED
        by_itself = {Decision.APPROVED: Decision.AUTOMATIC, Decision.REJECTED: Decision.NOT_REQUIRED}
        decision = by_itself.get(decision, decision)
        group = _group(row, "assignment_group")
        asked_at = values.stamp(row, "sys_created_on")
        return Approval(None, decision, group=group, step=group.name if group else "", asked_at=asked_at)


def _hand(row: Row, steps: Mapping[str, Step]) -> tuple[str, datetime | None]:
    """The user name of who else than the approver decided, "" for the approver, and when, as far as either is told."""
    step, own = steps.get(values.value(row, "sys_id")), values.value(row, "approver.user_name")
    user, at = (step.user, step.at) if step else ("", None)
    # Made in the state that it is in: nobody touched it since.
    if step is None and values.value(row, "sys_mod_count") == "0":
        user, at = values.value(row, "sys_created_by"), values.stamp(row, "sys_created_on")
    # Without the approver's user name nobody can tell, and the decision stays with who was asked.
    return (user if own and user != own else ""), at


def _last_asked(groups: Iterable[Row]) -> Iterable[Row]:
    """The record of each group that was made last."""
    latest: dict[str, Row] = {}
    for row in sorted(groups, key=lambda row: values.value(row, "sys_created_on")):
        latest[values.value(row, "assignment_group") or values.value(row, "sys_id")] = row
    return latest.values()


def _by_itself(row: Row, whole: Sequence[Approval]) -> Iterable[Approval]:
    """A ticket that says it is approved where no record does: no group was asked, or a policy skipped the step."""
    approved = values.value(row, "approval") == "approved"
    # Not when a record may be hidden: it may be the very one that somebody approved by.
    if approved and not any(a.decision is Decision.AUTOMATIC for a in whole):
        # Told to people as what it is, so that "approved" in the form is no riddle beside "no approval yet".
        yield Approval(None, Decision.AUTOMATIC)


def _remarks(row: Row, strange: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        f"{values.value(row, 'number')}: what the state {parsing.shorten(word)} of an approval means is not known, so "
        "that its approvals count as not seen — name it in SERVICENOW_APPROVAL_STATES__<DECISION>"
        for word in sorted(strange)
    )


def _groups(siblings: RelatedRows, table: str, sys_id: str) -> Listing:
    try:
        return siblings.rows(table, GROUPS, sys_id, _GROUP)
    except NotFound:
        return Listing((), complete=True)
    except Forbidden:  # the approvers' own records say the same and more
        return Listing((), complete=True)


def _group(row: Row, column: str) -> Group | None:
    sys_id = values.value(row, column)
    return Group(sys_id, values.shown(row, column)) if sys_id else None
