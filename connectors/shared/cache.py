"""Answers kept for a while, so that the same thing is not asked of a system again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Generic, TypeVar

from cachetools import TTLCache

K = TypeVar("K")
V = TypeVar("V")

MOST = 20_000
"""Answers kept at once; above it, those that nobody wanted for longest go first. More than the people and assets of
ten thousand tickets, so that a cycle over all of them asks nothing twice."""


class Cache(Generic[K, V]):
    """Keeps an answer for `seconds` by `clock`. Safe between threads; none waits for a question of another, so that two
    may ask the same at the same time.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._lock = threading.Lock()
        # None is kept as well: "nobody" is an answer, and asking for it again costs as much as for somebody.
        self._kept: TTLCache[K, V | None] = TTLCache(most, seconds, clock)

    def ask(self, key: K, question: Callable[[], V]) -> V:
        """The kept answer, else that of the question, which is then kept. Raises what the question raises."""
        kept = self.known({key})
        if key in kept:
            return kept[key]
        answer = question()
        self.keep({key: answer})
        return answer

    def ask_all(self, keys: Iterable[K], question: Callable[[set[K]], Mapping[K, V]]) -> dict[K, V]:
        """The answers by key; the question is asked once, about all that are not known. What it finds nothing for is
        remembered too, and left out here.
        """
        wanted = set(keys)
        kept = self._held(wanted)
        missing = wanted - kept.keys()
        found = question(missing) if missing else {}
        new = {key: found.get(key) for key in missing}
        self.keep(new)
        return _without_none({**kept, **new})

    def known(self, keys: Iterable[K]) -> dict[K, V]:
        """The answers that are there, without a question."""
        return _without_none(self._held(keys))

    def keep(self, answers: Mapping[K, V | None]) -> None:
        """Remember answers from now on; None: that there is none."""
        with self._lock:
            self._kept.update(answers)

    def _held(self, keys: Iterable[K]) -> dict[K, V | None]:
        found: dict[K, V | None] = {}
        # cachetools leaves locking to us, and reading changes it too: the key moves to the end of the line.
        with self._lock:
            for key in keys:
                # Not `in` and then `[]`: an answer may run out between the two.
                with suppress(KeyError):
                    found[key] = self._kept[key]
        return found


def _without_none(answers: Mapping[K, V | None]) -> dict[K, V]:
    return {key: answer for key, answer in answers.items() if answer is not None}
