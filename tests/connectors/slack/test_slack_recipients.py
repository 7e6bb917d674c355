"""Where people, teams and roles are reached."""

from __future__ import annotations

import json

import pytest

from connectors.slack.client import SlackClient
from connectors.slack.recipients import KEEP, SlackRecipients
from connectors.slack.settings import SlackSettings
from domain.people import Person
from domain.ports.errors import Forbidden, Garbled, Unreachable
from domain.ports.messaging import RecipientDirectory
from sandbox.server import Fault, How, Server
from sandbox.slack.app import SlackSandbox

DIRK = Person("u-1", "Dirk Peeters", email="Dirk.Peeters@example.org")


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def postbox(client: SlackClient, now: list[float]) -> SlackRecipients:
    settings = SlackSettings(
        channel="C0000000001", channels={"CAB": "C0000000002"}, languages={"Team-X": "NL"}
    )
    return SlackRecipients(client, settings, clock=lambda: now[0])


def test_channels_come_from_the_settings(postbox: SlackRecipients) -> None:
    port: RecipientDirectory = postbox
    assert (port.default_channel(), port.channel("cab"), port.channel("Team X")) == (
        "C0000000001",
        "C0000000002",
        None,
    )


def test_languages_are_set_for_channels_and_told_by_people(
    sandbox: SlackSandbox, postbox: SlackRecipients
) -> None:
    user = sandbox.add_user("Dirk P.", "dirk.peeters@example.org")
    user.locale = "fr-BE"
    assert [postbox.language(name) for name in ("team x", "TEAM_X", "cab")] == ["nl", "nl", None]
    assert postbox.locale(DIRK) == "fr-BE"
    assert postbox.locale(Person("u", "Els Maes")) is None


def test_a_language_that_is_not_told_keeps_no_message_back(
    sandbox: SlackSandbox, server: Server, postbox: SlackRecipients
) -> None:
    sandbox.add_user("Dirk P.", "dirk.peeters@example.org")
    server.fail(Fault(How.ANSWER, "users.info", "", 1, 503))
    assert postbox.person(DIRK) is not None
    assert postbox.locale(DIRK) is None


def test_what_a_channel_does_not_take_goes_to_the_default_one_and_what_is_personal_nowhere(
    postbox: SlackRecipients,
) -> None:
    places = ("C0000000002", "G0000000002", "D0000000002")
    assert [postbox.instead_of(place) for place in places] == ["C0000000001", "C0000000001", None]


def test_person_by_address(sandbox: SlackSandbox, postbox: SlackRecipients) -> None:
    user = sandbox.add_user("Dirk P.", "dirk.peeters@example.org")
    conversation = postbox.person(DIRK)
    [direct] = [c for c in sandbox.channels() if c.im == user.id]
    assert conversation == direct.id


@pytest.mark.parametrize(
    ("person", "calls"),
    [
        (Person("u", "Dirk Peeters"), 0),
        (Person("u", "Dirk Peeters", email="  "), 0),
        (Person("u", "Dirk Peeters", email="other@example.org"), 1),
        (Person("u", "Els Maes", email="els.maes@example.org"), 1),
    ],
    ids=["no address", "blank address", "same name, other address", "deactivated"],
)
def test_nobody_is_guessed(
    sandbox: SlackSandbox, server: Server, postbox: SlackRecipients, person: Person, calls: int
) -> None:
    sandbox.add_user("Dirk Peeters", "dirk.peeters@example.org")
    sandbox.add_user("Els Maes", "els.maes@example.org", deleted=True)
    assert postbox.person(person) is None
    assert len(server.asked) == calls


@pytest.mark.parametrize("what", ["deleted", "is_bot"])
def test_who_left_and_who_is_no_person_are_not_written_to(
    server: Server, postbox: SlackRecipients, what: str
) -> None:
    found = json.dumps({"ok": True, "user": {"id": "U0DIRK", "name": "dirk", what: True}})
    server.fail(Fault(How.ANSWER, "lookupByEmail", status=200, body=found))
    assert postbox.person(DIRK) is None
    assert server.count(path="conversations") == 0


def test_answers_are_kept_for_an_hour(
    sandbox: SlackSandbox, server: Server, postbox: SlackRecipients, now: list[float]
) -> None:
    assert postbox.person(DIRK) is None
    sandbox.add_user("Dirk Peeters", "dirk.peeters@example.org")
    now[0] = KEEP - 1
    assert postbox.person(DIRK) is None
    now[0] = KEEP + 1
    first = postbox.person(DIRK)
    assert first is not None
    assert postbox.person(DIRK) == first
    assert server.count(path="lookupByEmail") == 2
    assert server.count(path=r"conversations\.open") == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(How.DROP_BEFORE, "lookupByEmail"), Unreachable),
        (Fault(How.ANSWER, "lookupByEmail", status=200, body='{"ok": true}'), Garbled),
        (Fault(How.ANSWER, "open", status=200, body='{"ok": true}'), Garbled),
    ],
)
def test_not_knowing_is_not_the_same_as_not_there(sandbox, server, postbox, fault, error) -> None:
    sandbox.add_user("Dirk Peeters", "dirk.peeters@example.org")
    server.fail(fault)
    with pytest.raises(error):
        postbox.person(DIRK)
    assert postbox.person(DIRK) is not None


def test_scope_that_is_missing_is_said(sandbox: SlackSandbox, postbox: SlackRecipients) -> None:
    sandbox.scopes.discard("users:read.email")
    with pytest.raises(Forbidden) as raised:
        postbox.person(DIRK)
    assert "users:read.email" in raised.value.fix
