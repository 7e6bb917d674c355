"""What a source system's own check of the planning says: against blackouts, maintenance windows and other changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Checked(StrEnum):
    """How the check ended, or that it never ran."""

    CLEAR = "clear"
    CONFLICT = "conflict"
    NOT_RUN = "not_run"


class Clash(StrEnum):
    """What the planning is in conflict with. OTHER goes by the system's own words alone."""

    BLACKOUT = "blackout"
    WINDOW = "window"
    CHANGE = "change"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One conflict. `with_what` names the schedule or the change, `asset` the item; each empty when not told."""

    kind: Clash
    with_what: str
    asset: str = ""


@dataclass(frozen=True, slots=True)
class Planning:
    """The last check. `at` (UTC) is None when it never ran, or when nobody tells; `conflicts` may be empty though
    there are some: their details may be hidden from the account.
    """

    result: Checked
    at: datetime | None = None
    conflicts: tuple[Conflict, ...] = ()
