"""What one outside system offers, and how it is examined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.people import Role
from domain.ports.assets import AssetBook, Relations
from domain.ports.interactions import InteractionGateway
from domain.ports.messaging import MessageChannel, RecipientDirectory
from domain.ports.source import Inbound, TicketSource


class Line(Protocol):
    """The line to an outside system."""

    @property
    def open(self) -> bool:
        """True while nothing is asked of it: it did not answer several times in a row, or wants to be left alone.
        (The word is that of a circuit breaker.)
        """


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
class Connector:
    """Everything one outside system offers. What it does not offer is None. `mail_recipients` finds where formal
    notifications go that the message service does not take. `title` is what people call the system; empty: its name.
    """

    name: str
    examiner: Examiner
    source: TicketSource | None = None
    book: AssetBook | None = None
    channel: MessageChannel | None = None
    recipients: RecipientDirectory | None = None
    relations: Relations | None = None
    inbound: Inbound | None = None
    circuit: Line | None = None
    interactions: InteractionGateway | None = None
    mail_recipients: RecipientDirectory | None = None
    title: str = ""
