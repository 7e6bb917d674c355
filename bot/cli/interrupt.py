"""A clean Ctrl-C: the first asks the run to stop after the ticket in hand, the second ends it at once."""

from __future__ import annotations

import signal
import threading
from types import FrameType


class Interrupt:
    """While entered, SIGINT and SIGTERM set a flag that the run asks between two tickets."""

    def __init__(self) -> None:
        self._flag = threading.Event()

    def told(self) -> bool:
        """Whether we were asked to stop."""
        return self._flag.is_set()

    def __enter__(self) -> Interrupt:
        # Ctrl-C of a person, and SIGTERM of whatever stops a service.
        self._before = {n: signal.signal(n, self._handle) for n in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if self._flag.is_set():
            raise KeyboardInterrupt
        self._flag.set()
