"""A week in the town of the sandbox, told for pictures: the real bot on a clock moved by hand, real people at real
buttons, and the page of each message as its receiver sees it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
from markupsafe import Markup
from prometheus_client import CollectorRegistry

from bot import bootstrap
from bot.context import Context
from bot.cycle.cycle import cycle
from bot.interactions.worker import InteractionWorker
from bot.server.door import add_events
from bot.server.health import HealthServer
from bot.server.health import app as pages
from bot.settings.load import GROUPS, load_settings, prefix
from sandbox.mail import MailSandbox
from sandbox.slack.state import Message
from sandbox.town import Town

MORE_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "archive": "Move the scanned birth records to the new store",
        "counter": "Faster search at the counter",
        "letters": "New layout for the reminder letters",
        "tiles": "New map tiles in the permit portal",
        "other": "Team Permits",
        "managers": "Change managers",
        "plan": "Switch the old index on again.",
        "reason": "The masked copy comes on 18 March; until then only the two administrators see the data.",
    },
    "nl": {
        "archive": "Gescande geboorteakten naar de nieuwe opslag verhuizen",
        "counter": "Sneller zoeken aan het loket",
        "letters": "Nieuwe opmaak van de herinneringsbrieven",
        "tiles": "Nieuwe kaartlagen in het vergunningenloket",
        "other": "Team Vergunningen",
        "managers": "Changemanagers",
        "plan": "De oude index weer aanzetten.",
        "reason": "De gemaskeerde kopie komt op 18 maart; tot dan zien alleen de twee beheerders de data.",
    },
}
BRUSSELS = ZoneInfo("Europe/Brussels")
_LETTER = Markup(
    '<!doctype html><html><head><meta charset="utf-8"><title>.</title><style>'
    'body {{ font: 15px/1.5 system-ui, "Noto Sans", sans-serif; color: #1d1c1d }} '
    "dl {{ display: grid; grid-template-columns: max-content 1fr; gap: 2px 12px; border-bottom: 1px solid #ddd }} "
    "dl, p {{ margin: 0; padding: 0 16px 12px }} dd {{ margin: 0 }} dt {{ color: #616061 }} "
    "p {{ padding-top: 12px; white-space: pre-wrap }}"
    "</style></head><body><dl>{head}</dl><p>{text}</p></body></html>"
)


def brussels(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the story: March 2026, of which the 11th is a Wednesday, local time."""
    return datetime(2026, 3, day, hour, minute, tzinfo=BRUSSELS).astimezone(UTC)


_BEGIN = brussels(11, 14)


@dataclass(frozen=True, slots=True)
class Page:
    """What to take a picture of: its name, the page as HTML, and which element of it alone is to be seen."""

    name: str
    html: str
    only: str = ""


@dataclass
class Story:
    """The town, the bot with its desk, and a mail server."""

    folder: Path
    language: str
    now: datetime = _BEGIN

    def __post_init__(self) -> None:
        """People, tickets, and the bot's settings."""
        self.words = MORE_WORDS[self.language]
        self.town = Town(self.folder, self.language, lambda: self.now)
        self.letters = MailSandbox()
        self._more_people()
        self._more_tickets()

    # -- the bot ------------------------------------------------------------------------------------------

    def env(self) -> dict[str, str]:
        """The settings, with digests, a pre-read, ladders and mail."""
        own, channels = self.words, self.town.channels
        return self.town.env() | {
            "SLUIS_MODE": "act",
            "SLUIS_LANGUAGE": self.language,
            "SLUIS_LOG_LEVEL": "ERROR",
            "SLUIS_DIGEST_AT": "08:30",
            "SLUIS_PREREAD_ON": "thu",
            "ROLES__CHANGE_MANAGER": own["managers"],
            "SLACK_CHANNELS__CAB": channels["cab"],
            "SLACK_CHANNELS__CHANGE_MANAGER": channels["change-management"],
            f"SLACK_CHANNELS__{own['other'].upper().replace(' ', '_')}": channels["team-permits"],
            "MAIL_HOST": "127.0.0.1",
            "MAIL_PORT": str(self.letters.start()),
            "MAIL_SECURITY": "none",
            "MAIL_FROM_ADDRESS": "sluis@example.org",
            "MAIL_ADDRESSES__OPERATIONS": "operations@example.org",
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        """The bot serves: its desk hears buttons over HTTP. Afterwards all is stopped."""
        with _only(self.env(), self.folder):
            loaded = load_settings()
            self.ctx: Context = bootstrap.build(loaded, lambda: self.now)
            desk = bootstrap.reception(loaded, self.ctx, bootstrap.Metrics())
            assert isinstance(desk, InteractionWorker)
            desk.open()
            flask = pages(dict, dict, CollectorRegistry())
            add_events(flask, desk.receive, lambda _: True, desk.genuine)
            door = HealthServer(flask, "127.0.0.1", 0).start()
            self.town.slack.people.url = f"http://127.0.0.1:{door.port}/slack/events"
            try:
                yield
            finally:
                desk.close()
                door.close()
                self.ctx.journal.close()
                self.letters.stop()
                self.town.stop()

    def at(self, moment: datetime) -> None:
        """It is this moment, and the bot does its round."""
        self.now = moment
        cycle(self.ctx)

    def settled(self) -> None:
        """All that people did was worked off."""
        end = time.monotonic() + 10
        while self.ctx.journal.waiting_interactions():
            assert time.monotonic() < end, "the desk is stuck"
            time.sleep(0.01)

    # -- what is seen -------------------------------------------------------------------------------------

    def page(self, name: str, path: str, only: str = "") -> Page:
        """A page of the sandbox's Slack as it stands now."""
        got = requests.get(f"{self.town.servers['slack'].url}{path}", timeout=10)
        got.raise_for_status()
        return Page(name, got.text, only)

    def said(self, name: str, channel: str, *, starting: str = "") -> Page:
        """The newest message of a channel that starts so, with its thread."""
        place = self.town.channels[channel]
        found = [m for m in self.town.slack.messages(place) if m.text.startswith(starting)]
        return self.page(name, f"/archives/{place}", f'article[id="{found[-1].ts}"]')

    def comment(self, name: str) -> Page:
        """The comment in the ticket of the story."""
        got = requests.get(f"{self.town.servers['jira'].url}/browse/{self.town.change}", timeout=10)
        return Page(name, got.text, "article.comment")

    def letter(self, name: str) -> Page:
        """The newest letter, as a mail program shows it."""
        message = self.letters.letters[-1].message
        names = {"nl": ("Van", "Aan", "Onderwerp"), "en": ("From", "To", "Subject")}[self.language]
        shown = zip(names, (message[part] for part in ("From", "To", "Subject")), strict=True)
        head = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*row) for row in shown)
        text = (
            message.get_content().strip().replace(self.town.servers["jira"].url, "https://jira.example.org")
        )
        return Page(name, str(_LETTER.format(head=head, text=text)))

    # -- what happens -------------------------------------------------------------------------------------

    def tell(self) -> Iterator[Page]:
        """All pages, in the order in which they come about."""
        town = self.town
        self.at(self.now)
        yield self.comment("comment")
        yield self.said("card", "team-citizens", starting=f"{town.change} ·")
        yield from self._exception(brussels(11, 15))
        self.at(brussels(12, 8, 30))
        yield self.said("digest", "team-citizens")
        yield self.said("digest-quiet", "team-permits")
        self.at(brussels(12, 9, 5))
        yield self.said("escalation", "change-management")
        yield self.said("preread", "cab")
        yield from self._asked(brussels(12, 10))
        self.at(brussels(12, 18, 5))
        yield self.said("reminder", "team-citizens")
        yield from self._let_through(brussels(13, 9, 30))
        yield from self._handed_over(brussels(13, 10))

    def _exception(self, moment: datetime) -> Iterator[Page]:
        """A fall-back plan is written, and the DPO records an exception, as the owner must too: the dialog."""
        self.now = moment
        self.town.jira.set_field(self.counter, "Backout plan", self.words["plan"], "Piet Jansen")
        dina, slack = self.town.people["Dina Peeters"], self.town.slack
        slack.people.press(dina, self.town.channels["team-citizens"], self._card(self.archive), "waive")
        self.settled()
        shown = slack.dialog(dina)
        assert shown is not None
        _fill(shown.content["blocks"], rules="ICR-16,ICR-31", reason=self.words["reason"], until="2026-03-20")
        yield self.page("exception", f"/dialog/{shown.id}")
        slack.people.submit(dina, shown, rules="ICR-16,ICR-31")
        self.settled()

    def _asked(self, moment: datetime) -> Iterator[Page]:
        """The DPO looks at her Home, and Tom asks about a ticket."""
        self.now = moment
        town, people = self.town, self.town.slack.people
        dina, tom = town.people["Dina Peeters"], town.people["Tom Willems"]
        people.open_home(dina)
        self.settled()
        yield self.page("home", f"/home/{dina.id}")
        people.command(tom, town.channels["team-citizens"], town.change)
        self.settled()
        yield self.page("command", f"/only/{tom.id}", "article:last-of-type")

    def _let_through(self, moment: datetime) -> Iterator[Page]:
        self.now = moment
        self.town.put_in_order()
        self.at(moment)
        yield self.said("card-ready", "team-citizens", starting=f"{self.town.change} ·")

    def _handed_over(self, moment: datetime) -> Iterator[Page]:
        """Both notifications; receipt of the first; and one that Slack does not take."""
        town, place = self.town, self.town.channels["operations"]
        self.now = moment
        town.roll_out()
        self.at(moment)
        yield self.said("handover-1", "operations")
        sent = [m for m in town.slack.messages(place) if town.release in m.text][-1]
        self.now = moment + timedelta(minutes=12)
        town.slack.people.press(town.people["Rita Goossens"], place, sent, "received")
        self.settled()
        self.at(moment + timedelta(minutes=15))
        yield self.said("handover-received", "operations")
        self.now = moment + timedelta(hours=4)
        town.goes_operational()
        self.at(self.now)
        yield self.said("handover-2", "operations")
        town.slack.workspace.channels[place].archived = True
        self.now = brussels(13, 18, 30)
        town.roll_out(self.counter)
        self.at(self.now)
        yield self.letter("letter")

    def _card(self, key: str) -> Message:
        cards = self.town.slack.messages(self.town.channels["team-citizens"])
        return [m for m in cards if m.text.startswith(f"{key} ·")][-1]

    # -- how it came to be so -----------------------------------------------------------------------------

    def _more_people(self) -> None:
        town, jira = self.town, self.town.jira
        jira.add_user("Marijke Wouters")
        jira.add_group(self.words["managers"], "Marijke Wouters")
        for name in ("cab", "change-management", "team-permits"):
            town.channels[name] = town.slack.add_channel(name)
            members = town.slack.workspace.channels[town.channels[name]].members
            members.update(user.id for user in town.people.values())

    def _more_tickets(self) -> None:
        """One that runs with an exception, one that is due today, one due in the coming days, one on course."""
        words = self.town.words
        permits = {"Affected services": [words["permits"]], "Release package": "7.1.1"}
        archive = {
            "Affected services": [words["citizens"]],
            "Release package": "2.0",
            "Test data": "Production",
        }
        self.archive = self._ticket("archive", brussels(16, 18), **archive)
        unplanned = permits | {"Backout plan": ""}
        self.counter = self._ticket("counter", brussels(13, 15), approved=False, **unplanned)
        self._ticket("letters", brussels(12, 19), approved=False, **permits)
        self._ticket("tiles", brussels(25, 18), **permits | {"Responsible team": self.words["other"]})

    def _ticket(self, name: str, start: datetime, *, approved: bool = True, **fields: Any) -> str:
        town = self.town
        town.jira.clock = lambda: town.now() - timedelta(days=9)
        given = town.prepared(**fields) | {"Planned start": start, "Planned end": start + timedelta(hours=2)}
        key = town.jira.add_issue("CHG", "[System] Change", self.words[name], given, by="Tom Willems")
        town.tested(key)
        if approved:
            town.approved(key, "Owner", "Els Maes")
        town.approved(key, "Change Advisory Board", "Karim Aziz")
        if name == "archive":
            town.approved(key, "Data Protection", "Dina Peeters")
        town.jira.transition(key, "Awaiting approval", "Tom Willems")
        town.jira.clock = town.now
        return key


def _fill(blocks: list[dict[str, Any]], **values: str) -> None:
    """Somebody fills in a dialog."""
    for element in (block["element"] for block in blocks if block["type"] == "input"):
        given = values[element["action_id"]]
        if element["type"] == "plain_text_input":
            element["initial_value"] = given
        elif element["type"] == "datepicker":
            element["initial_date"] = given
        else:
            chosen = given.split(",")
            element["initial_options"] = [o for o in element["options"] if o["value"] in chosen]


@contextmanager
def _only(env: Mapping[str, str], folder: Path) -> Iterator[None]:
    """These settings alone, in a folder without a `.env`."""
    prefixes = tuple(prefix(group) for group in GROUPS.values())
    before, place = dict(os.environ), Path.cwd()
    for name in [name for name in before if name.upper().startswith(prefixes)]:
        del os.environ[name]
    os.environ.update(env)
    os.chdir(folder)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.chdir(place)
