"""What the threads of one process say of a journal that cannot be used: one line, not one a second; and where it does
not come back, the end of the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from bot.journal import JournalError, JournalGone

log = structlog.get_logger()


class JournalTrouble:
    """`gone` is set once the journal is no more; then `stop` was called, since nothing that is done now would be kept.
    Safe between threads.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self.gone: JournalGone | None = None
        self._stop, self._told, self._lock = stop, "", threading.Lock()

    def met(self, error: JournalError) -> None:
        """The journal could not be used."""
        with self._lock:
            new, self._told = str(error) != self._told, str(error)
        if isinstance(error, JournalGone):
            # Told by who ends the process.
            self.gone = error
            self._stop()
        elif new:
            log.error(str(error))

    def over(self) -> None:
        """It could be used: the same trouble is told again when it comes again."""
        with self._lock:
            self._told = ""

    def around(self, job: Callable[[], None]) -> Callable[[], None]:
        """A job in which the journal may fail: it ends there, and the next one begins anew."""

        def run() -> None:
            try:
                job()
            except JournalError as error:
                self.met(error)
            else:
                self.over()

        return run
