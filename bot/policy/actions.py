"""What can be pressed and asked in the message service, and what a button carries. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.ticket import TicketSubject

# Below the 2,000 characters that Slack takes as the value of a button.
_LONGEST = 1500


class Action(StrEnum):
    """What can be pressed, and the form that can be sent in."""

    SEEN = "seen"
    SNOOZE = "snooze"
    EXPLAIN = "explain"
    WAIVE = "waive"
    RECEIVED = "received"


class SnoozeChoice(StrEnum):
    """For how long somebody wants to be left in peace."""

    HOURS = "2h"
    TOMORROW = "1d"
    DAYS = "2d"
    WEEK = "5d"


@dataclass(frozen=True, slots=True)
class ButtonValue:
    """What a button carries: the ticket it is about, and the lines that were open when it was shown."""

    source: str
    id: str
    lines: tuple[str, ...] = ()
    more: str = ""

    @property
    def ticket(self) -> str:
        """ "source:id" of the ticket."""
        return str(TicketSubject(self.source, self.id))


def encode(source: str, ticket_id: str, lines: Sequence[str] = (), more: str = "") -> str:
    """The value of a button or menu choice, for `carried`."""
    # The lines come last: what is cut off is one of them, and never the ticket.
    return f"{TicketSubject(source, ticket_id)}|{more}|{','.join(lines)}"[:_LONGEST]


def decode(value: str) -> ButtonValue | None:
    """What a value says; None when it is not one of ours."""
    ticket, first, rest = value.partition("|")
    source, ticket_id = TicketSubject.parse(ticket)
    more, _, lines = rest.partition("|")
    if not (source and ticket_id and first):
        return None
    return ButtonValue(source, ticket_id, tuple(filter(None, lines.split(","))), more)


class CommandKind(StrEnum):
    """What a command asks for."""

    HELP = "help"
    MINE = "mine"
    TICKET = "ticket"
    EXPLAIN = "explain"


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was understood. `key` and `rule` are as written, in capitals."""

    wanted: CommandKind
    key: str = ""
    rule: str = ""


_WORDS = {
    "help": CommandKind.HELP,
    "hulp": CommandKind.HELP,
    "mine": CommandKind.MINE,
    "mij": CommandKind.MINE,
    "explain": CommandKind.EXPLAIN,
    "uitleg": CommandKind.EXPLAIN,
    "leg-uit": CommandKind.EXPLAIN,
}


def parse_command(words: str) -> Command:
    """The words after the command's name. What cannot be understood asks for help."""
    first, *rest = words.split() or ["help"]
    wanted = _WORDS.get(first.casefold())
    if wanted is CommandKind.EXPLAIN and rest:
        return Command(wanted, rest[0].upper(), rest[1].upper() if len(rest) > 1 else "")
    if wanted is CommandKind.MINE:
        return Command(wanted)
    # Nothing is guessed from words that do not fit; help says what would.
    if wanted or rest:
        return Command(CommandKind.HELP)
    return Command(CommandKind.TICKET, first.upper())
