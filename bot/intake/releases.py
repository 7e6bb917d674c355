"""The changes that a release contains: which they are, each read in full once in a cycle, and when each was added.

A change that is hidden or broken is unknown and stops nothing. A system that does not answer is another matter: judged
without its changes, a release would for the length of an outage ask less than it must (docs/decisions/005).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from domain.ports.errors import AuthRefused, RateLimited, SourceError, Unreachable
from domain.ports.source import HidesParts, TicketSource
from domain.ticket import Change, Ticket, TicketKind, TicketRef

ENDS_THE_TURN = (AuthRefused, RateLimited, Unreachable)
"""Errors after which nothing more is asked of a source in this run."""

KEPT = 1000
"""Tickets remembered within a cycle at most; one that was pushed out is read again."""


@dataclass(frozen=True, slots=True)
class ReleaseContents:
    """The changes of a ticket by key: None for one that could not be read. Only a release has any. `left_out` is how
    many were not looked at; `readable` is False when it is not certain that these are all.
    """

    changes: tuple[tuple[str, Ticket | None], ...] = ()
    left_out: int = 0
    readable: bool = True


@dataclass(slots=True)
class TicketCache:
    """The tickets read in a cycle, so that a change is not read once for itself and again for its release."""

    sources: Sequence[TicketSource]
    most: int
    _tickets: OrderedDict[TicketRef, Ticket] = field(default_factory=OrderedDict)
    _found: dict[str, tuple[TicketSource, TicketRef]] = field(default_factory=dict)

    def forget(self) -> None:
        """Read anew from now on."""
        self._tickets.clear()
        self._found.clear()

    def read(self, source: TicketSource, ref: TicketRef) -> Ticket:
        """A ticket in the state that the ref names. Raises SourceError."""
        kept = self._tickets.get(ref)
        if kept is not None:
            return kept
        ticket = self._tickets[ref] = source.read(ref)
        self._found[ticket.key.casefold()] = source, ref
        if len(self._tickets) > KEPT:
            self._tickets.popitem(last=False)
        return ticket

    def bundle(self, ticket: Ticket) -> ReleaseContents:
        """The changes of a release, its own source asked first. Raises SourceError when a source is down."""
        if ticket.kind is not TicketKind.RELEASE:
            return ReleaseContents()
        named = ticket.field("changes")
        keys = tuple(dict.fromkeys(contained(ticket)))
        found = self.each(ticket, keys[: self.most])
        left_out = max(0, len(keys) - self.most)
        return ReleaseContents(found, left_out, named.readable and not left_out)

    def each(self, ticket: Ticket, keys: Sequence[str]) -> tuple[tuple[str, Ticket | None], ...]:
        """The tickets of these keys, the source of this one asked first; None for one that cannot be read. Raises
        SourceError when a source is down.
        """
        near = sorted(self.sources, key=lambda source: source.name != ticket.source)
        return tuple((key, self._change(key, near)) for key in keys)

    def out_of_sight(self, release: Ticket, remembered: Sequence[str]) -> tuple[str, ...]:
        """Keys of changes that a release contained, as it was seen or as its history tells, that it names no longer,
        that nobody took out of it, and that are not to be seen: its system leaves those out without a word. Raises
        SourceError.
        """
        own = next((source for source in self.sources if source.name == release.source), None)
        if not isinstance(own, HidesParts) or not release.field("changes").readable:
            return ()
        named = {key.casefold() for key in contained(release)}
        known = dict.fromkeys((*remembered, *_added(release)))
        gone = [key for key in known if key.casefold() not in named and not _taken_out(release, key)]
        others = [source for source in self.sources if source is not own]
        # One that can be seen, under whatever key it has now, is left out because it belongs there no longer.
        return tuple(key for key in gone if not own.sees(key) and self._find(key, others) is None)

    def _change(self, key: str, sources: Sequence[TicketSource]) -> Ticket | None:
        try:
            place = self._find(key, sources)
            return self.read(*place) if place else None
        except ENDS_THE_TURN:
            raise
        except SourceError:
            return None

    def _find(self, key: str, sources: Sequence[TicketSource]) -> tuple[TicketSource, TicketRef] | None:
        if key.casefold() in self._found:
            return self._found[key.casefold()]
        return next(((source, ref) for source in sources if (ref := source.find(key))), None)


def contained(ticket: Ticket) -> tuple[str, ...]:
    """Keys of the changes that a release names."""
    value = ticket.field("changes").value if ticket.kind is TicketKind.RELEASE else None
    return tuple(key for key in value if isinstance(key, str)) if isinstance(value, tuple) else ()


def added_at(release: Ticket, key: str, change: Ticket | None = None) -> datetime | None:
    """When a change was last added to the release (UTC), by the release's history, else by that of the change; None
    where neither tells.
    """
    own = (one.at for one in release.history if one.field == "changes" and _adds(one, key))
    at = max(own, default=None)
    if at or change is None:
        return at
    parts = (one.at for one in change.history if one.field == "part_of" and _adds(one, release.key))
    return max(parts, default=None)


_KEY = re.compile(r"[A-Z][A-Z0-9_]*-[0-9]+|[A-Z]{2,}[0-9]{5,}")
"""What looks like the key of a ticket, among the words of a history."""


def _added(release: Ticket) -> tuple[str, ...]:
    """Keys that the history of a release brought into it."""
    steps = (one for one in release.history if one.field == "changes")
    return tuple(
        key for one in steps for key in sorted(_words(one.after) - _words(one.before)) if _KEY.fullmatch(key)
    )


def _taken_out(release: Ticket, key: str) -> bool:
    """Whether the last that the history tells of a key in the release is that it went out."""
    steps = [one for one in release.history if one.field == "changes"]
    told = [one for one in steps if (key in _words(one.before)) != (key in _words(one.after))]
    return bool(told) and key in _words(told[-1].before)


def _adds(change: Change, key: str) -> bool:
    return key in _words(change.after) and key not in _words(change.before)


def _words(keys: str) -> frozenset[str]:
    # A history keeps the field as text, with the keys parted in whichever way its system does.
    return frozenset(re.split(r"[\s,;]+", keys))
