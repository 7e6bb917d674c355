"""Where tickets come from: the system that holds them, and what it says of its own accord when one changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from domain.people import Person, Role, RoleMembers
from domain.ticket import Ticket, TicketRef


class Fate(StrEnum):
    """What became of a ticket that a full listing no longer shows. DELETED is certain; ABSENT is not to be found where
    its neighbours are: deleted, or out of the account's sight. HIDDEN is out of sight with all that is around it.
    """

    OPEN = "open"
    OVER = "over"
    MOVED = "moved"
    DELETED = "deleted"
    ABSENT = "absent"
    HIDDEN = "hidden"


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
        out of what is watched, deleted for certain, absent, or not visible (most systems do not tell deleted from
        hidden).
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


@runtime_checkable
class InParts(Protocol):
    """A source that is watched part by part (projects, tables), to which an administrator may add one later."""

    def parts(self) -> Sequence[str]:
        """The parts that are watched; none where all there are."""

    def part_of(self, ref: TicketRef) -> str:
        """The part in which a ticket is."""


@runtime_checkable
class HidesParts(Protocol):
    """A source that leaves out of a ticket, without a word, those parts of it that the account may not see."""

    def sees(self, key: str) -> bool:
        """Whether what people call `key` is there and to be seen, watched or not. Raises SourceError."""


@runtime_checkable
class KnowsById(Protocol):
    """A source whose admins may give other names to what settings name. What was understood once is known by its id
    then, under whatever name.
    """

    def recall(self, names: Mapping[str, str]) -> None:
        """What was learnt in earlier runs."""

    def learnt(self) -> Mapping[str, str]:
        """What is known by now, to be recalled in later runs."""

    def renamed(self) -> Sequence[str]:
        """A line for the admin for each thing that goes by another name than settings give it, or is not found."""


@dataclass(frozen=True, slots=True)
class ChangeHint:
    """Word from outside that a ticket may have changed, to be looked at soon. Never evidence of anything.

    id      of the ticket in its source, or key when that is all that was told
    event   what tells a repeated delivery of the same word; empty where the system gives none
    """

    id: str
    event: str = ""


@dataclass(frozen=True, slots=True)
class Deletion(ChangeHint):
    """Signed word that a ticket was deleted. Taken for true only when the ticket is not found any more either."""


class Inbound(Protocol):
    """Understands the requests in which an outside system says that something changed."""

    name: str

    def hints(self, headers: Mapping[str, str], body: bytes) -> Sequence[ChangeHint]:
        """What a request tells. Empty for words about the bot's own doings and for tickets not watched.
        Raises AuthRefused when the signature is not right, Garbled when it cannot be understood.
        """
