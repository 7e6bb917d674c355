"""Who decided: changes of a sign-off field, approvals of the service desk; and what is no decision."""

from __future__ import annotations

from dataclasses import replace

import pytest
from test_jira_mapping import AN, BASE, CAB, DIRK, SITE, change

from connectors.jira.approvals import is_request, records
from connectors.jira.fields import SiteField
from connectors.jira.mapping import Raw, ticket
from connectors.jira.source import JiraSource
from domain.ticket import Decision
from sandbox.server import Fault, How, Server

APPROVALS = SiteField("cf_approvals", "Approvals")


def signed(value, changes=(), **raw):
    issue = {
        "id": "10",
        "key": "CHG-1",
        "changelog": {},
        "fields": BASE | {"cf_cab": value and {"value": value}},
    }
    return ticket(Raw(issue | raw, list(changes), None), SITE)


@pytest.mark.parametrize("value", ["Approved", "Rejected", "Goedgekeurd"])
def test_a_value_there_from_the_start_is_a_place_and_no_decision(value):
    (given,) = signed(value).approvals
    assert (given.person, given.decision, given.at, given.step) == (
        None,
        Decision.FROM_START,
        None,
        "CAB sign-off",
    )


def entry(number, before, after, by):
    return change(5, CAB, before, after, by=by) | ({"id": str(number)} if number else {})


@pytest.mark.parametrize("numbers", [(100, 101, 1000), (0, 0, 0)])
@pytest.mark.parametrize("newest_first", [True, False])
def test_of_entries_with_one_stamp_the_last_by_its_number_counts(numbers, newest_first):
    moves = [(None, "Approved", AN), ("Approved", None, AN), (None, "Approved", DIRK)]
    entries = [entry(n, *move) for n, move in zip(numbers, moves, strict=True)]
    # Without numbers only the order of the whole answer tells, by its other entries.
    later = change(6, SiteField("summary", "summary"), "a", "b")
    answer = [*entries, later]
    (given,) = signed("Approved", answer[::-1] if newest_first else answer).approvals
    assert (given.person.name, given.decision) == ("Dirk Peeters", Decision.APPROVED)


@pytest.mark.parametrize(
    ("value", "changes", "readable", "remarks"),
    [
        ("Ik vind het ok", [change(5, CAB, None, "Ik vind het ok")], False, 1),
        ("Pending", [], True, 0),
        ("In behandeling", [], True, 0),
        ("n/a", [], True, 0),
        (None, [], True, 0),
        # past the history: whoever wrote it cannot be told
        ("Approved", [change(5, CAB, None, "Rejected")], False, 1),
        # an option that was given another name since
        ("Approved", [change(5, CAB, None, "Ja hoor")], True, 0),
    ],
)
def test_what_is_not_understood_is_unknown_and_told(value, changes, readable, remarks):
    seen = signed(value, changes)
    assert (seen.approvals_readable, len(seen.remarks)) == (readable, remarks)


def asked(number, name, *answers, final="pending"):
    people = [{"approver": who, "approverDecision": word} for who, word in answers]
    began = {"epochMillis": number}
    return {
        "id": str(number),
        "name": name,
        "finalDecision": final,
        "approvers": people,
        "createdDate": began,
    }


CAB_NO = (AN, "declined")
OTHERS_YES = (DIRK, "approved")


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        # a step with a name is asked anew, whoever is asked
        (asked(1, "CAB", CAB_NO), asked(2, "CAB", OTHERS_YES), ["a1 approved"]),
        # under a name that says of no body whose it is, other people are another step
        (asked(1, "", CAB_NO), asked(2, "", OTHERS_YES), ["a2 rejected", "a1 approved"]),
        (
            asked(1, "Waiting for approval", CAB_NO),
            asked(2, "Waiting for approval", OTHERS_YES),
            ["a2 rejected", "a1 approved"],
        ),
        (asked(1, "Approval", CAB_NO), asked(2, "Approval", (AN, "approved")), ["a2 approved"]),
        (
            asked(1, None, CAB_NO),
            asked(2, None, OTHERS_YES, (AN, "pending")),
            ["a1 approved", "a2 requested"],
        ),
    ],
)
def test_approvals_under_one_name(first, second, told):
    seen = records([second, first])
    assert [f"{a.person.id} {a.decision}" for a in seen.approvals] == told
    assert seen.readable


@pytest.mark.parametrize(
    ("approval", "readable"),
    [
        (asked(1, "CAB", (AN, "abstained")), False),
        (asked(1, "CAB", (AN, "approved"), final="expired"), False),
        (asked(1, "CAB", (AN, "Approved"), final="APPROVED"), True),
        (asked(1, "CAB", (AN, None), final=None), True),
    ],
)
def test_a_word_for_a_decision_that_is_new_is_unknown_and_told(approval, readable):
    seen = records([approval])
    assert (seen.readable, bool(seen.remarks)) == (readable, not readable)


@pytest.mark.parametrize(
    ("hidden", "shown", "readable"),
    [(True, {}, False), (False, {}, True), (False, {"cf_approvals": [{"id": "1"}]}, False)],
)
def test_hidden_approvals_are_unknown_beside_a_sign_off_field_too(hidden, shown, readable):
    site = replace(SITE, fields=replace(SITE.fields, approvals=(APPROVALS,)))
    issue = {"id": "10", "key": "CHG-1", "changelog": {}, "fields": BASE | shown}
    assert ticket(Raw(issue, [], None, hidden), site).approvals_readable is readable


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("waits", [True, False])
def test_a_request_that_refuses_its_approvals_hides_them_unless_it_shows_that_nobody_was_asked(
    source: JiraSource, site, server: Server, status: int, waits: bool
) -> None:
    site.add_field("Approvals", "approvals")
    if waits:
        site.request_approval(site.change, "CAB", [site.an])
    server.fail(Fault(How.ANSWER, path="/approval", status=status, times=9, body="{}"))
    ref = source.find(site.change)
    assert ref is not None
    assert source.read(ref).approvals_readable is not waits


@pytest.mark.parametrize(
    ("project", "fields", "approvals", "hides"),
    [
        ("service_desk", {}, (APPROVALS,), True),
        ("service_desk", {"cf_approvals": None}, (APPROVALS,), False),
        ("service_desk", {"cf_approvals": [{"id": "1"}]}, (APPROVALS,), True),
        ("service_desk", {}, (), False),
        ("software", {}, (APPROVALS,), False),
        (None, {}, (APPROVALS,), False),
    ],
)
def test_whether_a_refusal_hides_approvals(project, fields, approvals, hides):
    issue = {"fields": {"project": {"projectTypeKey": project}, **fields}}
    assert is_request(issue, approvals) is hides
