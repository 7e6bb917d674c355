"""Outside the harbour, in memory: a site with tickets, boards on which messages stand, channels and a counter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import build

from domain.asset import Asset
from domain.fields import Field
from domain.people import Person, Role, RoleMembers
from domain.ports.connector import Diagnosis
from domain.ports.errors import Ambiguous, Gone, NotFound, SourceError, Unreachable
from domain.ports.interactions import Interaction, Visitor
from domain.ports.messaging import Format, Marker, Place, Posted
from domain.ports.source import Fate, Identity
from domain.sentence import Quote
from domain.ticket import AssetRef, Ticket, TicketRef

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
REF = AssetRef("jira", "A1", "Permit portal")
CHANNEL = "C-changes"


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
    """A `MessageChannel` in memory. `there` tells whether a container is still there; `written` hears where each write
    goes."""

    name: str
    format: Format
    clock: Callable[[], datetime]
    there: Callable[[str], bool] = lambda _: True
    written: Callable[[str], None] = lambda _: None
    editable: bool = True
    endless: bool = False
    searchable: bool = True
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
    title: Quote = field(default_factory=lambda: Quote("Jira"))

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

    def fate(self, ref: TicketRef) -> tuple[Fate, TicketRef | None]:
        if ref.id in self.gone:
            return Fate.DELETED, None
        here = self.ref(self.tickets[ref.id])
        return (Fate.OVER if self.tickets[ref.id].state.over else Fate.OPEN), here

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
    """A `RecipientDirectory` with one channel for everything."""

    def channel(self, name: str) -> str | None:
        return {"operations": CHANNEL, "dpo": "C-dpo"}.get(name)

    def setting(self, name: str = "") -> str:
        return f"SLACK_CHANNELS__{name.upper()}" if name else "SLACK_CHANNEL"

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
    """An `InteractionGateway` at which everybody is who they say they are."""

    name = "slack"

    def visitor(self, user: str) -> Visitor:
        return Visitor(user, user)

    def member(self, email: str) -> Visitor | None:
        return None

    def is_account(self, ident: str) -> bool:
        return False

    @property
    def called(self) -> bool:
        return False

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        return False

    def conversation(self, user: str) -> str:
        return f"D-{user.removeprefix('U-')}"

    def tell(self, to: Interaction, body: Any) -> None:
        """What only they see is no message of the bot's."""


class Silent:
    """An `Examiner` with nothing to say."""

    def examine(self, roles: Mapping[Role, Sequence[str]]) -> Iterator[Diagnosis]:
        return iter(())


LOST: Mapping[str, Callable[[], SourceError]] = {
    "never arrives": lambda: Unreachable("the service", "the connection failed"),
    "has no known end": lambda: Ambiguous("the service", "no answer within the time allowed"),
}
