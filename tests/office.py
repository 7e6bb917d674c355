"""A whole bot in one process: its real pipeline and journal, with tickets, a register and a message service in memory,
and a clock moved by hand. For what takes days or weeks to happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from build import ticket as bare
from organisation import CALENDAR, organisation, speaking

from bot.context import Context
from bot.cycle.cycle import cycle
from bot.journal import open_journal
from bot.messages.i18n.speaker import Translator
from bot.policy.escalation_ladder import EscalationPolicy, Ladders, rungs
from bot.policy.speaking_times import SpeakingTimes
from bot.policy.working_hours import WorkingHours
from bot.report import Report
from domain.asset import Asset
from domain.fields import FIELDS, Field
from domain.people import Group, Person, Role, RoleMembers
from domain.ports.connector import Connector
from domain.ports.errors import NotFound
from domain.ports.messaging import Format, Marker, Place, Posted
from domain.ports.source import Fate, Identity
from domain.sentence import Quote
from domain.ticket import AssetRef, Ticket, TicketRef
from domain.working_calendar import Calendar
from rules.loading.loader import load_packs

LADDERS = Ladders(
    EscalationPolicy(rungs(("change_manager:5", "cab:15"))),
    EscalationPolicy(rungs(("change_manager:10", "cab:30"))),
    EscalationPolicy(rungs(("team:-24", "change_manager:-8", "cab:0")), clock=True),
    EscalationPolicy(rungs(("dpo:-72", "team:-48", "change_manager:-24", "cab:-6")), clock=True),
)
MARC, CARLA, DINA = (
    Person("marc", "Marc"),
    Person("carla", "Carla"),
    Person("dina", "Dina", email="dina@example.org"),
)
MEMBERS = {
    Role.CHANGE_MANAGER: RoleMembers((MARC,), (Group("g-cm", "Change managers"),)),
    Role.CAB: RoleMembers((CARLA,), (Group("g-cab", "CAB"),)),
    Role.DPO: RoleMembers((DINA,), (Group("g-dpo", "Privacy"),)),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One call that wrote: `what` is create or update."""

    at: datetime
    what: str
    channel: str
    thread: str
    text: str


class Killed(BaseException):
    """The process is killed here: nothing catches it."""


@dataclass
class Office:
    """One source "jira", one register, one message service. `channels` by team or role; others go to "all"."""

    journal_url: str
    now: datetime
    packs: tuple[str, ...] = ("vo-icr",)
    talk: SpeakingTimes = field(default_factory=speaking)
    ladders: Ladders = LADDERS
    tongue: str = "en"
    calendar: Calendar = CALENDAR
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=lambda: {"cab": "cab", "change_manager": "cm"})
    languages: Mapping[str, str] = field(default_factory=dict)
    remind_days: tuple[int, ...] = (5, 2, 1)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    kill_at: int = 0
    name = "jira"
    title = Quote("Jira")
    format = Format.SLACK
    editable = True
    endless = True
    searchable = True

    def __post_init__(self) -> None:
        """Open its journal."""
        self.start()

    def start(self) -> None:
        """A process begins; one that was killed left its journal as it stood."""
        outlet = _Slack(self)
        policy = organisation(
            packs=load_packs(list(self.packs)),
            remind_days=self.remind_days,
            hours=WorkingHours(self.calendar, self.calendars, {}),
            talk=self.talk,
            ladders=self.ladders,
        )
        self.outlet = outlet
        connectors = (
            Connector("jira", self, source=self, book=self),
            Connector("slack", self, channel=outlet, recipients=self),
        )
        speak = Translator(self.tongue, ZoneInfo("Europe/Brussels"))
        self.ctx = Context(connectors, open_journal(self.journal_url), policy, speak, lambda: self.now)

    def run(self, full: bool = False) -> Report:
        """One cycle."""
        return cycle(self.ctx, full)

    def until(self, end: datetime, every: timedelta) -> None:
        """Cycles up to a moment."""
        while self.now < end:
            self.now += every
            self.run()

    def put(self, key: str, **given: Any) -> None:
        """Make or edit a ticket: fields by name, and `state`, `summary`, `assets`, `approvals`, `kind`, `created`."""
        old = self.tickets.get(key)
        if old is None:
            fields = {name: Field() for name in FIELDS}
            old = bare(
                fields=fields,
                id=key.lower(),
                key=key,
                url=f"https://jira.example/browse/{key}",
                created=self.now,
            )
        own = {n: given.pop(n) for n in [*given] if n in Ticket.__dataclass_fields__}
        new = {n: v if isinstance(v, Field) else Field(v) for n, v in given.items()}
        fields = {**old.fields, **new}
        self.tickets[key] = replace(old, fields=fields, updated=self.now, **own)

    # -- the source ---------------------------------------------------------------------------------------

    def identify(self) -> Identity:
        return Identity("bot", "bot")

    def changed(self, since: datetime | None) -> Iterator[TicketRef]:
        yield from (self._ref(t) for t in self.tickets.values() if since is None or t.updated >= since)

    def census(self, since: datetime | None = None) -> Iterator[TicketRef]:
        yield from (self._ref(t) for t in self.tickets.values() if not t.state.over)

    def find(self, key: str) -> TicketRef | None:
        found = self.tickets.get(key)
        return self._ref(found) if found else None

    def read(self, ref: TicketRef) -> Ticket:
        if ref.key not in self.tickets:
            raise NotFound("jira", "not there")
        self.reads.append(ref.key)
        return self.tickets[ref.key]

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> Mapping[Role, RoleMembers]:
        return MEMBERS

    def fate(self, ref: TicketRef) -> tuple[Fate, TicketRef | None]:
        return Fate.OPEN, ref

    def _ref(self, one: Ticket) -> TicketRef:
        return TicketRef("jira", one.id, one.key, one.updated, str(one.updated.timestamp()))

    # -- the register, the postbox and the doctor ---------------------------------------------------------

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        return {ref: self.assets[ref.id] for ref in refs if ref.id in self.assets}

    def channel(self, name: str) -> str | None:
        return self.channels.get(name)

    def setting(self, name: str = "") -> str:
        return f"SLACK_CHANNELS__{name.upper()}" if name else "SLACK_CHANNEL"

    def default_channel(self) -> str | None:
        return "all"

    def instead_of(self, container: str) -> str | None:
        """Every channel takes what is posted."""

    def language(self, name: str) -> str | None:
        """What was set for a team or role."""
        return self.languages.get(name)

    def locale(self, person: Person) -> str | None:
        """Nobody's is known."""

    def person(self, person: Person) -> str | None:
        return f"@{person.id}" if person.email else None

    def examine(self, roles: object) -> Iterator[Any]:
        return iter(())

    # -- what was said ------------------------------------------------------------------------------------

    def posts(self, channel: str = "", *, thread: bool | None = None) -> list[str]:
        """The first lines of what was posted, in order; in or outside threads."""
        return [
            said.text.partition("\n")[0]
            for said in self.said
            if said.what == "create" and channel in ("", said.channel) and thread in (None, bool(said.thread))
        ]


class _Slack:
    """The message service. It kills the process at the write numbered `Office.kill_at`, before that is done."""

    name = "slack"
    format = Format.SLACK
    editable = True
    endless = True
    searchable = True

    def __init__(self, office: Office) -> None:
        self.office = office
        self.standing: dict[str, tuple[Place, str, str]] = {}

    def find(self, place: Place, marker: Marker, since: datetime) -> Sequence[Posted]:
        return [
            Posted(id_, digest)
            for id_, (at, slot, digest) in self.standing.items()
            if (at, slot) == (place, marker.slot)
        ]

    def create(self, place: Place, body: Any, marker: Marker) -> str:
        id_ = f"{place.container}/{len(self.office.said)}"
        self._write("create", place, body)
        self.standing[id_] = (place, marker.slot, marker.digest)
        return id_

    def update(self, place: Place, remote_id: str, body: Any, marker: Marker) -> None:
        self._write("update", place, body)
        self.standing[remote_id] = (place, marker.slot, marker.digest)

    def remove(self, place: Place, remote_id: str) -> None:
        del self.standing[remote_id]

    def _write(self, what: str, place: Place, body: Any) -> None:
        office = self.office
        if office.kill_at and len(office.said) + 1 == office.kill_at:
            raise Killed
        office.said.append(Said(office.now, what, place.container, place.thread, body["text"]))
