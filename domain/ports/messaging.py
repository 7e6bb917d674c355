"""Where the bot speaks: a message is posted, found again by its marker and edited in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from domain.people import Person
from domain.ports.errors import Gone, Refused


class Format(StrEnum):
    """In which form a message channel takes a message."""

    ADF = "adf"
    WIKI = "wiki"
    PLAIN = "plain"
    SLACK = "slack"
    MAIL = "mail"


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


class MessageChannel(Protocol):
    """A place where the bot speaks: ticket comments, work notes, channels of a message service.

    endless     what was said there has no end, so that looking through it is slow and rationed
    searchable  what was said there can be found again; elsewhere no time settles whether a write was done
    """

    name: str
    # Nobody can edit a work note of ServiceNow (docs/servicenow-facts.md, fact 7).
    editable: bool = False
    endless: bool = False
    searchable: bool = True

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


class RecipientDirectory(Protocol):
    """Finds where on the message service a team, role or person is reached."""

    def channel(self, name: str) -> str | None:
        """Channel id configured for a team or role; None when there is none (use the default channel)."""

    def setting(self, name: str = "") -> str:
        """The setting in which an admin says where a team or role is reached; without a name, where everything goes
        that has no place of its own.
        """

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
