"""Sign-offs as Jira records them: service management approvals, and select fields with their history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.jira.client import Client, mapping, rows
from connectors.jira.fields import FieldMap
from connectors.jira.history import History
from connectors.jira.search import moment
from connectors.jira.values import obj, objs, person, words
from domain.ports.errors import Forbidden, NotFound
from domain.ticket import Approval, Decision

PAGE = 50
MAX_PAGES = 100

# "pending" is not here: whatever is no answer counts as still asked.
_ANSWERS = {"approved": Decision.APPROVED, "declined": Decision.REJECTED}
_VALUES: Mapping[str, Decision] = {
    **dict.fromkeys(("approved", "approve", "goedgekeurd", "akkoord"), Decision.APPROVED),
    **dict.fromkeys(
        ("rejected", "reject", "declined", "afgekeurd", "afgewezen", "niet akkoord"), Decision.REJECTED
    ),
}
"""What the options of a sign-off field mean, lower case. Any other value is no decision."""


def service_desk(client: Client, issue_id: str) -> list[dict[str, Any]] | None:
    """Raw approvals of a request, all steps, old ones included. None when the issue is no service request
    (Jira answers 403 or 404 then) or hides them.
    """
    found: list[dict[str, Any]] = []
    for _ in range(MAX_PAGES):
        try:
            answer = mapping(
                client.get(
                    f"rest/servicedeskapi/request/{issue_id}/approval", {"start": len(found), "limit": PAGE}
                )
            )
        except (Forbidden, NotFound):
            return None
        page = rows(answer, "values")
        found += page
        # `isLastPage` alone is not trusted: a page without rows would be asked for for ever.
        if answer.get("isLastPage") is not False or not page:
            break
    return found


def may_have_approvals(issue: Mapping[str, Any]) -> bool:
    """False when the issue says that its project is of another kind than a service project: not worth a question."""
    project = obj(obj(issue.get("fields")).get("project"))
    # A project that does not say its type is asked all the same: a needless request, never a missed approval.
    return bool(project.get("projectTypeKey", "service_desk") == "service_desk")


def records(raw: Iterable[Mapping[str, Any]]) -> list[Approval]:
    """Approval records of the newest round of each step (a step asked again starts over).

    Jira gives the time only of the step's completion, so an answer carries that, or none while others
    are still to answer.
    """
    newest: dict[str, Mapping[str, Any]] = {}
    # A step has no number of its round, only its name: the one that began last stands for it.
    for approval in sorted(raw, key=_started):
        newest[str(approval.get("name", ""))] = approval
    return [record for step, approval in newest.items() for record in _answers(step, approval)]


def signed(issue_fields: Mapping[str, Any], fields: FieldMap, history: History) -> list[Approval]:
    """Sign-offs in select fields: the present value, by whoever set it last, when."""
    found = []
    # Two roles may sign in one field; it is one sign-off then, and whose follows from who signed.
    for site_field in dict.fromkeys(f for group in fields.sign_offs.values() for f in group):
        decision = _VALUES.get(words(issue_fields.get(site_field.id)).strip().lower())
        if decision is None:
            continue
        by, at = history.last(site_field)
        found.append(Approval(by, decision, at, step=site_field.name))
    return found


def _started(approval: Mapping[str, Any]) -> tuple[int, int]:
    return _number(obj(approval.get("createdDate")).get("epochMillis")), _number(approval.get("id"))


def _number(raw: Any) -> int:
    return int(str(raw)) if str(raw).isdecimal() else 0


def _when(approval: Mapping[str, Any], name: str) -> datetime | None:
    """A date of the approval. Its milliseconds are exact; the text beside them leaves out fractions of a second."""
    date = obj(approval.get(name))
    if exact := _number(date.get("epochMillis")):
        return datetime.fromtimestamp(exact / 1000, UTC)
    return moment(date["iso8601"]) if date.get("iso8601") else None


def _answers(step: str, approval: Mapping[str, Any]) -> Iterable[Approval]:
    at, asked_at = _when(approval, "completedDate"), _when(approval, "createdDate")
    answers = [
        (person(asked.get("approver")), _ANSWERS.get(str(asked.get("approverDecision")), Decision.REQUESTED))
        for asked in objs(approval.get("approvers"))
    ]
    declined = approval.get("finalDecision") == "declined"
    if declined and not any(decision is Decision.REJECTED for _, decision in answers):
        # Declined as a whole, by nobody in the list: then no answer in the list proves a consent.
        yield Approval(None, Decision.REJECTED, at, step=step, asked_at=asked_at)
        answers = [(who, Decision.REQUESTED) for who, _ in answers]
    for who, decision in answers:
        decided_at = None if decision is Decision.REQUESTED else at
        yield Approval(who, decision, decided_at, step=step, asked_at=asked_at)
