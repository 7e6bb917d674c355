"""Sign-offs as Jira records them: service management approvals, and select fields with their history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.jira.client import Client, mapping, rows
from connectors.jira.fields import FieldMap, SiteField
from connectors.jira.history import History
from connectors.jira.statuses import NAMES
from connectors.jira.values import obj, objs, person, words
from domain import parsing
from domain.ports.errors import NotFound
from domain.ticket import Approval, Decision

PAGE = 50
MAX_PAGES = 100

_ANSWERS = {"approved": Decision.APPROVED, "declined": Decision.REJECTED, "pending": Decision.REQUESTED}
_VALUES: Mapping[str, Decision] = {
    **dict.fromkeys(("approved", "approve", "goedgekeurd", "akkoord"), Decision.APPROVED),
    **dict.fromkeys(
        ("rejected", "reject", "declined", "afgekeurd", "afgewezen", "niet akkoord"), Decision.REJECTED
    ),
}
"""What the options of a sign-off field mean, lower case."""

_UNDECIDED = frozenset(
    {
        *(
            "pending",
            "requested",
            "open",
            "new",
            "to do",
            "waiting",
            "waiting for approval",
            "in progress",
            "on hold",
        ),
        *("not required", "not applicable", "undecided", "under review", "awaiting", "awaiting approval"),
        *("gevraagd", "in afwachting", "wacht", "wacht op goedkeuring", "nog niet", "te beoordelen"),
        *("in behandeling", "niet nodig", "niet vereist", "niet van toepassing", "nieuw"),
    }
)
"""What says that nobody decided yet, or need not. Anything else may be a decision in a site's own words."""
_BODIES = ("cab", "manager", "peer", "release", "waiting for support")
_GENERIC = frozenset(
    {
        *("", "approval", "approvals", "approve", "please approve this request"),
        *("goedkeuring", "goedkeuringen"),
        *(name for name in NAMES if not any(body in name for body in _BODIES)),
    }
)
"""Names of a step that say of no body whose approval it is: several steps may be called so."""


@dataclass(frozen=True, slots=True)
class SignOffs:
    """What is recorded of decisions, whether all of it was understood, and what an admin should know of the rest."""

    approvals: tuple[Approval, ...] = ()
    readable: bool = True
    remarks: tuple[str, ...] = ()

    def __add__(self, other: SignOffs) -> SignOffs:
        """Both together."""
        return SignOffs(
            self.approvals + other.approvals,
            self.readable and other.readable,
            tuple(dict.fromkeys(self.remarks + other.remarks)),
        )


HIDDEN = SignOffs(readable=False)


def service_desk(client: Client, issue_id: str) -> list[dict[str, Any]] | None:
    """Raw approvals of a request, all steps, old ones included. None when the issue is no service request. Raises
    Forbidden when it hides them, or is none: Jira answers 403 to either.
    """
    found: list[dict[str, Any]] = []
    for _ in range(MAX_PAGES):
        try:
            answer = mapping(
                client.get(
                    f"rest/servicedeskapi/request/{issue_id}/approval", {"start": len(found), "limit": PAGE}
                )
            )
        except NotFound:
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


def is_request(issue: Mapping[str, Any], approvals: Iterable[SiteField]) -> bool:
    """Whether an issue is of a service project for certain, on a site with approvals, and does not say itself that
    nobody was asked: a refusal then hides them.
    """
    fields, shown = obj(issue.get("fields")), tuple(approvals)
    # An approvals field that is empty says so; one that is not on the issue says nothing.
    asked = bool(shown) and not any(f.id in fields and not fields[f.id] for f in shown)
    return asked and bool(obj(fields.get("project")).get("projectTypeKey") == "service_desk")


def records(raw: Iterable[Mapping[str, Any]]) -> SignOffs:
    """Approval records of the newest round of each step (a step asked again starts over).

    Jira gives the time only of the step's completion, so an answer carries that, or none while others
    are still to answer.
    """
    newest = _newest(raw)
    strange = dict.fromkeys(word for approval in newest for word in _strange(approval))
    return SignOffs(
        tuple(
            record for approval in newest for record in _answers(str(approval.get("name") or ""), approval)
        ),
        not strange,
        tuple(_not_understood(word, "an approval") for word in strange),
    )


def _newest(raw: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """One approval for each step, oldest first. A step has no number of its round, only its name: the one that began
    last stands for it.
    """
    kept: list[Mapping[str, Any]] = []
    for approval in sorted(raw, key=_started, reverse=True):
        if not any(_same_step(approval, later) for later in kept):
            kept.append(approval)
    return kept[::-1]


def _same_step(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    name, others = (str(approval.get("name") or "").strip() for approval in (one, other))
    if name != others:
        return False
    # Two bodies may each be asked in a step of such a name; asked again, it is the same people who are asked.
    return name.lower() not in _GENERIC or bool(_asked(one) & _asked(other))


def _asked(approval: Mapping[str, Any]) -> frozenset[str]:
    people = (person(asked.get("approver")) for asked in objs(approval.get("approvers")))
    return frozenset(one.id for one in people if one)


def _strange(approval: Mapping[str, Any]) -> Iterator[str]:
    """Words for a decision that Jira did not have when this was written."""
    given = [asked.get("approverDecision") for asked in objs(approval.get("approvers"))]
    for word in (approval.get("finalDecision"), *given):
        if word and str(word).lower() not in _ANSWERS:
            yield str(word)


def _not_understood(word: str, where: str) -> str:
    return (
        f"“{parsing.shorten(word)}” in {where} is no decision that is known, so that approvals count as unreadable "
        "there — use Approved and Rejected"
    )


def signed(issue_fields: Mapping[str, Any], fields: FieldMap, history: History) -> SignOffs:
    """Sign-offs in select fields: the present value, by whoever set it last, when."""
    found = SignOffs()
    # Two roles may sign in one field; it is one sign-off then, and whose follows from who signed.
    for site_field in dict.fromkeys(f for group in fields.sign_offs.values() for f in group):
        found += _signed(site_field, words(issue_fields.get(site_field.id)), history)
    return found


def _signed(field: SiteField, shown: str, history: History) -> SignOffs:
    decision = _VALUES.get(_plain(shown))
    if decision is None:
        if _plain(shown) in _UNDECIDED or not parsing.text(shown).filled:
            return SignOffs()
        return SignOffs(readable=False, remarks=(_not_understood(shown, field.name),))
    # Without its history a value may be of a copy as well as of a hand.
    if not history.readable:
        return HIDDEN
    steps = history.of(field)
    if not steps:
        # A copy, an import or a default: who made the ticket signed nothing.
        return SignOffs((Approval(None, Decision.FROM_START, step=field.name),))
    last = steps[-1]
    # A value that came in past the history is nobody's; an option that was given another name is the same one.
    if _VALUES.get(_plain(last.after), decision) is not decision:
        told = f"the history of {field.name} does not show who set it to “{parsing.shorten(shown)}”"
        return SignOffs(readable=False, remarks=(told,))
    return SignOffs((Approval(last.by, decision, last.at, step=field.name),))


def _plain(shown: str) -> str:
    return " ".join(shown.split()).lower()


def _started(approval: Mapping[str, Any]) -> tuple[int, int]:
    return _number(obj(approval.get("createdDate")).get("epochMillis")), _number(approval.get("id"))


def _number(raw: Any) -> int:
    return int(str(raw)) if str(raw).isdecimal() else 0


def _when(approval: Mapping[str, Any], name: str) -> datetime | None:
    """A date of the approval; None where there is none that can be meant. Its milliseconds are exact; the text beside
    them leaves out fractions of a second.
    """
    date = obj(approval.get(name))
    if exact := _number(date.get("epochMillis")):
        return parsing.instant(exact)
    return parsing.moment(date.get("iso8601")).moment


def _answer(word: Any) -> Decision:
    return _ANSWERS.get(str(word or "").lower(), Decision.REQUESTED)


def _answers(step: str, approval: Mapping[str, Any]) -> Iterable[Approval]:
    at, asked_at = _when(approval, "completedDate"), _when(approval, "createdDate")
    answers = [
        (person(asked.get("approver")), _answer(asked.get("approverDecision")))
        for asked in objs(approval.get("approvers"))
    ]
    declined = _answer(approval.get("finalDecision")) is Decision.REJECTED
    if declined and not any(decision is Decision.REJECTED for _, decision in answers):
        # Declined as a whole, by nobody in the list: then no answer in the list proves a consent.
        yield Approval(None, Decision.REJECTED, at, step=step, asked_at=asked_at)
        answers = [(who, Decision.REQUESTED) for who, _ in answers]
    for who, decision in answers:
        decided_at = None if decision is Decision.REQUESTED else at
        yield Approval(who, decision, decided_at, step=step, asked_at=asked_at)
