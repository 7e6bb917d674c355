"""The mail connector on the wire, against a mail server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from connectors import mail
from connectors.mail.recipients import MailRecipients
from connectors.mail.settings import MailSettings
from domain.people import Person
from domain.ports.connector import Health
from domain.ports.errors import Ambiguous, AuthRefused, NotFound, Postponed, Refused, SourceError, Unreachable
from domain.ports.messaging import Marker, Place
from sandbox.mail import DROP, MailSandbox

BODY = {"subject": "Available in production: CHG-1\r\nBcc: all@example.org", "text": "Héél goed\n.\n<b>x</b>"}
MARKER = Marker("0123abcd", "hash", 1)
RITA = Person("acc-rita", "Rita Goossens", email="rita.goossens@example.org")


@pytest.fixture
def box() -> Iterator[MailSandbox]:
    made = MailSandbox()
    yield made
    made.stop()


def settings(port: int = 587, **more: object) -> MailSettings:
    given = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "from_address": "sluis@example.org",
        "addresses": {"Team-Web": "web@example.org", "OPERATIONS": "operations@example.org"},
    }
    return MailSettings(**given | more)


def connector(box: MailSandbox, **more: object):
    built = mail.build(settings(box.start(), **more))
    assert built and built.channel and built.mail_recipients
    return built


def send(built, container: str = "team:operations") -> str:
    return built.channel.create(Place(container), BODY, MARKER)


def test_a_letter_says_what_it_should_and_nothing_of_it_becomes_a_header(box: MailSandbox) -> None:
    sent = send(connector(box))
    (letter,) = box.letters
    message = letter.message
    assert (letter.recipient, message["To"]) == ("operations@example.org",) * 2
    assert message["Subject"] == "Available in production: CHG-1 Bcc: all@example.org"
    assert message["Bcc"] is None
    assert message.get_content().replace("\r\n", "\n") == "Héél goed\n.\n<b>x</b>\n"
    assert message.get_content_type() == "text/plain"
    assert message["Auto-Submitted"] == "auto-generated"
    assert sent == message["Message-ID"] == "<sluis.0123abcd@example.org>"


def test_a_letter_that_is_sent_again_is_known_for_a_repetition(box: MailSandbox) -> None:
    built = connector(box)
    box.answers["END"] = [DROP]
    with pytest.raises(Ambiguous):
        send(built)
    send(built)
    first, second = (letter.message["Message-ID"] for letter in box.letters)
    assert first == second
    assert built.channel.find(Place("team:operations"), MARKER, datetime.now(UTC)) == ()


@pytest.mark.parametrize(
    ("command", "code", "error"),
    [
        ("MAIL", 550, Refused),
        ("MAIL", 451, Postponed),
        ("MAIL", DROP, Unreachable),
        ("RCPT", 550, NotFound),
        ("RCPT", 450, Postponed),
        ("RCPT", DROP, Unreachable),
        ("DATA", 554, Refused),
        ("DATA", 421, Postponed),
        ("END", 554, Refused),
        ("END", 452, Postponed),
        ("END", DROP, Ambiguous),
    ],
)
def test_what_the_servers_answer_means(
    box: MailSandbox, command: str, code: int, error: type[SourceError]
) -> None:
    built = connector(box)
    box.answers[command] = [code]
    with pytest.raises(SourceError) as raised:
        send(built)
    wanted = Ambiguous if (command, code) == ("DATA", DROP) else error
    assert type(raised.value) is wanted
    assert "@" not in f"{raised.value} {raised.value.fix}"


def test_a_server_that_is_not_there(box: MailSandbox) -> None:
    built = connector(box)
    box.stop()
    with pytest.raises(Unreachable, match="cannot be reached"):
        send(built)
    (first, *_) = built.examiner.examine({})
    assert (first.health, "MAIL_HOST" in first.fix) == (Health.FAILED, True)


@pytest.mark.parametrize(("password", "good"), [("right", True), ("wrong", False)])
def test_logging_in(box: MailSandbox, password: str, good: bool) -> None:
    box.login = "sluis:right"
    built = connector(box, user="sluis", password=password)
    if not good:
        with pytest.raises(AuthRefused) as raised:
            send(built)
        assert password not in str(raised.value)
        return
    send(built)
    assert len(box.letters) == 1
    healths = [d.health for d in built.examiner.examine({})]
    assert healths == [Health.OK, Health.WARNING], "the DPO has no address"
    assert len(box.letters) == 1, "the doctor sends nothing"


def test_tls_that_is_not_offered_is_not_done_without(box: MailSandbox) -> None:
    built = connector(box, security="starttls")
    with pytest.raises(SourceError):
        send(built)
    assert box.letters == []


def test_no_address_of_a_person_leaves_the_letterbox() -> None:
    letterbox = MailRecipients(settings())
    place = letterbox.person(RITA)
    assert place is not None and place.startswith("person:") and "@" not in place and "rita" not in place
    assert letterbox.address(place) == RITA.email
    assert MailRecipients(settings()).address(place) is None, "another process knows nothing"
    assert letterbox.channel("team web") == "team:team_web"
    assert [letterbox.channel("DPO"), letterbox.default_channel()] == [None, None]
    nobody = (Person("a", "A"), Person("b", "B", email="x@y@z"), Person("c", "C", email="a b@example.org"))
    assert [letterbox.person(person) for person in nobody] == [None] * 3


def test_a_person_who_was_not_looked_up_yet_waits(box: MailSandbox) -> None:
    with pytest.raises(Unreachable, match="looked up when the ticket is read again"):
        send(connector(box), "person:0000")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"from_address": None}, "MAIL_FROM_ADDRESS must be set beside MAIL_HOST"),
        ({"from_address": "Sluis <sluis@example.org>"}, "must be one plain e-mail address"),
        ({"addresses": {"DPO": "nobody"}}, "must be one plain e-mail address"),
        ({"user": "sluis", "password": "ééé"}, "must be ASCII"),
        ({"user": "sluis"}, "MAIL_USER and MAIL_PASSWORD go together"),
        (
            {"user": "a", "password": "b", "host": "smtp.example.org"},
            "MAIL_SECURITY=none would send everything to smtp.example.org in the open",
        ),
        ({"host": "10.0.0.25"}, "MAIL_SECURITY=none would send everything to 10.0.0.25 in the open"),
        ({"host": "127.0.0.1.example.org"}, "in the open"),
        ({"host": "user@127.0.0.1"}, "must be the name or number of a server alone"),
        ({"host": "127.0.0.1\n"}, "must be the name or number of a server alone"),
        ({"security": "ssl"}, "'starttls', 'smtps' or 'none'"),
    ],
)
def test_wrong_settings_are_refused_in_one_line(given: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as raised:
        settings(**given)
    (problem,) = raised.value.errors(include_input=False)
    assert told in problem["msg"]


@pytest.mark.parametrize(
    ("given", "security"), [("starttls", "starttls"), ("smtps", "smtps"), ("tls", "smtps"), ("none", "none")]
)
def test_ways_of_keeping_the_connection_private(given: str, security: str) -> None:
    assert settings(security=given).security == security


def test_without_a_host_it_is_off() -> None:
    assert mail.build(MailSettings()) is None
