"""What people do in the message service, and what is asked of it to answer them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class InteractionKind(StrEnum):
    """How somebody did something in the message service."""

    PRESS = "press"
    COMMAND = "command"
    FORM = "form"
    HOME = "home"


@dataclass(frozen=True, slots=True)
class Interaction:
    """Something a person did in the message service.

    id       the same for every delivery of the same interaction
    user     the person's account there
    action   which button, command or form; `value` what it carries, or the words of the command
    answers  what was chosen or filled in, by name
    place    the channel it was done in; `view` the dialog or page
    reply, trigger  what allows answering for a short while; worthless afterwards
    """

    id: str
    deed: InteractionKind
    user: str
    action: str = ""
    value: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    view: str = ""
    # Whoever has these can answer in the bot's name, so that no log may show them.
    reply: str = field(default="", repr=False)
    trigger: str = field(default="", repr=False)


class Outsider(StrEnum):
    """Why somebody in the message service is none of the organisation's own people, whatever address they show."""

    ELSEWHERE = "of another organisation"
    GUEST = "a guest"
    UNCONFIRMED = "without a confirmed e-mail address"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who did it, as the message service knows them. `locale` is like "nl-NL"; empty when it does not tell. An
    `outsider` does nothing here, and is told nothing.
    """

    id: str
    name: str
    email: str = field(default="", repr=False, compare=False)
    locale: str = ""
    outsider: Outsider | None = None


class InteractionGateway(Protocol):
    """The message service as a place where people press buttons, give commands and look at a page of their own.
    All that answers raises SourceError; Gone when it is too late to answer that way.
    """

    name: str

    def open(self, take: Callable[[Interaction], Mapping[str, Any] | None]) -> None:
        """Begin to listen. `take` keeps an interaction safe before it is acknowledged, and gives what a form shows
        meanwhile. Raises SourceError when the service does not let us in.
        """

    def close(self) -> None:
        """Listen no more; what was taken is acknowledged first."""

    def silence(self) -> float | None:
        """Seconds since the service last gave a sign of life; None where it comes to us, so that silence is no
        sign of anything.
        """

    @property
    def called(self) -> bool:
        """Whether the service comes to us over HTTP, so that a door has to be open for it."""

    def genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a request over HTTP is signed by the service. Nothing of it is read."""

    def receive(self, headers: Mapping[str, str], body: bytes) -> tuple[int, str, str]:
        """An interaction over HTTP: the status, type and body to answer with. 404 where nothing is expected, 400 for a
        body that the service never sends.
        """

    def visitor(self, user: str) -> Visitor:
        """Who an account is."""

    def member(self, email: str) -> Visitor | None:
        """Whose account an e-mail address leads to; None when to nobody's."""

    def is_account(self, ident: str) -> bool:
        """Whether an id is of an account of this service, by its shape."""

    def conversation(self, user: str) -> str:
        """Where to write to them directly."""

    def tell(self, to: Interaction, body: Any) -> None:
        """Answer so that only they see it."""

    def show(self, to: Interaction, view: Mapping[str, Any]) -> str:
        """Open a dialog; gives its id."""

    def change(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Show something else in a dialog that is open."""

    def home(self, user: str, view: Mapping[str, Any]) -> None:
        """Put up the page of their own."""
