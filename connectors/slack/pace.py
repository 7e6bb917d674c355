"""Not faster than Slack wants, per channel and for the whole workspace, with short bursts.

Source: https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


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


@dataclass(frozen=True, slots=True)
class Paces:
    """What Slack wants of an app that posts and edits. Each method has a limit of its own: many edits hold up no
    new message.

    channel   one message a second in a channel
    posts     "several hundred" a minute in a workspace: 30 at once, then 200 a minute
    edits     chat.update is of tier 3, 50 a minute in a workspace: 10 at once, then 40 a minute
    removals  chat.delete is of tier 3 as well
    """

    channel: Pace = field(default_factory=Pace)
    posts: Pace = field(default_factory=lambda: Pace(every=0.3, burst=30))
    edits: Pace = field(default_factory=lambda: Pace(every=1.5, burst=10))
    removals: Pace = field(default_factory=lambda: Pace(every=1.5, burst=10))
