"""What authorised people put on record: exceptions to a rule, and declarations about the organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.people import Role


@dataclass(frozen=True, slots=True)
class Waiver:
    """A recorded exception: these rules are not held against this ticket until a moment (UTC).

    ticket  "source:id", the only ticket it is for
    by      who recorded it, in which role; `reason` in their words
    account the id of who recorded it, in the ticket's system; empty where that is not known
    It lapses by itself: only `in_force` decides, everywhere.
    """

    ticket: str
    rules: tuple[str, ...]
    reason: str
    by: str
    role: Role
    recorded_at: datetime
    until: datetime
    account: str = ""

    def in_force(self, rule: str, now: datetime) -> bool:
        """Whether the rule is excepted at this moment."""
        return rule in self.rules and self.recorded_at <= now < self.until


@dataclass(frozen=True, slots=True)
class Declaration:
    """Something declared once, for the organisation (`subject` empty) or for one service: that a policy or a
    procedure exists, and where. `reviewed` is when it was last looked at. `same_person` is whether it allows one person
    what is otherwise for two, and `reason` why. `path` and `approvals` are of the environments, by letter (D, T, A, P):
    the way to production, and which steps of it somebody approves; empty where they are the usual ones.
    """

    rule: str
    reference: str
    reviewed: date
    subject: str = ""
    same_person: bool = False
    reason: str = ""
    path: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """As it was before it could allow anything, where it allows nothing: on record it has not changed."""
        own = (self.rule, self.reference, self.reviewed, self.subject)
        shown = zip(("rule", "reference", "reviewed", "subject"), own, strict=True)
        more = f", same_person=True, reason={self.reason!r}" if self.same_person else ""
        return f"Declaration({', '.join(f'{name}={value!r}' for name, value in shown)}{more})"


@dataclass(frozen=True, slots=True)
class Substitute:
    """The body that a small organisation without a CAB declared to stand in for it, and why."""

    role: Role
    body: str
    reason: str
