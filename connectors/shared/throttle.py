"""How often something may be done: turns that are taken, and come back. Why it is our own: docs/decisions/022."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Limit(Protocol):
    """So many turns at once, each of which comes back some time after it was taken."""

    @property
    def turns(self) -> int:
        """How many there are."""

    def back(self, taken: float, before: float) -> float:
        """When a turn that is taken now comes back, if the one taken before it comes back at `before`."""


@dataclass(frozen=True, slots=True)
class Window:
    """A sliding window: `turns` in any `seconds`, at most."""

    turns: int
    seconds: float

    def back(self, taken: float, before: float) -> float:
        """When the window has moved past it, whatever becomes of the others."""
        return taken + self.seconds


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """`turns` at once, and in the long run one every `seconds`."""

    turns: int
    seconds: float

    def back(self, taken: float, before: float) -> float:
        """One after the other: the bucket fills by one token at a time."""
        return max(taken, before) + self.seconds


class Throttle:
    """Keeps to all of its limits, for each key by itself. Safe between threads. `clock` gives seconds, and never goes
    back.
    """

    def __init__(
        self,
        *limits: Limit,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limits, self._clock, self._sleep = limits, clock, sleep
        self._lock = threading.Lock()
        self._back: dict[str, tuple[deque[float], ...]] = {}

    def wait(self, key: str = "") -> None:
        """Take a turn, sleeping until it comes. Who asks first goes first; other keys do not wait for it."""
        with self._lock:
            now = self._clock()
            # Whenever it may be: waiting is a promise, so the turn is taken now and slept for afterwards.
            due = self._take(key, now, latest=math.inf)
        # Outside of the lock: the turn is ours already, so nobody needs to wait until we have slept.
        if due > now:
            self._sleep(due - now)

    def take(self, key: str = "") -> bool:
        """Take a turn if there is one now. To be refused costs none."""
        with self._lock:
            now = self._clock()
            return self._take(key, now, latest=now) <= now

    def _take(self, key: str, now: float, latest: float) -> float:
        """When the next turn comes. It is taken, unless that is after `latest`."""
        self._forget(now)
        # A key nobody asked for has all its turns: they "came back" before time began.
        back = self._back.get(key) or tuple(deque([-math.inf] * n.turns, n.turns) for n in self._limits)
        # The first of each is the turn that was taken longest ago, and so is the first to be there again.
        due = max([now, *(turns[0] for turns in back)])
        if due <= latest:
            for limit, turns in zip(self._limits, back, strict=True):
                turns.append(limit.back(due, turns[-1]))
            self._back[key] = back
        return due

    def _forget(self, now: float) -> None:
        # With all its turns back a key is as good as new: what is kept does not grow with what was ever asked for.
        self._back = {key: back for key, back in self._back.items() if any(turns[-1] > now for turns in back)}
