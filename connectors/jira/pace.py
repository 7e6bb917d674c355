"""Not faster than Jira lets one issue be written to: 20 writes in 2 seconds, and 100 in 30.

Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ (per-issue limit on writes)
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

LIMITS = ((20, 2.0), (100, 30.0))
"""So many writes, in so many seconds."""


class Pace:
    """When each issue was written to, as far as that still counts. Safe between threads."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._turns: dict[str, deque[float]] = {}

    def wait(self, issue: str) -> None:
        """Take a turn at an issue, sleeping until it comes. Other issues do not wait for it."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            turns = self._turns.setdefault(issue, deque(maxlen=max(most for most, _ in LIMITS)))
            due = max([now, *(turns[-most] + span for most, span in LIMITS if len(turns) >= most)])
            turns.append(due)
        if due > now:
            self._sleep(due - now)

    def _forget(self, now: float) -> None:
        longest = max(span for _, span in LIMITS)
        self._turns = {issue: turns for issue, turns in self._turns.items() if turns[-1] + longest > now}
