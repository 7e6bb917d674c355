"""Who of those that Slack knows is one of our own people."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.slack.client import Me, SlackClient
from connectors.slack.members import is_account, outsider
from connectors.slack.recipients import SlackRecipients
from connectors.slack.settings import SlackSettings
from domain.people import Person
from domain.ports.interactions import Outsider
from sandbox.slack.app import SlackSandbox

US = Me("U0BOT", "B0BOT", "T0US")
GRID = Me("U0BOT", "B0BOT", "T0US", "E0US")
ELSEWHERE, GUEST, UNCONFIRMED = Outsider


@pytest.mark.parametrize(
    ("user", "me", "why"),
    [
        ({"team_id": "T0US"}, US, None),
        ({"team_id": "T0US", "is_email_confirmed": True, "is_restricted": False}, US, None),
        ({"team_id": "T0US", "is_stranger": True}, US, ELSEWHERE),
        ({"team_id": "T0EVIL"}, US, ELSEWHERE),
        ({"team_id": "T0EVIL", "enterprise_user": {"enterprise_id": "E0EVIL"}}, GRID, ELSEWHERE),
        ({"team_id": "T0OURS2", "enterprise_user": {"enterprise_id": "E0US"}}, GRID, None),
        ({"team_id": "T0OURS2", "enterprise_user": {"enterprise_id": ""}}, US, ELSEWHERE),
        ({"team_id": "T0OURS2", "enterprise_user": "E0US"}, GRID, ELSEWHERE),
        ({}, US, ELSEWHERE),
        ({"team_id": ""}, Me("U0BOT", ""), ELSEWHERE),
        ({"team_id": "T0US", "is_restricted": True}, US, GUEST),
        ({"team_id": "T0US", "is_ultra_restricted": True}, US, GUEST),
        ({"team_id": "T0US", "is_invited_user": True}, US, GUEST),
        ({"team_id": "T0US", "is_email_confirmed": False}, US, UNCONFIRMED),
        ({"team_id": "T0US", "is_email_confirmed": None}, US, None),
    ],
)
def test_who_is_an_outsider(user: dict[str, Any], me: Me, why: Outsider | None) -> None:
    assert outsider(user, me) is why


@pytest.mark.parametrize(
    ("ident", "slacks"),
    [("U0123456789", True), ("W012A3CDE", True), ("acc-els", False), ("U1", False), ("u0123456789", False)],
)
def test_ids_of_slack_are_told_by_their_shape(ident: str, slacks: bool) -> None:
    assert is_account(ident) is slacks


@pytest.mark.parametrize(
    "what", [{"team": "T0EVIL"}, {"stranger": True}, {"guest": True}, {"confirmed": False}]
)
def test_an_outsider_is_not_written_to(
    sandbox: SlackSandbox, client: SlackClient, what: dict[str, Any]
) -> None:
    user = sandbox.add_user("Karim Aziz", "karim.aziz@example.org")
    for name, value in what.items():
        setattr(user, name, value)
    known = SlackRecipients(client, SlackSettings()).person(Person("1", "Karim", email=user.email))
    assert (known, [c for c in sandbox.channels() if c.im]) == (None, [])
