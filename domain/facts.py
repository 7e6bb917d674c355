"""What a rule may look at: the ticket, its assets as judged, who holds which role, and what was handed over."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.asset import Subject
from domain.fields import Field
from domain.looks import NEVER, Looks
from domain.people import Person, Role, RoleMembers
from domain.sentence import Say
from domain.ticket import Ticket
from domain.waiver import Declaration, Substitute, Waiver

NOT_CONFIGURED = RoleMembers(configured=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """That somebody confirmed to have received a notification: their name in the ticket's system, and when (UTC)."""

    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """A formal handover notification that was delivered. `stage` 1: available in production; 2: fully
    operational. `recipients` are the names it was delivered to, `roles` the roles among them; `by_mail` whether it
    went by e-mail, where no receipt can be asked for.
    """

    stage: int
    at: datetime
    recipients: tuple[str, ...]
    roles: tuple[Role, ...] = ()
    receipt: Receipt | None = None
    by_mail: bool = False


class Trouble(StrEnum):
    """Why a message is not delivered yet. `NONE`: nothing went wrong, its turn is still to come."""

    NONE = ""
    OUT_OF_REACH = "out_of_reach"
    REFUSED = "refused"
    NO_ADDRESS = "no_address"
    OBSERVING = "observing"


@dataclass(frozen=True, slots=True)
class Underway:
    """A formal notification that is due and not delivered yet. It goes out by itself: nobody of the team can do
    anything about it, and nobody is reproached.

    system  where it is to be delivered, as people call it
    since   when (UTC) it first could not be delivered; None when nothing went wrong
    """

    stage: int
    recipients: tuple[str, ...]
    roles: tuple[Role, ...] = ()
    trouble: Trouble = Trouble.NONE
    system: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Child:
    """A change that a release contains. `ticket` is None when it could not be read; `added_at` is when it was
    added to the release (UTC), None when that is not known.
    """

    key: str
    ticket: Ticket | None
    subjects: tuple[Subject, ...] = ()
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Successor:
    """A later patch ticket that takes the place of one that was undone. `made` is since when (UTC) it is there; None of
    a ticket that is named for it and could not be read.
    """

    key: str
    made: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """One ticket with all that is needed to judge it. `problems` are doubts about the assets of the ticket
    as a whole (none named, a lower class stated). `now` is aware, UTC. `service_hours` gives, by name of a
    team, the hours an admin declared for it: "5x10" or "24x7". `same_person` gives, by account id, the id of the
    account that stands for the person, where an admin declared two accounts to be one person. `settle_by` is until
    when (UTC) an emergency change that has begun is to make good what it skipped; None for any other ticket.
    `looks` is what the bot itself saw change, where the source tells no history.
    `material` holds, by kind of evidence, the fields whose change overtakes it, as the norm in hand says; the engine
    sets it per pack.
    """

    ticket: Ticket
    subjects: tuple[Subject, ...]
    now: datetime
    problems: tuple[Say, ...] = ()
    roles: Mapping[Role, RoleMembers] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    underway: tuple[Underway, ...] = ()
    service_hours: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Child, ...] = ()
    # A ticket that is no release contains nothing, and that can be seen.
    children_readable: bool = True
    successors: tuple[Successor, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    declarations: tuple[Declaration, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    same_person: Mapping[str, str] = field(default_factory=dict)
    settle_by: datetime | None = None
    material: Mapping[str, frozenset[str]] = field(default_factory=dict)
    looks: Looks = NEVER
    # What was worked out of these facts already; never part of what they are, and never of a copy.
    memo: dict[Hashable, object] = field(init=False, default_factory=dict, compare=False, repr=False)

    def field(self, name: str) -> Field:
        """What was seen of a ticket's field."""
        return self.ticket.field(name)

    def people(self, name: str) -> tuple[Person, ...]:
        """The people in a field; empty when it is empty or cannot be read."""
        return self.field(name).people

    def role(self, role: Role) -> RoleMembers:
        """Who holds a role in the ticket's source."""
        return self.roles.get(role, NOT_CONFIGURED)

    @property
    def size(self) -> str | None:
        """major, minor or sprint; None when the ticket does not say."""
        value = self.field("release_size").value
        return value if isinstance(value, str) else None
