"""What the bot wants to stand somewhere outside: one message of one kind about one subject on one message channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.sentence import Say


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message as it should be. Wishing the same again changes nothing; wishing otherwise edits it.

    target      name of the message channel
    ticket      the subject: "source:id" of a ticket, or any other stable string
    kind        what sort of message; (target, ticket, kind) names one message for ever
    container   where it goes: a ticket's id, or a channel
    digest      hash of what it means, without clock text: only a new digest leads to a write
    body        what the message channel takes, able to become JSON
    reason      why the bot speaks
    thread_kind kind of the message, on the same message channel and subject, in whose thread this one goes
    once        posted once and never edited afterwards
    rest        seconds that lie at least between two edits: several changes become one
    recipients  for a handover: the names it is delivered to; `roles` the roles among them
    """

    target: str
    ticket: str
    kind: str
    container: str
    digest: str
    body: Any
    reason: Say
    thread_kind: str = ""
    once: bool = False
    recipients: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    rest: int = 0
