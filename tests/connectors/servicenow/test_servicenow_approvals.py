"""Approval records into decisions: who, for which group, when; and what proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from servicenow_helpers import START, Instance, Tools

from domain.people import Group, Person
from domain.ticket import Approval, Decision
from sandbox.server import Server


@pytest.mark.parametrize(
    ("state", "decision", "dated"),
    [
        ("requested", Decision.REQUESTED, False),
        ("not requested", Decision.REQUESTED, False),
        ("approved", Decision.APPROVED, True),
        ("rejected", Decision.REJECTED, True),
        ("not_required", Decision.NOT_REQUIRED, False),
        ("skipped", Decision.NOT_REQUIRED, False),
        ("cancelled", Decision.NOT_REQUIRED, False),
        ("duplicate", Decision.NOT_REQUIRED, False),
        ("", Decision.NOT_REQUIRED, False),
    ],
)
def test_states_of_an_approval(
    instance: Instance, tools: Tools, state: str, decision: Decision, dated: bool
) -> None:
    (row,) = instance.request_approval(instance.change, instance.an)
    instance.later(hours=1)
    instance.set("sysapproval_approver", row, "an.willems", state=state)
    at = instance.now if dated else None
    assert tools.read(instance.number).approvals == (
        Approval(Person(instance.an, "An Willems"), decision, at, asked_at=START),
    )


def test_the_first_response_of_a_group_counts_and_the_others_are_not_asked_any_more(
    instance: Instance, tools: Tools
) -> None:
    instance.request_approval(instance.change, instance.cab)
    instance.later(hours=2)
    instance.approve(instance.change, instance.jan)
    cab = Group(instance.cab, "CAB")
    assert set(tools.read(instance.number).approvals) == {
        Approval(
            Person(instance.jan, "Jan Maes"),
            Decision.APPROVED,
            START + timedelta(hours=2),
            cab,
            "CAB",
            asked_at=START,
        ),
        Approval(Person(instance.an, "An Willems"), Decision.NOT_REQUIRED, None, cab, "CAB", asked_at=START),
    }


def test_an_empty_group_that_approves_itself_is_nobodys_approval(instance: Instance, tools: Tools) -> None:
    empty = instance.add_group("DPO")
    instance.request_approval(instance.change, empty)
    dpo = Group(empty, "DPO")
    asked = Approval(None, Decision.REQUESTED, None, dpo, "DPO", asked_at=START)
    assert tools.read(instance.number).approvals == (asked,)
    part = instance.state.all("sysapproval_group")[0]["sys_id"]
    instance.set("sysapproval_group", part, approval="approved")
    instance.set("change_request", instance.change, approval="approved")
    settled = Approval(None, Decision.AUTOMATIC, None, dpo, "DPO", asked_at=START)
    assert tools.read(instance.number).approvals == (settled,)


def test_what_somebody_else_set_is_theirs_on_behalf_of_the_approver(instance: Instance, tools: Tools) -> None:
    instance.request_approval(instance.change, instance.an)
    instance.approve(instance.change, instance.an, by="dirk.peeters")
    dirk, an = Person(instance.dirk, "Dirk Peeters"), Person(instance.an, "An Willems")
    assert tools.read(instance.number).approvals == (
        Approval(dirk, Decision.APPROVED, START, on_behalf_of=an, asked_at=START),
    )


def test_when_each_was_asked_tells_the_cycles_apart(instance: Instance, tools: Tools) -> None:
    instance.request_approval(instance.change, instance.an)
    instance.approve(instance.change, instance.an)
    instance.set("change_request", instance.change, state=-4)
    instance.later(days=1)
    instance.reset(instance.change)
    back = tools.read(instance.number)
    assert [(c.field, c.before, c.after, c.at) for c in back.history] == [
        ("state", "draft", "assess", START),
        ("state", "assess", "draft", START + timedelta(days=1)),
    ]
    instance.later(minutes=5)
    instance.request_approval(instance.change, instance.jan)
    given = {a.person.name: a.asked_at for a in tools.read(instance.number).approvals if a.person}
    assert given == {"An Willems": START, "Jan Maes": instance.now}
    assert given["An Willems"] < back.history[-1].at < given["Jan Maes"]


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables"])
def test_hidden_approvals_are_not_absent_approvals(instance: Instance, tools: Tools, how: str) -> None:
    instance.request_approval(instance.change, instance.an)
    getattr(instance.access, how).add("sysapproval_approver")
    ticket = tools.read(instance.number)
    assert (ticket.approvals_readable, ticket.approvals) == (False, ())


def test_one_hidden_approval_makes_the_picture_incomplete(instance: Instance, tools: Tools) -> None:
    (row,) = instance.request_approval(instance.change, instance.an)
    instance.request_approval(instance.change, instance.jan)
    instance.access.hidden_rows.add(row)
    assert tools.read(instance.number).approvals_readable is False


@pytest.mark.parametrize(
    ("state", "decisions"),
    [
        ("", [Decision.AUTOMATIC]),  # no record at all: no group was asked
        ("skipped", [Decision.NOT_REQUIRED, Decision.AUTOMATIC]),
        ("not_required", [Decision.NOT_REQUIRED, Decision.AUTOMATIC]),
        ("approved", [Decision.APPROVED]),
        ("rejected", [Decision.REJECTED]),
    ],
)
def test_a_change_that_says_approved_without_anybody_is_nobodys_approval(
    instance: Instance, tools: Tools, state: str, decisions: list[Decision]
) -> None:
    if state:
        (row,) = instance.request_approval(instance.change, instance.an)
        instance.set("sysapproval_approver", row, "an.willems", state=state)
    instance.set("change_request", instance.change, approval="approved")
    assert [a.decision for a in tools.read(instance.number).approvals] == decisions


def test_where_records_are_hidden_nothing_is_said_of_approving_itself(
    instance: Instance, tools: Tools
) -> None:
    instance.request_approval(instance.change, instance.an)
    instance.set("change_request", instance.change, approval="approved")
    instance.access.hidden_tables.add("sysapproval_approver")
    assert tools.read(instance.number).approvals == ()


def test_an_approval_that_names_the_ticket_by_document(instance: Instance, tools: Tools) -> None:
    (row,) = instance.request_approval(instance.change, instance.an)
    instance.set("sysapproval_approver", row, sysapproval="")
    assert [a.decision for a in tools.read(instance.number).approvals] == [Decision.REQUESTED]
    instance.later(days=1)
    instance.set("sysapproval_approver", row, "an.willems", state="approved")
    assert [ref.key for ref in tools.source.changed(instance.now)] == [instance.number]


def test_an_instance_that_refuses_a_query_by_document_is_asked_by_ticket_alone(
    instance: Instance, tools: Tools, server: Server
) -> None:
    instance.request_approval(instance.change, instance.an)
    instance.access.strict_queries = True
    instance.access.unqueryable.add(("sysapproval_approver", "document_id"))
    for _ in range(2):
        ticket = tools.read(instance.number)
        assert (ticket.approvals_readable, [a.decision for a in ticket.approvals]) == (
            True,
            [Decision.REQUESTED],
        )
    assert server.count("GET", "table/sysapproval_approver") == 3  # the refusal is remembered


def test_an_inactive_approver_is_known_as_such(instance: Instance, tools: Tools) -> None:
    instance.request_approval(instance.change, instance.an)
    instance.set("sys_user", instance.an, active=False)
    (asked,) = tools.read(instance.number).approvals
    assert asked.person and not asked.person.active


def test_an_approval_by_role_is_by_whoever_gave_it(instance: Instance, tools: Tools) -> None:
    """ "Approved, permission granted by role": the record of another is decided by somebody who may."""
    instance.request_approval(instance.change, instance.cab)
    instance.approve(instance.change, instance.jan, by="dirk.peeters")
    (given,) = [a for a in tools.read(instance.number).approvals if a.decision is Decision.APPROVED]
    assert given.person and given.on_behalf_of
    assert (given.person.id, given.on_behalf_of.id) == (instance.dirk, instance.jan)


def approve(instance: Instance) -> str:
    """An is asked, and approves an hour later; gives her record."""
    (row,) = instance.request_approval(instance.change, instance.an)
    instance.later(hours=1)
    instance.approve(instance.change, instance.an)
    instance.later(days=1)
    return row


def told(tools: Tools, instance: Instance) -> list[tuple[str, str, str]]:
    """Who decided what, and for whom, as the ticket has it."""
    return [
        (
            a.person.name if a.person else "",
            a.decision.value,
            a.on_behalf_of.name if a.on_behalf_of else "",
        )
        for a in tools.read(instance.number).approvals
    ]


@pytest.mark.parametrize("by", ["an.willems", "dirk.peeters", "system"])
def test_a_later_touch_of_a_decided_record_moves_nothing(instance: Instance, tools: Tools, by: str) -> None:
    row = approve(instance)
    instance.set("sysapproval_approver", row, by, comments="see the minutes")
    an = Person(instance.an, "An Willems")
    assert tools.read(instance.number).approvals == (
        Approval(an, Decision.APPROVED, START + timedelta(hours=1), asked_at=START),
    )


def test_whoever_set_the_state_last_decided(instance: Instance, tools: Tools) -> None:
    row = approve(instance)
    instance.set("sysapproval_approver", row, "admin", state="requested")
    instance.set("sysapproval_approver", row, "dirk.peeters", state="approved")  # within the same second
    instance.later(days=1)
    instance.set("sysapproval_approver", row, "an.willems", comments="ok")
    dirk, an = Person(instance.dirk, "Dirk Peeters"), Person(instance.an, "An Willems")
    at = START + timedelta(days=1, hours=1)
    assert tools.read(instance.number).approvals == (
        Approval(dirk, Decision.APPROVED, at, on_behalf_of=an, asked_at=START),
    )


def test_a_job_that_decides_is_not_the_approver(instance: Instance, tools: Tools) -> None:
    instance.request_approval(instance.change, instance.an)
    instance.approve(instance.change, instance.an, by="nightly.job")
    assert told(tools, instance) == [("nightly.job", "approved", "An Willems")]


@pytest.mark.parametrize("how", ["hidden_tables", "forbidden_tables", "missing_tables"])
@pytest.mark.parametrize("by", ["an.willems", "dirk.peeters"])
def test_without_the_audit_trail_it_is_the_approvers_at_a_moment_unknown(
    instance: Instance, tools: Tools, how: str, by: str
) -> None:
    row = approve(instance)
    instance.set("sysapproval_approver", row, by, comments="filed")
    getattr(instance.access, how).add("sys_audit")
    an = Person(instance.an, "An Willems")
    assert tools.read(instance.number).approvals == (Approval(an, Decision.APPROVED, None, asked_at=START),)


@pytest.mark.parametrize(
    ("by", "seen"),
    [("an.willems", ("An Willems", "")), ("dirk.peeters", ("Dirk Peeters", "An Willems"))],
)
def test_a_record_that_was_made_decided_is_of_who_made_it(
    instance: Instance, tools: Tools, by: str, seen: tuple[str, str]
) -> None:
    columns = {"approver": instance.an, "state": "approved", "sysapproval": instance.change}
    row = instance.state.insert("sysapproval_approver", columns, by)
    assert told(tools, instance) == [(seen[0], "approved", seen[1])]
    assert tools.read(instance.number).approvals[0].at == START
    instance.later(days=1)
    instance.set("sysapproval_approver", row, "dirk.peeters", comments="filed")
    assert told(tools, instance) == [("An Willems", "approved", "")]
    assert tools.read(instance.number).approvals[0].at is None


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ("requested", "requested"),
        ("cancelled", "not_required"),
        ("not_required", "not_required"),
        ("duplicate", "not_required"),
        ("rejected", "rejected"),
        ("approved", "approved"),
    ],
)
def test_who_is_asked_again_has_not_approved_yet(
    instance: Instance, tools: Tools, state: str, seen: str
) -> None:
    approve(instance)
    (again,) = instance.request_approval(instance.change, instance.an)
    instance.later(hours=1)
    instance.set("sysapproval_approver", again, "an.willems", state=state)
    assert told(tools, instance) == [("An Willems", seen, "")]


def test_an_approval_does_not_come_back_when_the_rejection_after_it_is_undone(
    instance: Instance, tools: Tools
) -> None:
    approve(instance)
    (again,) = instance.request_approval(instance.change, instance.an)
    instance.reject(instance.change, instance.an)
    for state in ("cancelled", "not_required", "requested"):
        instance.later(hours=1)
        instance.set("sysapproval_approver", again, "admin", state=state)
        assert "approved" not in {decision for _, decision, _ in told(tools, instance)}


def test_a_rejection_stands_until_who_rejected_decides_anew(instance: Instance, tools: Tools) -> None:
    instance.request_approval(instance.change, instance.an)
    instance.reject(instance.change, instance.an)
    instance.later(hours=1)
    instance.request_approval(instance.change, instance.an)
    assert told(tools, instance) == [("An Willems", "rejected", ""), ("An Willems", "requested", "")]
    instance.later(hours=1)
    instance.approve(instance.change, instance.an)
    assert told(tools, instance) == [("An Willems", "approved", "")]


def test_a_request_through_another_group_is_another_request(instance: Instance, tools: Tools) -> None:
    approve(instance)
    instance.request_approval(instance.change, instance.cab)
    assert ("An Willems", "approved", "") in told(tools, instance)
    # The same group once more, in a record of its own.
    instance.approve(instance.change, instance.jan)
    instance.later(days=1)
    instance.request_approval(instance.change, instance.cab)
    assert sorted(told(tools, instance)) == [
        ("An Willems", "approved", ""),
        ("An Willems", "requested", ""),
        ("Jan Maes", "requested", ""),
    ]


def test_of_two_records_of_one_second_the_decided_one_answers_both(instance: Instance, tools: Tools) -> None:
    instance.request_approval(instance.change, instance.an)
    (other,) = instance.request_approval(instance.change, instance.an)
    instance.approve(instance.change, instance.an)
    instance.set("sysapproval_approver", other, "system", state="duplicate")
    assert told(tools, instance) == [("An Willems", "approved", "")]


def test_an_old_group_approval_does_not_stand_when_the_group_is_asked_again(
    instance: Instance, tools: Tools
) -> None:
    empty = instance.add_group("DPO")
    instance.request_approval(instance.change, empty)
    instance.set(
        "sysapproval_group", instance.state.all("sysapproval_group")[0]["sys_id"], approval="approved"
    )
    instance.later(days=1)
    instance.request_approval(instance.change, empty)
    assert told(tools, instance) == [("", "requested", "")]


def test_a_state_nobody_knows_is_no_decision_and_is_told(
    instance: Instance, tools: Tools, configured: Callable[..., Tools]
) -> None:
    (row,) = instance.request_approval(instance.change, instance.an)
    instance.request_approval(instance.change, instance.jan)
    instance.approve(instance.change, instance.jan)
    instance.set("sysapproval_approver", row, "an.willems", state="more_information")
    seen = tools.read(instance.number)
    assert (seen.approvals_readable, sorted(told(tools, instance))) == (
        False,
        [("An Willems", "not_required", ""), ("Jan Maes", "approved", "")],
    )
    assert seen.remarks == (
        f"{instance.number}: what the state more_information of an approval means is not known, so that its approvals "
        "count as not seen — name it in SERVICENOW_APPROVAL_STATES__<DECISION>",
    )
    named = configured(approval_states={"requested": "More_Information"})
    seen = named.read(instance.number)
    assert (seen.approvals_readable, seen.remarks) == (True, ())
    assert ("An Willems", "requested", "") in told(named, instance)


def test_how_many_records_were_decided_is_asked_at_once(
    instance: Instance, tools: Tools, server: Server
) -> None:
    changes = [instance.add_change(short_description=f"Wijziging {i}") for i in range(10)]
    for change in changes:
        for who in (instance.an, instance.jan):
            instance.request_approval(change, who)
            instance.approve(change, who)
    refs = list(tools.source.census())
    tools.source.ahead(refs)
    before = server.count("GET", "sys_audit")
    seen = [tools.source.read(ref) for ref in refs]
    assert sum(a.at is not None for ticket in seen for a in ticket.approvals) == 20
    # The trails of the changes, and those of their approvals.
    assert server.count("GET", "sys_audit") - before == 2
