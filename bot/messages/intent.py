"""What is said of a ticket, in which form, and what was said before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.messages.i18n.speaker import Translator
from bot.policy.audience import Audience
from domain.lifecycle import Verdict
from domain.people import Role
from domain.ports.messaging import Format
from domain.sentence import Say

COMMENT, CARD = "comment", "card"


@dataclass(frozen=True, slots=True)
class DeliveryForm:
    """Where the ticket's findings can be told: in which form on the ticket (None: nowhere) and on Slack; and whether
    somebody hears the buttons there. `aloud` speaks in the team's channel, where that has a language of its own;
    `mail` is whether formal notifications can go by e-mail.
    """

    speak: Translator
    form: Format | None
    editable: bool = True
    slack: bool = False
    buttons: bool = False
    aloud: Translator | None = None
    mail: bool = False

    @property
    def in_channel(self) -> Translator:
        """Speaks to the team's channel."""
        return self.aloud or self.speak


@dataclass(frozen=True, slots=True)
class Previous:
    """What was said of the ticket before.

    verdicts  by rule id, of the last evaluation; None when the ticket was never evaluated
    spoken    the kinds of message that should exist for it; `posted` those that do, and `sent` when (UTC)
    noted_at  when the last note was written (UTC)
    refused   the system's own reason for not taking the comment, perhaps empty; None when it is not refused
    unseen    when it was closed (UTC), of a ticket that was found closed at the first look; None of any other
    """

    verdicts: Mapping[str, Verdict] | None = None
    spoken: frozenset[str] = field(default_factory=frozenset)
    posted: frozenset[str] = field(default_factory=frozenset)
    sent: Mapping[str, datetime] = field(default_factory=dict)
    noted_at: datetime | None = None
    refused: str | None = None
    unseen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """One message to be there. `digest` stands for what it says: the same digest is never written again.

    once         posted once and never edited: news, reminders, handovers
    thread_kind  the kind of message in whose thread it belongs
    reason       why it speaks, for the report
    letter       the same by e-mail, where it may go that way
    """

    kind: str
    audience: Audience
    digest: str
    body: Any
    reason: Say
    once: bool = False
    thread_kind: str = ""
    recipients: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    letter: Any = None


def digest_of(content: Any) -> str:
    """A short, stable hash of any JSON-able content."""
    # Kept in journals: another form would make every message look changed, and edit them all.
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
