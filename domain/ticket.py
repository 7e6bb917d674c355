"""A ticket as it was read from a source, in the common vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Self

from domain.fields import UNREADABLE, Field
from domain.lifecycle import State
from domain.people import Group, Person
from domain.schedule_conflicts import Planning


class TicketKind(StrEnum):
    """What sort of ticket it is, by issue type (Jira) or table (ServiceNow)."""

    CHANGE = "change"
    RELEASE = "release"
    INCIDENT = "incident"
    PROBLEM = "problem"


class TicketSubject(NamedTuple):
    """Which ticket something is about, for ever: the `id` in its source never changes, the key that people say may.
    As text it is "source:id", and so it stands in every table, in the audit trail and in evidence packs.
    """

    source: str
    id: str

    def __str__(self) -> str:
        """ "source:id"."""
        return f"{self.source}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """What a text names. An id may hold colons, a source does not; without a colon the id is empty, and names
        no ticket.
        """
        source, _, ticket_id = text.partition(":")
        return cls(source, ticket_id)


@dataclass(frozen=True, slots=True)
class TicketRef:
    """Names a ticket at a moment: `id` never changes, `key` is what people say, `updated` is in UTC.
    `version` tells apart two states of the ticket that carry the same stamp.
    """

    source: str
    id: str
    key: str
    updated: datetime
    # ServiceNow stamps in whole seconds, within which a ticket can change twice (docs/servicenow-facts.md).
    version: str = ""

    @property
    def subject(self) -> str:
        """ "source:id"."""
        return str(TicketSubject(self.source, self.id))


class Decision(StrEnum):
    """What an approver decided. Only APPROVED and REJECTED are decisions by a person; NOT_REQUIRED and the like
    prove nothing, AUTOMATIC neither: the system approved by itself where nobody was asked.
    """

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    NOT_REQUIRED = "not_required"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval record of the source system.

    person  who was asked or decided; None for a group that was asked as a whole
    group   the group through which the person was asked, where the record says so
    step    the name of the approval step, as people know it
    at      when it was decided (UTC); None while it is only requested, or when the source does not tell
    asked_at      when the person was asked (UTC), where the record says so
    on_behalf_of  who was asked, when `person` decided in their place
    """

    person: Person | None
    decision: Decision
    at: datetime | None = None
    group: Group | None = None
    step: str = ""
    on_behalf_of: Person | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AssetRef:
    """How a ticket names an asset: `id` within `book` (the register it points into), and its shown name."""

    book: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change in a ticket's history: of a vocabulary field, of "assets", of "state", or of "part_of": the ticket
    it is a part of, by its key. `before` and `after`
    are shown as the source shows them, shortened, both empty where they cannot be shown; of "state" they are
    codes of the lifecycle, empty where that is not known. `at` is in UTC.

    since  of what only the bot's own looks show: the look before (UTC); it happened after that, by `at` at the latest
    of     the asset whose class, flag or owner it is, by name; empty for what is the ticket's own
    """

    field: str
    before: str
    after: str
    by: Person | None
    at: datetime
    since: datetime | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Everything that was read of one ticket.

    `fields` holds each vocabulary field the source is asked for; one that is absent counts as unreadable.
    `approvals_readable` and `assets_readable` are False when the source refused them: then nothing may be
    concluded from their absence. `url` is where people open it. `history` is oldest first; it proves nothing
    where it is not readable. `preapproval` names the template or model under which the source system holds a
    standard change as approved beforehand. `planning` is the source's own check for conflicts, where it has one that
    can be seen. `remarks` are for the admin: what had to be assumed in reading it. `set_aside` is the source's own word
    for a ticket that nobody works on for now, such as "On hold"; of these nobody is reminded.
    """

    source: str
    id: str
    key: str
    url: str
    kind: TicketKind
    state: State
    status: str
    summary: str
    created: datetime
    updated: datetime
    fields: Mapping[str, Field] = field(default_factory=dict)
    approvals: tuple[Approval, ...] = ()
    approvals_readable: bool = True
    assets: tuple[AssetRef, ...] = ()
    assets_readable: bool = True
    history: tuple[Change, ...] = ()
    # A source has to say that it tells the history: from one that does not, nothing is concluded.
    history_readable: bool = False
    preapproval: Field = UNREADABLE
    remarks: tuple[str, ...] = ()
    planning: Planning | None = None
    set_aside: str = ""

    @property
    def subject(self) -> str:
        """ "source:id"."""
        return str(TicketSubject(self.source, self.id))

    def field(self, name: str) -> Field:
        """What was seen of a vocabulary field; unreadable when the source does not map it."""
        return self.fields.get(name, UNREADABLE)

    @property
    def team(self) -> str:
        """Name of the responsible team, empty when none is named."""
        value = self.field("responsible_group").value
        return value[0].name if isinstance(value, tuple) and value and not isinstance(value[0], str) else ""
