"""What people do in Slack, over Socket Mode and over HTTP, and what they see of it: real clients, real lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry
from test_story import card

from bot import app, settings
from bot.context import Context
from bot.model.say import say
from bot.pipeline import cycle
from bot.reception import Reception
from bot.web.health import HealthServer
from bot.web.health import app as pages
from connectors.sandbox.slack_socket import Delivered
from connectors.sandbox.slack_state import User
from connectors.sandbox.town import Town

REASON = "The masked copy is delivered next week; until then only the DBA sees the data"


def until(condition: Callable[[], object], seconds: float = 10.0) -> object:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
    return found


@dataclass
class World:
    """A town with the bot at its desk."""

    town: Town
    ctx: Context
    reception: Reception
    acks: list[float] = field(default_factory=list)

    def user(self, name: str) -> User:
        return self.town.people[name]

    @property
    def place(self) -> str:
        return self.town.channels["team-citizens"]

    def card(self):
        return card(self.town, "team-citizens", self.town.change)

    def settle(self) -> None:
        until(lambda: self.ctx.journal.waiting_deeds() == 0)

    def kept(self, done: Delivered) -> None:
        assert done.acknowledged
        self.acks.append(done.seconds)
        self.settle()

    def press(self, who: str, action: str, option: str = "") -> str:
        """What the person is told after pressing something on the card."""
        before = len(self.told(who))
        self.kept(self.town.slack.people.press(self.user(who), self.place, self.card(), action, option))
        told = self.told(who)[before:]
        return "\n".join(told)

    def command(self, who: str, text: str, channel: str = "") -> str:
        before = len(self.told(who))
        self.kept(self.town.slack.people.command(self.user(who), channel or self.place, text))
        return "\n".join(self.told(who)[before:])

    def told(self, who: str) -> list[str]:
        return [w.text for w in self.town.slack.whispers(self.user(who))]

    def home(self, who: str) -> str:
        self.kept(self.town.slack.people.open_home(self.user(who)))
        return text_of(self.town.slack.home(self.user(who)).content["blocks"])

    def dialog(self, who: str) -> str:
        shown = self.town.slack.dialog(self.user(who))
        assert shown is not None
        return text_of(shown.content["blocks"])

    def outcomes(self) -> list[tuple[str, str, str]]:
        ticket = f"jira:{self.town.jira.issues[self.town.change].id}"
        return [(d["person"], d["action"], d["outcome"]) for d in self.ctx.journal.deeds_of(ticket)]


def text_of(blocks: list) -> str:
    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("text"), str):
                yield node["text"]
            for key, value in node.items():
                if key != "options":
                    yield from walk(value)
        elif isinstance(node, list):
            for item in node:
                yield from walk(item)

    return "\n".join(walk(blocks))


@pytest.fixture(params=["socket", "http"])
def mode(request: pytest.FixtureRequest) -> str:
    if request.param == "socket":
        pytest.importorskip("websockets", reason="NOT TESTED OVER SOCKET MODE: install websockets")
    return str(request.param)


@pytest.fixture
def world(town: Town, mode: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for user in town.people.values():
        user.locale = "en-GB"
    env = town.env() | {"SLUIS_MODE": "act", "SLUIS_LANGUAGE": "en"}
    if mode == "socket":
        env |= {"SLACK_APP_TOKEN": "xapp-sandbox"}
        del env["SLACK_SIGNING_SECRET"]
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    loaded = settings.load()
    ctx = app.build(loaded)
    cycle(ctx)
    reception = app.reception(loaded, ctx, app.Metrics())
    assert reception is not None
    reception.open()
    web = HealthServer(pages(dict, dict, CollectorRegistry(), reception.receive), "127.0.0.1", 0)
    if mode == "http":
        town.slack.people.url = f"http://127.0.0.1:{web.port}/slack/events"
    else:
        until(lambda: len(town.slack.sockets.lines) == 2)
    yield World(town, ctx, reception)
    reception.close()
    web.close()
    ctx.journal.close()


def test_a_card_offers_what_can_be_done(world: World) -> None:
    elements = [e for b in world.card().blocks if b["type"] == "actions" for e in b["elements"]]
    assert [(e["action_id"], e.get("text", e.get("placeholder"))["text"]) for e in elements] == [
        ("open_ticket", "Open the ticket"),
        ("seen", "Seen, I am on it"),
        ("snooze", "Remind me later"),
        ("explain", "Explain"),
        ("waive", "Record an exception"),
    ]


def test_seen_is_noted_for_the_person_and_moves_no_deadline(world: World) -> None:
    told = world.press("Tom Willems", "seen")
    assert "You get no reminder of CHG-1 before" in told
    assert "the deadline stays as it is" in told
    assert "You said so already" in world.press("Tom Willems", "seen")
    assert "Also seen by Tom Willems." in world.press("Dina Peeters", "seen")
    assert world.outcomes() == [
        ("Tom Willems", "seen", "seen"),
        ("Tom Willems", "seen", "seen before"),
        ("Dina Peeters", "seen", "seen"),
    ]
    assert max(world.acks) < 3.0
