"""What an error of a message channel means for the message: what it counts as, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.facts import Trouble
from domain.ports.errors import (
    Ambiguous,
    AuthRefused,
    Forbidden,
    Gone,
    NotFound,
    Postponed,
    RateLimited,
    Refused,
    SourceError,
    Unreachable,
)

# Nothing is given up: an admin may mend it any day, and one attempt a day finds that out.
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=24)

_REFUSED = (Refused, Forbidden, NotFound, Gone)
"""These are about the one message; it is tried again, ever more rarely."""
# Of a write Unreachable says that it never left; one that timed out, or got a 5xx, is Ambiguous.
_NOT_DONE = (*_REFUSED, AuthRefused, RateLimited, Unreachable)
"""After these a write was certainly not done."""
_OUT_OF_SERVICE = (AuthRefused, RateLimited, Unreachable)
"""After these nothing more is asked of the message channel in this run."""


@dataclass(frozen=True, slots=True)
class RetryDecision:
    """What follows from an error.

    again     when (UTC) to try again; None for the next occasion
    not_done  the write was certainly not done
    refused   the system does not take this message
    in_doubt  the write may have been done: that is looked up before anything else is
    closes    nothing more is asked of the message channel in this run
    """

    again: datetime | None
    not_done: bool
    refused: bool
    in_doubt: bool
    closes: bool

    @property
    def count(self) -> str:
        """The count of `DeliveryResult` it belongs to."""
        if self.in_doubt:
            return "ambiguous"
        return "refused" if self.refused else "failed"

    @property
    def trouble(self) -> Trouble:
        """How it is told of a message that somebody waits for."""
        return Trouble.REFUSED if self.refused else Trouble.OUT_OF_REACH


def retry_decision(error: SourceError, attempts: int, now: datetime) -> RetryDecision:
    """What follows from an error after so many attempts."""
    return RetryDecision(
        again=_again(error, attempts, now),
        not_done=isinstance(error, _NOT_DONE),
        refused=isinstance(error, _REFUSED),
        in_doubt=isinstance(error, Ambiguous),
        closes=isinstance(error, _OUT_OF_SERVICE),
    )


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: twice as long after each, up to a day."""
    # The 16 keeps the product within a timedelta, however long it is refused; a day is reached after nine attempts.
    return min(_FIRST_PAUSE * (1 << min(attempts, 16)), _LONGEST_PAUSE)


def _again(error: SourceError, attempts: int, now: datetime) -> datetime | None:
    # The system named the moment; before that it would only say no again.
    if isinstance(error, RateLimited | Postponed):
        return error.until
    # It is not about this message, so there is no pause: the next run looks, or asks the channel anew.
    if isinstance(error, Ambiguous | AuthRefused | Unreachable):
        return None
    return now + backoff(attempts)
