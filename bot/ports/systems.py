"""What an outside system may offer: tickets, assets, a place to speak, word of changes, an examination.

What not every system can do has a default here, which is that of a system that cannot. A class that names its port as
its base leaves such a method out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from bot.model.asset import Asset
from bot.model.people import Person, Role, RoleMembers
from bot.model.relations import Reach
from bot.model.ticket import AssetRef, Ticket, TicketRef
from bot.ports.desk import Desk
from bot.ports.errors import Gone, Refused


class Fate(StrEnum):
    """What became of a ticket that a full listing no longer shows."""

    OPEN = "open"
    OVER = "over"
    MOVED = "moved"
    DELETED = "deleted"
    HIDDEN = "hidden"


class Format(StrEnum):
    """In which form an outlet takes a message."""

    ADF = "adf"
    WIKI = "wiki"
    PLAIN = "plain"
    SLACK = "slack"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the account is, as the system sees it. `expires` is the last day of its credentials, where that is known."""

    id: str
    name: str
    timezone: str = "UTC"
    expires: date | None = None


class TicketSource(Protocol):
    """A system that holds tickets."""

    name: str

    def identify(self) -> Identity:
        """Who we are there. Raises AuthRefused when the credentials are wrong or expired."""

    def changed(self, since: datetime | None) -> Iterator[TicketRef]:
        """Tickets of the configured scope changed at or after `since` (UTC; None for all that are open).

        Ends normally only when the listing is complete; raises SourceError otherwise. May repeat a ticket.
        """

    def census(self, since: datetime | None = None) -> Iterator[TicketRef]:
        """All open tickets of the scope, for finding what changed without moving its stamp.

        since  what the system counts as open though its state says that it is over is left out where it was not
               changed at or after that moment (UTC): then it was over before. May list more, never less than that.
        """
        return self.changed(None)

    def find(self, key: str) -> TicketRef | None:
        """The ticket people call `key`; None when it is not there, not visible or not of this source."""

    def read(self, ref: TicketRef) -> Ticket:
        """One ticket in full. Raises NotFound, or another SourceError."""

    def roles(self, wanted: Mapping[Role, Sequence[str]]) -> Mapping[Role, RoleMembers]:
        """Members of the named groups (or user ids). A name unknown to this source is left out."""
        return {}

    def fate(self, ref: TicketRef) -> tuple[Fate, TicketRef | None]:
        """What became of a ticket that a census did not list, and how it is found now: still open, closed, moved
        out of what is watched, deleted for certain, or not visible (most systems do not tell deleted from hidden).
        Raises SourceError when nothing can be concluded.
        """
        # A ticket that is found is read again, and says itself whether it is over; of any other nothing is concluded.
        found = self.find(ref.key)
        return (Fate.OPEN, found) if found else (Fate.HIDDEN, None)

    def account(self, email: str) -> Person | None:
        """The one active account that shows this e-mail address; None when there is none, or more than one."""
        return None


@runtime_checkable
class ReadsAhead(Protocol):
    """A source that can fetch many tickets in one request."""

    def ahead(self, refs: Sequence[TicketRef]) -> None:
        """These are read next, and soon. What cannot be had this way is read one by one; raises nothing for that."""


class Line(Protocol):
    """The line to an outside system."""

    @property
    def open(self) -> bool:
        """True while nothing is asked of it: it did not answer several times in a row, or wants to be left alone.
        (The word is that of a circuit breaker.)
        """


class AssetBook(Protocol):
    """A register of assets."""

    name: str

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        """The assets behind `refs`, by id when the ref points into this book, else by exact name.
        Refs it does not know are absent from the answer. Raises SourceError when it cannot be read.
        """


class Relations(Protocol):
    """A register that knows which assets depend on which."""

    name: str

    def related(self, assets: Sequence[AssetRef]) -> Mapping[AssetRef, Reach]:
        """What depends, over some hops, on each of these assets of this register. Raises SourceError."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: a ticket's id, or a channel; `thread` is the remote id of the parent message."""

    container: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """How the bot knows its own message again: an opaque slot key, and the hash and number of the text."""

    slot: str
    digest: str
    revision: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A message of ours found outside. `digest` is that of the text it shows, where the marker tells. `altered` is
    when (UTC) it was posted, if a person has edited it since.
    """

    remote_id: str
    digest: str = ""
    altered: datetime | None = None


class Outlet(Protocol):
    """A place where the bot speaks: ticket comments, work notes, Slack."""

    name: str
    editable: bool = False

    @property
    def format(self) -> Format:
        """The form of its messages. May raise SourceError where the system has to be asked for it."""

    def find(self, place: Place, marker: Marker, since: datetime) -> Sequence[Posted]:
        """Our messages for the marker's slot, oldest first. `since` (UTC) is before the first attempt."""
        return ()

    def create(self, place: Place, body: Any, marker: Marker) -> str:
        """Post with the marker inside the same call; gives the remote id. Raises Ambiguous, Refused, ..."""

    def update(self, place: Place, remote_id: str, body: Any, marker: Marker) -> None:
        """Replace the text. Raises Gone when it is not there any more, Altered when it is a person's by now."""
        raise Refused(self.name, "a message there cannot be edited")

    def remove(self, place: Place, remote_id: str) -> None:
        """Take a surplus message of ours away. Raises Gone when it is not there any more."""
        raise Gone(self.name, "a message there cannot be taken back")


class Postbox(Protocol):
    """Finds where on the message service a team, role or person is reached."""

    def channel(self, name: str) -> str | None:
        """Channel id configured for a team or role; None when there is none (use the default channel)."""

    def default_channel(self) -> str | None:
        """The channel for everything that has no channel of its own."""
        return None

    def person(self, person: Person) -> str | None:
        """Conversation id for a direct message; None when the person cannot be reached there."""

    def instead_of(self, container: str) -> str | None:
        """The channel for what a channel does not take; None for what is meant for a person alone."""
        return None

    def language(self, name: str) -> str | None:
        """The language set for a team or role, like "nl"; None when none is."""
        return None

    def locale(self, person: Person) -> str | None:
        """What a person reads there, like "nl-BE"; None when that is not known. Raises SourceError."""
        return None


class Health(StrEnum):
    """How one examined thing is."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing the doctor looked at, in one line, and what to do about it."""

    health: Health
    about: str
    detail: str
    fix: str = ""


class Examiner(Protocol):
    """The doctor's view of one system."""

    def examine(self, roles: Mapping[Role, Sequence[str]]) -> Iterator[Diagnosis]:
        """Connection, identity, permissions, fields, groups, channels. Writes nothing, raises nothing."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Word from outside that a ticket may have changed, to be looked at soon. Never evidence of anything.

    id      of the ticket in its source, or key when that is all that was told
    event   what tells a repeated delivery of the same word; empty where the system gives none
    """

    id: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class Deletion(Hint):
    """Signed word that a ticket was deleted. Taken for true only when the ticket is not found any more either."""


class Inbound(Protocol):
    """Understands the requests in which an outside system says that something changed."""

    name: str

    def hints(self, headers: Mapping[str, str], body: bytes) -> Sequence[Hint]:
        """What a request tells. Empty for words about the bot's own doings and for tickets not watched.
        Raises AuthRefused when the signature is not right, Garbled when it cannot be understood.
        """


@dataclass(frozen=True, slots=True)
class Connector:
    """Everything one outside system offers. What it does not offer is None. A `letterbox` finds where formal
    notifications go that the message service does not take.
    """

    name: str
    examiner: Examiner
    source: TicketSource | None = None
    book: AssetBook | None = None
    outlet: Outlet | None = None
    postbox: Postbox | None = None
    relations: Relations | None = None
    inbound: Inbound | None = None
    circuit: Line | None = None
    desk: Desk | None = None
    letterbox: Postbox | None = None
