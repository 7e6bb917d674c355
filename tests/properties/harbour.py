"""A harbour to steer through: tickets, a board of comments and a message service in memory, and the real bot before it.

Everything between the ports is the product's own: pipeline, rules, decisions, delivery, journal in a file. What people
do is done to the tickets; what goes wrong is arranged beforehand and happens during the next run.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import build
from sqlalchemy import func, select

from bot import ports
from bot.accounts import one_person
from bot.calendar import Calendar
from bot.context import Context, Policy
from bot.deed import Action
from bot.journal import Journal, connect, open_journal
from bot.journal.causes import Cause
from bot.journal.tables import AUDIT
from bot.messages.language import Speaker
from bot.model.asset import Asset
from bot.model.fields import UNREADABLE, Field
from bot.model.lifecycle import State
from bot.model.people import Person, Role, RoleMembers
from bot.model.ticket import Approval, AssetRef, Change, Decision, Ticket, TicketRef
from bot.ports import (
    Ambiguous,
    Connector,
    Deed,
    Diagnosis,
    Format,
    Gone,
    Identity,
    Interaction,
    Marker,
    NotFound,
    Place,
    Posted,
    SourceError,
    Unreachable,
    Visitor,
)
from bot.reception import Reception
from rules.policy import load_packs

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PACKS = load_packs(("vo-icr",))
REF = AssetRef("jira", "A1", "Permit portal")
CHANNEL = "C-changes"
MOST = 200
STEPS = (5, 2, 1)
CALENDAR = Calendar(ZoneInfo("Europe/Brussels"))
PEOPLE = {"the owner": build.AN, "a CAB member": build.BO, "the DPO": build.CI}
WORDS: Mapping[str, Mapping[str, Field]] = {
    "test_data": {"synthetic": Field("synthetic"), "production": Field("production"), "nothing": Field()},
    "rollout_strategy": {"phased": Field("phased"), "pull": Field("pull"), "nothing": Field()},
    "fallback_plan": {"a plan": Field("Restore the backup."), "nothing": Field()},
    "test_result": {"passed": Field("passed"), "failed": Field("failed"), "nothing": Field()},
    "planned_start": {
        "tomorrow": Field(START + timedelta(days=1)),
        "next week": Field(START + timedelta(days=7)),
    },
    "change_type": {"normal": Field("normal"), "emergency": Field("emergency")},
    "operational_at": {"in three days": Field(START + timedelta(days=3)), "nothing": Field()},
}
"""What people write into fields, by the words of the story."""


class Killed(BaseException):
    """The process ends here, as by kill -9: nothing of ours runs after it."""


@dataclass
class Message:
    """A message of the bot as it stands outside."""

    remote_id: str
    place: Place
    slot: str
    digest: str
    body: Any
    at: datetime


@dataclass
class Trouble:
    """What happens at the n-th call from now: raised before the work is done, or after it."""

    calls_from_now: int
    error: BaseException
    after: bool

    def strike(self, before: bool) -> None:
        """Raise, when it is time."""
        if before:
            self.calls_from_now -= 1
        if self.calls_from_now == 0 and before != self.after:
            self.calls_from_now = -1
            raise self.error


@dataclass
class Board:
    """An `Outlet` in memory. `there` tells whether a container still is; `written` hears each write's container."""

    name: str
    format: Format
    clock: Callable[[], datetime]
    there: Callable[[str], bool] = lambda _: True
    written: Callable[[str], None] = lambda _: None
    editable: bool = True
    messages: list[Message] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    _count: int = 0

    def find(self, place: Place, marker: Marker, since: datetime) -> Sequence[Posted]:
        self._reach(place, before=True)
        return [
            Posted(m.remote_id, m.digest)
            for m in self.messages
            if (m.place, m.slot) == (place, marker.slot) and m.at >= since
        ]

    def create(self, place: Place, body: Any, marker: Marker) -> str:
        self._count += 1
        made = Message(f"m{self._count}", place, marker.slot, marker.digest, body, self.clock())
        self._writing(place, lambda: self.messages.append(made))
        return made.remote_id

    def update(self, place: Place, remote_id: str, body: Any, marker: Marker) -> None:
        old = self._one(place, remote_id)
        self._writing(place, lambda: (setattr(old, "body", body), setattr(old, "digest", marker.digest)))

    def remove(self, place: Place, remote_id: str) -> None:
        old = self._one(place, remote_id)
        self._writing(place, lambda: self.messages.remove(old))

    def _writing(self, place: Place, work: Callable[[], object]) -> None:
        self.attempts.append(place.container)
        self._reach(place, before=True)
        work()
        self.written(place.container)
        self._reach(place, before=False)

    def _reach(self, place: Place, *, before: bool) -> None:
        if before and not self.there(place.container):
            raise NotFound(self.name, "not there, or not visible")
        for trouble in self.troubles:
            trouble.strike(before)

    def _one(self, place: Place, remote_id: str) -> Message:
        for message in self.messages:
            if (message.place, message.remote_id) == (place, remote_id):
                return message
        raise Gone(self.name, "it is not there any more")


@dataclass
class Site:
    """A `TicketSource` and `AssetBook` in memory. A ticket that is gone is neither listed, found nor read."""

    clock: Callable[[], datetime]
    tickets: dict[str, Ticket] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)
    breaks_off: bool = False
    name: str = "jira"

    def identify(self) -> Identity:
        return Identity("acc-sluis", "Sluiswachter")

    def changed(self, since: datetime | None) -> Iterator[TicketRef]:
        return self._listing(lambda one: since is None or one.updated >= since - timedelta(seconds=1))

    def census(self, since: datetime | None = None) -> Iterator[TicketRef]:
        return self._listing(lambda one: not one.state.over)

    def find(self, key: str) -> TicketRef | None:
        named = (one for one in self.tickets.values() if key in (one.key, one.id) and one.id not in self.gone)
        return next(map(self.ref, named), None)

    def read(self, ref: TicketRef) -> Ticket:
        if ref.id in self.gone:
            raise NotFound(self.name, f"{ref.key} is not there, or not visible")
        if ref.id in self.unreadable:
            raise Unreachable(self.name, "answered 503")
        return self.tickets[ref.id]

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> Mapping[Role, RoleMembers]:
        return {role: build.ROLES.get(role, RoleMembers(configured=False)) for role in wanted}

    def fate(self, ref: TicketRef) -> tuple[Any, TicketRef | None]:
        fates = getattr(ports, "Fate", None)
        assert fates, "asked only by a bot that knows of fates"
        if ref.id in self.gone:
            return fates.DELETED, None
        here = self.ref(self.tickets[ref.id])
        return (fates.OVER if self.tickets[ref.id].state.over else fates.OPEN), here

    def account(self, email: str) -> Person | None:
        return None

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        people = {"owner": Field((build.AN,)), "stakeholders": Field((build.BO,))}
        classes = {name: Field(4) for name in ("confidentiality", "integrity", "availability")}
        flags = {"gdpr": Field(True), "ksz": Field(False), "nis2": Field(False)}
        asset = Asset(self.name, REF.id, REF.name, **classes, **flags, **people, supplier=Field())
        return {ref: asset for ref in refs if ref.id == REF.id}

    def ref(self, ticket: Ticket) -> TicketRef:
        """The ticket as it is listed now."""
        return TicketRef(self.name, ticket.id, ticket.key, ticket.updated, str(self.versions[ticket.id]))

    def touch(self, ticket_id: str, **changes: Any) -> None:
        """Somebody changed the ticket: its stamp moves."""
        if ticket_id in self.tickets:
            self.tickets[ticket_id] = replace(self.tickets[ticket_id], updated=self.clock(), **changes)
            self.versions[ticket_id] += 1

    def _listing(self, wanted: Callable[[Ticket], bool]) -> Iterator[TicketRef]:
        listed = [one for one in self.tickets.values() if wanted(one) and one.id not in self.gone]
        for number, one in enumerate(listed):
            if self.breaks_off and number == len(listed) // 2:
                raise Unreachable(self.name, "answered 503")
            yield self.ref(one)
        if self.breaks_off:
            raise Unreachable(self.name, "answered 503")


class Channels:
    """A `Postbox` with one channel for everything."""

    def channel(self, name: str) -> str | None:
        return {"operations": CHANNEL, "dpo": "C-dpo"}.get(name)

    def default_channel(self) -> str | None:
        return CHANNEL

    def person(self, person: Person) -> str | None:
        return f"D-{person.id}"

    def instead_of(self, container: str) -> str | None:
        return None

    def language(self, name: str) -> str | None:
        return None

    def locale(self, person: Person) -> str | None:
        return None


class Counter:
    """A `Desk` at which everybody is who they say they are."""

    name = "slack"

    def visitor(self, user: str) -> Visitor:
        return Visitor(user, user)

    def conversation(self, user: str) -> str:
        return f"D-{user.removeprefix('U-')}"

    def tell(self, to: Interaction, body: Any) -> None:
        """What only they see is no message of the bot's."""


class Silent:
    """An `Examiner` with nothing to say."""

    def examine(self, roles: Mapping[Role, Sequence[str]]) -> Iterator[Diagnosis]:
        return iter(())


class Harbour:
    """Two tickets, what the bot says about them, and the bot with its journal."""

    def __init__(self, template: Path, journal: type[Journal] = Journal) -> None:
        fast = Path("/dev/shm")  # in memory where there is such a place: every step commits
        self.folder = Path(tempfile.mkdtemp(prefix="harbour-", dir=fast if fast.is_dir() else None))
        shutil.copy(template, self.folder / "sluis.db")
        self.kind, self.now = journal, START
        self.site = Site(lambda: self.now)
        self.comments = Board("jira", Format.ADF, lambda: self.now, self.is_there, self.site.touch)
        self.slack = Board("slack", Format.SLACK, lambda: self.now)
        self.counter: Any = Counter()
        self.journal = self._opened()
        self.presses = 0
        for number in ("1", "2"):
            self._ticket(number)

    def is_there(self, ticket_id: str) -> bool:
        return ticket_id in self.site.tickets and ticket_id not in self.site.gone

    def close(self) -> None:
        self.journal.close()
        shutil.rmtree(self.folder)

    def restart(self) -> None:
        """The process is gone; another one opens its journal."""
        self.journal.close()
        self.journal = self._opened()

    def context(self, *, act: bool = True) -> Context:
        policy = Policy(
            act=act,
            packs=PACKS,
            default_class=3,
            max_writes=MOST,
            roles={Role.CAB: ("CAB",), Role.DPO: ("Privacy",)},
            service_hours={build.TEAM.name: "24x7"},
            remind_days=STEPS,
            calendar=CALENDAR,
            same_person=one_person([f"U-{person.id}={person.id}" for person in PEOPLE.values()]),
        )
        jira = Connector("jira", Silent(), source=self.site, book=self.site, outlet=self.comments)
        slack = Connector("slack", Silent(), outlet=self.slack, postbox=Channels(), desk=self.counter)
        speak = Speaker("en", ZoneInfo("Europe/Brussels"))
        return Context((jira, slack), self.journal, policy, speak, lambda: self.now)

    def decided(self, number: str, who: str, decision: Decision) -> None:
        """A person decides in the ticket, as they would."""
        made = Approval(PEOPLE[who], decision, self.now, build.CAB if who == "a CAB member" else None)
        self.site.touch(number, approvals=(*self.site.tickets[number].approvals, made))

    def wrote(self, number: str, name: str, value: Field) -> None:
        """A person fills in or empties a field."""
        ticket = self.site.tickets[number]
        before, after = (str(one.value or "") for one in (ticket.field(name), value))
        told = Change(name, before, after, build.ELS, self.now)
        self.site.touch(number, fields={**ticket.fields, name: value}, history=(*ticket.history, told))

    def rolled_out(self, number: str, operational_in: int | None = None) -> None:
        """It is in production, and on record; and will be operational in so many hours, where that is known."""
        fields = {
            "actual_start": Field(self.now - timedelta(hours=2)),
            "actual_end": Field(self.now - timedelta(hours=1)),
            "result": Field("successful"),
            "handed_over_to": Field((build.TEAM,)),
            "handed_over_at": Field(self.now),
        }
        if operational_in is not None:
            fields["operational_at"] = Field(self.now + timedelta(hours=operational_in))
        self.site.touch(number, state=State.REVIEW, fields=self.site.tickets[number].fields | fields)

    def pressed(self, who: str, action: Action, value: str) -> str:
        """A person presses a button, and the bot works it off; gives what came of it."""
        self.presses += 1
        user = f"U-{PEOPLE[who].id}"
        done: list[str] = []
        made = Interaction(f"press-{self.presses}", Deed.PRESS, user, action.value, value, place=CHANNEL)
        reception = Reception(self.context(), self.counter, on_done=done.append)
        reception.take(made)
        reception.work_off()
        return done[-1]

    def presses_on_record(self) -> int:
        """How many presses the audit trail holds."""
        told = select(func.count()).select_from(AUDIT).where(AUDIT.c.cause == Cause.INTERACTION.value)
        with self.journal.read() as connection:
            return int(connection.execute(told).scalar_one())

    def hid(self, number: str, name: str) -> None:
        """An admin of the ticket system hides a field from the bot."""
        self.site.touch(number, fields={**self.site.tickets[number].fields, name: UNREADABLE})

    def _opened(self) -> Journal:
        url = f"sqlite:///{self.folder / 'sluis.db'}"
        if self.kind is Journal:
            return open_journal(url)
        journal = self.kind(connect(url, exclusive=True))
        journal.free_leases()
        return journal

    def _ticket(self, number: str) -> None:
        names = ("actual_start", "actual_end", "result", "handed_over_to", "handed_over_at", "operational_at")
        ahead = dict.fromkeys(names, Field()) | {"change_type": Field("normal")}
        moments = {
            "planned_start": START + timedelta(days=3),
            "planned_end": START + timedelta(days=3, hours=2),
        }
        told = {"stakeholders": Field((build.BO,))}
        base = build.complete(state=State.AUTHORIZE, **ahead | told | moments).ticket
        self.site.versions[number] = 0
        self.site.tickets[number] = replace(
            base,
            source="jira",
            id=number,
            key=f"CHG-{number}",
            summary="New address format",
            updated=self.now,
            approvals=(),
            assets=(REF,),
        )


LOST: Mapping[str, Callable[[], SourceError]] = {
    "never arrives": lambda: Unreachable("the service", "the connection failed"),
    "has no known end": lambda: Ambiguous("the service", "no answer within the time allowed"),
}
