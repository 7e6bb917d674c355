"""Listening while serving: wakes up when word came in, and looks at the tickets it was about, one after another."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from bot.context import Context
from bot.cycle.recheck import recheck_hinted
from bot.report import Report

log = structlog.get_logger()


class RecheckWorker:
    """`soon` runs a job in the worker that also runs the cycles; `seen` is given the report of every look.

    What is to be looked at stands in the journal, so that a wake-up may be lost but no word is.
    """

    def __init__(
        self, ctx: Context, soon: Callable[[Callable[[], None]], None], seen: Callable[[Report], None]
    ) -> None:
        self._ctx, self._soon, self._seen = ctx, soon, seen
        self._asked = threading.Event()
        self._asked.set()  # a process that was killed may have left something

    def wake(self) -> None:
        """Word came in. Safe from any thread."""
        if not self._asked.is_set():
            self._asked.set()
            # In the worker of the cycles: two looks at one ticket at once would both post.
            self._soon(self.listen)

    def listen(self) -> None:
        """Look, if word came in. Only in the worker; a cycle calls it between two tickets."""
        if self._asked.is_set():
            self.look()

    def look(self) -> None:
        """Look at all that is waiting, also what was left for an outage. Only in the worker."""
        # Before the journal is read: word that comes from now on wakes us again.
        self._asked.clear()
        report = recheck_hinted(self._ctx)
        for line in report.problems:
            log.warning(line)
        self._seen(report)
