"""When and how much the bot speaks on the message service: data, from the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

from bot.ladder import Ladders


@dataclass(frozen=True, slots=True)
class Talk:
    """All times are local.

    digest_at     when each team's digest of the day goes out on a working day; None: no digests
    preread_on    the CAB's pre-read: day of the week, 0 being Monday; None: none. `preread_at`: from when on
    remind_limit  most reminders in one conversation a day; 0: no limit
    card_rest     seconds that lie at least between two edits of a card
    """

    digest_at: time | None = None
    preread_on: int | None = None
    preread_at: time = time(9)
    remind_limit: int = 0
    card_rest: int = 0
    ladders: Ladders = field(default_factory=Ladders)
