"""How the outside says no: one class for each thing that is done about it."""

from __future__ import annotations

from datetime import datetime

from domain.redaction import hidden


class SourceError(Exception):
    """An outside system did not do what was asked. `str()` is one line, without secrets or query text.

    system  the connector's name
    fix     what an admin can do about it, if anything
    closed  the place takes no messages of ours (archived, not there): another place may take the same message
    """

    closed = False

    def __init__(self, system: str, message: str, fix: str = "") -> None:
        # What another system says may repeat what it was sent, secrets included.
        super().__init__(hidden(message))
        self.system = system
        self.fix = hidden(fix)

    @property
    def advice(self) -> str:
        """What happened, and what an admin can do about it, in one line."""
        return f"{self} — {self.fix}" if self.fix else str(self)

    @property
    def line(self) -> str:
        """For the report: system, what happened, what to do."""
        return f"{self.system}: {self.advice}"


class AuthRefused(SourceError):
    """Who we are is not accepted, or the answer is that of an anonymous visitor. Nothing may be concluded."""


class Unreachable(SourceError):
    """No connection, time-out, 5xx, or the circuit is open."""


class Garbled(SourceError):
    """The answer is not what the API promises: HTML, cut off, or an error inside a 200."""


class RateLimited(SourceError):
    """Come back later. `until` (UTC) is when the system said it will listen again; `reason` its own word for which of
    its limits was reached, where it has one.
    """

    def __init__(self, system: str, message: str, until: datetime, reason: str = "") -> None:
        super().__init__(system, message)
        self.until, self.reason = until, reason


class Forbidden(SourceError):
    """This one thing may not be read or written by the account."""


class NotFound(SourceError):
    """Not there, or hidden from the account: most systems do not tell these apart."""


class Refused(SourceError):
    """A write was definitely not done (validation, policy, too long). `said` is the system's own reason as far as it
    is fit for people, such as the field that a policy wants filled in.
    """

    def __init__(self, system: str, message: str, fix: str = "", said: str = "") -> None:
        super().__init__(system, message, fix)
        self.said = said


class Postponed(Refused):
    """Not done now, because it would disturb people too often. It may be done from `until` (UTC) on."""

    def __init__(self, system: str, message: str, fix: str, until: datetime) -> None:
        super().__init__(system, message, fix)
        self.until = until


class Gone(SourceError):
    """The text to be edited does not exist any more."""


class Altered(SourceError):
    """A person has edited our text since: it is theirs now and is left as it is."""


class Ambiguous(SourceError):
    """A write may or may not have been done. Settle it by reading back, never by repeating it."""
