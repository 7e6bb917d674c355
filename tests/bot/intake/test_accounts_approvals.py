"""Approvals given in one system, as accounts of another: by e-mail address, never by name."""

from __future__ import annotations

import pytest
from build import approved, ticket

from bot.intake.accounts import approvals_at_home
from domain.people import Group, Person
from domain.ticket import Approval, Decision

HERE = Person("jira-an", "An Willems", email="an@example.org")
AN = Person("sn-an", "A. Willems", email="AN@example.org")
NAMESAKE = Person("sn-an2", "An Willems")
GROUP = Approval(None, Decision.REQUESTED, group=Group("cab", "CAB"))


@pytest.mark.parametrize(
    ("given", "readable", "people", "certain"),
    [
        ((approved(AN),), True, ["jira-an"], True),
        ((approved(NAMESAKE),), True, ["sn-an2"], False),
        ((approved(AN), approved(NAMESAKE)), True, ["jira-an", "sn-an2"], False),
        ((GROUP,), True, [None], True),
        ((), True, [], True),
        ((approved(AN),), False, ["jira-an"], False),
    ],
)
def test_who_approved_elsewhere_is_known_here_by_e_mail_or_nothing_is_concluded(
    given, readable, people, certain
):
    change = ticket(approvals=given, approvals_readable=readable)
    moved = approvals_at_home(change, [HERE])
    assert [a.person and a.person.id for a in moved.approvals] == people
    assert moved.approvals_readable is certain
