"""Deeds at the reception: answered once, tried again when the service is down, told plainly when we break down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes import Clock

from bot.interactions.worker import PATIENCE, SILENT, InteractionWorker
from bot.journal import Journal
from bot.messages.i18n.speaker import Translator
from bot.messages.waiver_modal import note_of
from domain.ports.errors import Gone, SourceError, Unreachable
from domain.ports.interactions import Interaction, InteractionKind, Visitor

HELP = Interaction("c1", InteractionKind.COMMAND, "U1", "/sluis", "help", place="C1")
NOTE = note_of("jira:1", "nl", "C1")


@dataclass
class FakeDesk:
    """A desk in memory. `faults` are raised by the next answers, `lost` by every question who somebody is."""

    name: str = "slack"
    told: list[str] = field(default_factory=list)
    faults: list[SourceError] = field(default_factory=list)
    lost: Exception | None = None
    quiet: float | None = 0.0
    listening: bool = False

    def open(self, take: Any) -> None:
        self.listening = True

    def close(self) -> None:
        self.listening = False

    def silence(self) -> float | None:
        return self.quiet

    def visitor(self, user: str) -> Visitor:
        if self.lost:
            raise self.lost
        return Visitor(user, "Dirk Peeters", "", "en-GB")

    def tell(self, to: Interaction, body: Mapping[str, Any]) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.told.append(body["text"])

    def change(self, view_id: str, view: Mapping[str, Any]) -> None:
        raise Gone(self.name, "the dialog is closed")


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def reception(
    sqlite_journal: Journal, clock: Clock, desk: FakeDesk, done: list[str]
) -> Iterator[InteractionWorker]:
    speak = Translator("en", ZoneInfo("Europe/Brussels"))
    ctx: Any = SimpleNamespace(journal=sqlite_journal, clock=clock, speak=speak, sources=(), policy=None)
    yield InteractionWorker(ctx, desk, on_done=done.append)  # type: ignore[arg-type]


def test_a_deed_is_answered_once(reception: InteractionWorker, desk: FakeDesk, done: list[str]) -> None:
    for _ in range(3):
        assert reception.take(HELP) is None
    assert [reception.work_off() for _ in range(2)] == [1, 0]
    assert len(desk.told) == 1
    assert desk.told[0].startswith("/sluis CHG-12")
    assert done == ["help"]


def test_an_answer_that_could_not_be_given_is_given_later_and_decided_once(
    reception: InteractionWorker, desk: FakeDesk, done: list[str], clock: Clock
) -> None:
    desk.faults = [Unreachable("slack", "down"), Unreachable("slack", "down")]
    reception.take(HELP)
    for forward, told in ((0, 0), (0, 0), (1, 0), (1, 0), (2, 1), (60, 1)):
        clock.forward(seconds=forward)
        reception.work_off()
        assert len(desk.told) == told
    assert done == ["help"]


def test_when_nobody_can_be_asked_it_gives_up_in_the_end(
    reception: InteractionWorker, desk: FakeDesk, sqlite_journal: Journal, clock: Clock
) -> None:
    desk.lost = Unreachable("slack", "down")
    reception.take(HELP)
    tried = 0
    while sqlite_journal.waiting_interactions():
        tried += reception.work_off()
        clock.forward(seconds=60)
    assert (tried, desk.told) == (PATIENCE, [])


def test_a_deed_we_cannot_digest_is_told_and_keeps_nobody_waiting(
    reception: InteractionWorker, desk: FakeDesk, done: list[str]
) -> None:
    desk.lost = RuntimeError("a bug")
    reception.take(HELP)
    assert reception.work_off() == 1
    desk.lost = None
    reception.take(Interaction("c2", InteractionKind.COMMAND, "U1", "/sluis", "help"))
    reception.work_off()
    assert done == ["failed: RuntimeError", "help"]
    assert desk.told[0].startswith("Something went wrong here, and nothing was done.")


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        (Interaction("f1", InteractionKind.FORM, "U1", "waive", NOTE, view="V1"), "Een ogenblik…"),
        (Interaction("f1", InteractionKind.FORM, "U1", "waive", "not ours", view="V1"), None),
        (Interaction("p1", InteractionKind.PRESS, "U1", "waive", NOTE), None),
    ],
)
def test_a_form_shows_at_once_that_it_is_looked_at(
    reception: InteractionWorker, one: Interaction, shown: str | None
) -> None:
    view = reception.take(one)
    text = view["blocks"][0]["elements"][0]["elements"][0]["text"] if view else None
    assert text == shown


@pytest.mark.parametrize(
    "value", ["nonsense", "jira:1", "", '["jira:1", "nl"]', "{}", '["jira:1","fr","C1"]']
)
@pytest.mark.parametrize("deed", [InteractionKind.PRESS, InteractionKind.FORM])
def test_what_is_not_ours_comes_to_nothing(
    reception: InteractionWorker, desk: FakeDesk, done: list[str], deed: InteractionKind, value: str
) -> None:
    reception.take(Interaction("x", deed, "U1", "seen", value, {"a": "b"}))
    reception.work_off()
    assert (done, desk.told) == (["not ours"], [])


@pytest.mark.parametrize(
    ("quiet", "alive"), [(0.0, True), (SILENT - 1, True), (SILENT, False), (1e9, False), (None, True)]
)
def test_well_means_that_the_service_was_heard_from_lately(
    reception: InteractionWorker, desk: FakeDesk, quiet: float | None, alive: bool
) -> None:
    desk.quiet = quiet
    assert not reception.alive, "nobody works yet"
    reception.open()
    assert (desk.listening, reception.alive) == (True, alive)
    reception.close()
    assert (desk.listening, reception.alive) == (False, False)
