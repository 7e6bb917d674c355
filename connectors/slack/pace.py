"""Not faster than Slack wants: one message a second per channel, with short bursts.

Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Pace:
    """A token bucket per key: `burst` at once, then one every `every` seconds. Safe between threads."""

    def __init__(
        self,
        every: float = 1.0,
        burst: int = 5,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._every, self._slack = every, every * (burst - 1)
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._due: dict[str, float] = {}

    def wait(self, key: str) -> None:
        """Take a turn, sleeping until it comes."""
        with self._lock:
            now = self._clock()
            due = max(self._due.get(key, now), now)
            self._due[key] = due + self._every
        if due - self._slack > now:
            self._sleep(due - self._slack - now)
