"""How messages that stand outside are known again: a marker of another form would have all of them posted anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.jira.comment_markers import PROPERTY, reference
from connectors.jira.comments import JiraComments
from connectors.mail.messages import MailMessages
from connectors.mail.recipients import MailRecipients
from connectors.mail.settings import MailSettings
from connectors.servicenow.work_notes import note
from connectors.slack.client import Answer
from connectors.slack.messages import SlackMessages
from domain.people import Person
from domain.ports.messaging import Marker, Place

MAIL = MailSettings(
    host="mail.example.org",
    from_address="sluis@example.org",
    addresses={"OPERATIONS": "operations@example.org"},
)
MARKER = Marker("0123456789abcdef", "3f2a9c0d1e4b5a6978", 7)


@dataclass
class Wire:
    """Stands in for every client: notes what is handed to it, and answers that all is well."""

    answer: Any = None
    sent: list[Any] = field(default_factory=list)
    sender = "sluis@example.org"
    cloud = True

    def write(self, *call: Any, **given: Any) -> Any:
        """A write of Slack or Jira."""
        self.sent.append(given or call[-1])
        return self.answer

    def send(self, letter: Any, recipient: str) -> None:
        """A letter."""
        self.sent.append(letter)


def test_a_comment_in_jira() -> None:
    wire: Any = Wire({"id": "501"})
    JiraComments(wire, public=True).create(Place("10001"), "Two to settle", MARKER)
    line = "Sluiswachter · ref 9f9f5111f7b2"
    assert wire.sent == [
        {
            "body": f"Two to settle\n\n{{color:#97a0af}}{line}{{color}}",
            "properties": [
                {
                    "key": "sluiswachter.slot",
                    "value": {"slot": "0123456789abcdef", "digest": "3f2a9c0d1e4b5a6978", "revision": 7},
                }
            ],
        }
    ]
    assert (PROPERTY, reference(MARKER.slot)) == ("sluiswachter.slot", line)


def test_a_note_in_servicenow() -> None:
    assert note("Two to settle", MARKER) == "Two to settle\n\n[sluis 0123456789abcdef h=3f2a9c0d1e4b r=7]"


def test_a_message_in_slack() -> None:
    wire: Any = Wire(Answer({"channel": "C1", "ts": "1.2"}, {}))
    made = SlackMessages(wire).create(Place("C1"), {"text": "Two to settle", "blocks": []}, MARKER)
    assert made == "C1/1.2"
    assert wire.sent[0]["metadata"] == {
        "event_type": "sluis_message",
        "event_payload": {"slot": "0123456789abcdef", "digest": "3f2a9c0d1e4b5a6978", "revision": 7},
    }


def test_a_letter() -> None:
    wire: Any = Wire()
    letterbox = MailRecipients(MAIL)
    made = MailMessages(wire, letterbox).create(
        Place(letterbox.channel("operations") or ""), {"subject": "Available", "text": "Now"}, MARKER
    )
    assert made == "<sluis.0123456789abcdef@example.org>"
    assert wire.sent[0]["Message-ID"] == made


def test_where_a_letter_goes_as_the_journal_keeps_it() -> None:
    letterbox, rita = MailRecipients(MAIL), Person("acc-rita", "Rita", email="rita@example.org")
    assert (letterbox.channel("operations"), letterbox.person(rita)) == (
        "team:operations",
        "person:7f44da61085abce0",
    )
