"""What the bot itself saw of a ticket, from one look to the next: history where a source tells none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.ticket import Change


@dataclass(frozen=True, slots=True)
class Looks:
    """The bot's own looks at a ticket and what surrounds it.

    first    when it first looked (UTC); None where it never did, or nothing is kept
    changes  what a look showed otherwise than the look before, oldest first: `Change.since` is the look before and
             `at` the look that showed it, between which it happened. Of vocabulary fields, "state", "assets", "changes"
             (of a release: "" to a key that came in, a key to "" that went out), and with `Change.of` the class, flag
             or owner of an asset
    """

    first: datetime | None = None
    changes: tuple[Change, ...] = ()


NEVER = Looks()
