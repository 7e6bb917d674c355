"""A system that breaks on one ticket (a field of an app, a script) answers as one that is down: telling them apart.

Also what an API that is optional may answer where it is absent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from domain.ports.errors import (
    Ambiguous,
    AuthRefused,
    RateLimited,
    SourceError,
    Unreachable,
)

T = TypeVar("T")

IN_A_ROW = 5
"""Tickets on which a system may break one after another before it counts as down."""


class BrokenTickets:
    """Counts them for one source. `probe` asks the system who we are, and raises SourceError when it is down."""

    def __init__(self, system: str, probe: Callable[[], object], fix: str) -> None:
        self._system, self._probe, self._fix = system, probe, fix
        self._broken = 0

    def reading(self, read: Callable[[], T]) -> T:
        """What `read` gives of a ticket, those before which were no outage then. Raises what it raises, an outage only
        where it is one.
        """
        try:
            found = read()
        except Unreachable as error:
            raise self.alone(error) from None
        self._broken = 0
        return found

    def alone(self, error: Unreachable) -> SourceError:
        """The same error where the system is down; where it answers, one that is about this ticket alone."""
        self._broken += 1
        if self._broken > IN_A_ROW:
            return error
        try:
            self._probe()
        except SourceError:
            return error
        return SourceError(self._system, f"{error}, for this ticket alone", self._fix)


def absent(error: SourceError) -> bool:
    """Whether an answer may be that of a system without this API: 400, 402, 403, 404, 405, 406, a web page, an error
    inside a 200. Not: no answer, a 5xx, a refused account, a limit.
    """
    return not isinstance(error, (Unreachable, AuthRefused, RateLimited, Ambiguous))
