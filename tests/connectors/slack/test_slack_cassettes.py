"""The connector against recorded exchanges; `cassettes/slack/README.md` says what they were recorded against."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime

import pytest
from recording import CASSETTES, recorded
from slack_helpers import MARKER, body

from connectors.slack.client import SlackClient
from connectors.slack.doctor import SlackExaminer
from connectors.slack.messages import SlackMessages
from connectors.slack.recipients import SlackRecipients
from connectors.slack.settings import SlackSettings
from domain.people import Person
from domain.ports.connector import Health
from domain.ports.errors import Gone
from domain.ports.messaging import Marker, Place, Posted
from sandbox.slack.app import TOKEN, SlackSandbox

CHANNEL, PERSON = "C0SLUIS0002", "Dirk Peeters"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _sandbox() -> SlackSandbox:
    """The same workspace, ids and times at every recording."""
    seconds = itertools.count(int(START.timestamp()))
    sandbox = SlackSandbox(clock=lambda: float(next(seconds)))
    assert sandbox.add_channel("wijzigingen") == CHANNEL
    sandbox.add_user(PERSON, "dirk.peeters@example.org")
    return sandbox


def _client(url: str) -> SlackClient:
    return SlackClient(TOKEN, f"{url}/api/")


def test_card_with_news_in_its_thread() -> None:
    with recorded("slack/card", lambda: _sandbox().app) as url:
        outlet, place = SlackMessages(_client(url)), Place(CHANNEL)
        card = outlet.create(place, body("CHG-1 mist een testplan"), MARKER)
        outlet.update(place, card, body("CHG-1 is in orde"), Marker("slot-1", "digest-2", 2))
        news = outlet.create(Place(CHANNEL, card), body("Testplan toegevoegd"), Marker("slot-2", "n", 1))
        found = outlet.find(place, MARKER, START)
        replies = outlet.find(Place(CHANNEL, card), Marker("slot-2", "", 0), START)
        outlet.remove(place, news)
        with pytest.raises(Gone):
            outlet.update(place, news, body("too late"), MARKER)
    assert (found, replies) == ([Posted(card, "digest-2")], [Posted(news, "n")])


def test_person() -> None:
    with recorded("slack/person", lambda: _sandbox().app) as url:
        postbox = SlackRecipients(_client(url), SlackSettings())
        known = postbox.person(Person("1", PERSON, email="dirk.peeters@example.org"))
    assert known is not None
    assert known.startswith("D")


def test_nobody() -> None:
    with recorded("slack/nobody", lambda: SlackSandbox().app) as url:
        postbox = SlackRecipients(_client(url), SlackSettings())
        assert postbox.person(Person("2", "Els Maes", email="els.maes@example.org")) is None


def test_doctor() -> None:
    with recorded("slack/doctor", lambda: _sandbox().app) as url:
        examiner = SlackExaminer(_client(url), SlackSettings(channel=CHANNEL))
        seen = [
            d for d in examiner.examine({}) if "scope" not in d.about
        ]  # that header is not on the cassette
    assert [d.health for d in seen] == [Health.OK, Health.OK]


def test_cassettes_hold_no_token_address_or_port() -> None:
    for path in (CASSETTES / "slack").glob("*.yaml"):
        content = path.read_text(encoding="utf-8")
        assert not re.search(r"xox[a-z]-|Bearer|127\.0\.0\.1|[Cc]ookie", content), path.name
        assert set(re.findall(r"\w+(?:@|%40)[\w.]+", content)) <= {
            "someone@example.org",
            "someone%40example.org",
        }
