"""An outlet in memory that can be told to fail, and at which anything may happen around a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.ports.errors import Altered, Gone
from domain.ports.messaging import Format, Marker, Place, Posted

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


class Clock:
    """The present moment, moved by hand."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Message:
    """A message of ours, as it stands outside."""

    remote_id: str
    place: Place
    slot: str
    digest: str
    text: str
    at: datetime
    edited: bool = False


@dataclass
class Fault:
    """What the next call of a kind raises, and whether it did its work all the same."""

    error: Exception
    applied: bool = False


class FakeOutlet:
    """Keeps messages with their markers. `watch` is called before and after each call, with its name."""

    def __init__(
        self, name: str, clock: Callable[[], datetime], form: Format = Format.ADF, editable: bool = True
    ) -> None:
        self.name, self.format, self.editable, self.clock = name, form, editable, clock
        self.endless = form is Format.SLACK
        self.searchable = True
        self.messages: list[Message] = []
        self.calls: list[str] = []
        self.looked_since: list[datetime] = []
        self.faults: dict[str, list[Fault]] = {}
        self.watch: Callable[[str], None] = lambda _: None
        self.hash_length = 64
        self.blind = False

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    def fail(self, call: str, error: Exception, *, applied: bool = False) -> None:
        self.faults.setdefault(call, []).append(Fault(error, applied))

    def find(self, place: Place, marker: Marker, since: datetime) -> Sequence[Posted]:
        self.looked_since.append(since)
        with self._call("find"):
            return [
                Posted(m.remote_id, m.digest[: self.hash_length], m.at if m.edited else None)
                for m in self.messages
                if not self.blind and (m.place, m.slot) == (place, marker.slot) and m.at >= since
            ]

    def create(self, place: Place, body: Any, marker: Marker) -> str:
        remote_id = f"{self.name}-{len(self.calls)}-{len(self.messages)}"
        with self._call("create"):
            message = Message(remote_id, place, marker.slot, marker.digest, body["text"], self.clock())
            self.messages.append(message)
        return remote_id

    def update(self, place: Place, remote_id: str, body: Any, marker: Marker) -> None:
        assert self.editable
        with self._call("update"):
            message = self._message(place, remote_id)
            if message.edited:
                raise Altered(self.name, "a person edited it")
            message.text, message.digest = body["text"], marker.digest

    def remove(self, place: Place, remote_id: str) -> None:
        assert self.editable
        with self._call("remove"):
            self.messages.remove(self._message(place, remote_id))

    def edit(self) -> None:
        """A person edits every message there is, and the text is theirs."""
        for message in self.messages:
            message.edited, message.text = True, f"{message.text}, says a person"

    def _message(self, place: Place, remote_id: str) -> Message:
        for message in self.messages:
            if (message.place, message.remote_id) == (place, remote_id):
                return message
        raise Gone(self.name, "it is not there any more")

    @contextmanager
    def _call(self, call: str) -> Iterator[None]:
        self.calls.append(call)
        self.watch(f"before {call}")
        fault = self.faults[call].pop(0) if self.faults.get(call) else None
        if fault and not fault.applied:
            raise fault.error
        yield
        if fault:
            raise fault.error
        self.watch(f"after {call}")
