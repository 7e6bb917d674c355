"""The CMDB, asked at once for the items of all tickets that are about to be read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from connectors.servicenow.client import NAME
from connectors.servicenow.related_rows import KEPT
from domain.asset import Asset
from domain.ports.assets import AssetBook
from domain.ports.errors import SourceError
from domain.sentence import Quote
from domain.ticket import AssetRef

MOST = 80
"""Items looked up along with those asked for: two lists of ids."""


class CmdbPrefetch:
    """An `AssetBook` over another. What was looked up along with others is used once, soon. Safe between threads."""

    name = NAME
    title = Quote("ServiceNow")

    def __init__(self, book: AssetBook, clock: Callable[[], float] = time.monotonic) -> None:
        self._book, self._clock = book, clock
        self._lock = threading.Lock()
        self._next: dict[AssetRef, None] = {}
        self._kept: dict[AssetRef, tuple[float, Asset | None]] = {}

    def expect(self, refs: Iterable[AssetRef]) -> None:
        """Items that are likely to be asked for soon."""
        with self._lock:
            self._next |= dict.fromkeys(ref for ref in refs if ref not in self._kept)

    def look_up(self, refs: Sequence[AssetRef]) -> Mapping[AssetRef, Asset]:
        """As the book itself. Raises SourceError."""
        with self._lock:
            oldest = self._clock() - KEPT
            taken = {ref: self._kept.pop(ref, (oldest, None)) for ref in dict.fromkeys(refs)}
            known = {ref: asset for ref, (at, asset) in taken.items() if at > oldest}
            missing = [ref for ref in taken if ref not in known]
            # Only along with a request that is made anyway.
            more = [ref for ref in self._next if ref not in taken][:MOST] if missing else []
            self._next = {ref: None for ref in self._next if ref not in taken and ref not in more}
        found = self._ask(missing, more) if missing else {}
        return {ref: asset for ref, asset in {**known, **found}.items() if asset and ref in taken}

    def _ask(self, refs: list[AssetRef], more: list[AssetRef]) -> Mapping[AssetRef, Asset]:
        try:
            found = self._book.look_up([*refs, *more])
        except SourceError:
            if not more:
                raise
            # What nobody asked for may not stand in the way.
            return self._book.look_up(refs)
        with self._lock:
            self._kept |= {ref: (self._clock(), found.get(ref)) for ref in more}
        return found
