"""Answers kept for a while, so that the same thing is not asked of a site again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

Answer = TypeVar("Answer")

MOST = 5000
"""Answers kept before the outdated ones are thrown away."""


class Kept:
    """Remembers answers for `seconds`, by `clock`. Safe between threads. None is not remembered."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds, self._clock = seconds, clock
        self._lock = threading.Lock()
        self._held: dict[object, tuple[float, Any]] = {}

    def get(self, key: object) -> Any:
        """What was put under the key not long ago; None when there is no such thing."""
        with self._lock:
            until, value = self._held.get(key, (0.0, None))
        return value if self._clock() < until else None

    def put(self, key: object, value: Any) -> None:
        """Remember an answer from now on."""
        now = self._clock()
        with self._lock:
            if len(self._held) >= MOST:
                self._held = {k: held for k, held in self._held.items() if now < held[0]}
            self._held[key] = now + self._seconds, value

    def ask(self, key: object, question: Callable[[], Answer]) -> Answer:
        """The kept answer, else that of the question, which is then kept. Raises what the question raises."""
        kept = self.get(key)
        if kept is not None:
            return cast(Answer, kept)
        answer = question()
        self.put(key, answer)
        return answer
