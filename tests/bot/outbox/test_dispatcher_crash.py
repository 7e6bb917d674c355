"""Killed at any step, then run again: outside it must look as if nothing had happened.

Every scenario is cut off before and after each call to an outlet and each commit of the journal, also twice
in a row, and is then run to its end, with the same wish, another one, or the old one again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from fakes import Clock, FakeOutlet
from sqlalchemy import Connection

from bot.journal import Journal
from bot.outbox.dispatcher import deliver
from bot.outbox.reconciler import ALL, LEASE
from domain.outgoing import OutgoingMessage
from domain.ports.messaging import Format
from domain.sentence import say

DOUBT = ALL.doubt.total_seconds()


class Crash(BaseException):
    """kill -9: nothing in the program may catch it."""


@dataclass
class Steps:
    """Counts steps, and crashes at one of them."""

    crash_at: int = 0
    done: int = 0

    def __call__(self, label: str) -> None:
        self.done += 1
        if self.done == self.crash_at:
            raise Crash(label)


class BreakableJournal(Journal):
    """A journal whose process may die just before or just after a commit."""

    step: Callable[[str], None]

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with super().write() as connection:
            yield connection
            self.step("before commit")
        self.step("after commit")


def wish(target: str, text: str, kind: str = "comment") -> OutgoingMessage:
    return OutgoingMessage(target, "t:1", kind, "C1", f"hash-of-{text}", {"text": text}, say("it changed"))


@dataclass
class World:
    """One database and the outside; processes come and go."""

    journal: Journal
    clock: Clock
    outlets: dict[str, FakeOutlet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.forget()
        self.outlets = {
            "jira": FakeOutlet("jira", self.clock),
            "notes": FakeOutlet("notes", self.clock, Format.PLAIN, editable=False),
            "slack": FakeOutlet("slack", self.clock, Format.SLACK),
        }

    def forget(self) -> None:
        """The journal is lost."""
        with self.journal.write() as connection:
            connection.exec_driver_sql("DELETE FROM outbox")

    def run(self, wishes: list[OutgoingMessage], crash_at: int = 0) -> bool:
        """One process, from its start to its end or death. False when it died."""
        steps = Steps(crash_at)
        journal = BreakableJournal(self.journal.engine)
        journal.step = steps
        for outlet in self.outlets.values():
            outlet.watch = steps
        try:
            journal.put_messages(wishes, self.clock())
            deliver(journal, self.outlets, self.clock, limit=100)
        except Crash:
            self.clock.forward(seconds=DOUBT + 1)  # what it was about to write was never written
            return False
        finally:
            if journal.presence:
                journal.presence.end()  # the server notices that a process is no more
            for outlet in self.outlets.values():
                outlet.watch = lambda _: None
        return True


A, B, C = (wish("jira", text) for text in "abc")
NOTE_A, NOTE_B, NOTE_C = (wish("notes", text) for text in "abc")
CARD_A, CARD_B, CARD_C = (wish("slack", text, "card") for text in "abc")
NEWS = replace(wish("slack", "news", "news"), thread_kind="card", once=True)


def nothing(_: World) -> None:
    """Nothing was ever said."""


def posted(*wishes: OutgoingMessage) -> Callable[[World], None]:
    """Something stands outside already."""

    def prepare(world: World) -> None:
        assert world.run(list(wishes))

    return prepare


def deleted(first: OutgoingMessage) -> Callable[[World], None]:
    """It was posted, and somebody deleted it."""

    def prepare(world: World) -> None:
        assert world.run([first])
        world.outlets[first.target].messages.clear()

    return prepare


def edited(first: OutgoingMessage) -> Callable[[World], None]:
    """It was posted, and somebody edited it."""

    def prepare(world: World) -> None:
        assert world.run([first])
        world.outlets[first.target].edit()

    return prepare


def edited_and_lost(first: OutgoingMessage) -> Callable[[World], None]:
    """Somebody edited it, and the journal was lost."""

    def prepare(world: World) -> None:
        edited(first)(world)
        world.forget()

    return prepare


def lost(first: OutgoingMessage, copies: int = 0) -> Callable[[World], None]:
    """It was posted, perhaps several times, and the journal was lost."""

    def prepare(world: World) -> None:
        assert world.run([first])
        messages = world.outlets[first.target].messages
        messages += [replace(messages[0], remote_id=f"copy-{n}") for n in range(copies)]
        world.forget()

    return prepare


@dataclass(frozen=True)
class Scenario:
    """What stood before, what is wished in the run that dies, and what is wished in the one after it."""

    before: Callable[[World], None]
    during: list[OutgoingMessage]
    after: list[OutgoingMessage]


SCENARIOS = {
    "first comment": Scenario(nothing, [A], [A]),
    "first comment, then another text": Scenario(nothing, [A], [B]),
    "edit": Scenario(posted(A), [B], [B]),
    "edit, then another text": Scenario(posted(A), [B], [C]),
    "edit, then the old text again": Scenario(posted(A), [B], [A]),
    "comment deleted by hand": Scenario(deleted(A), [B], [B]),
    "comment deleted by hand, then another text": Scenario(deleted(A), [B], [C]),
    "comment edited by hand": Scenario(edited(A), [B], [B]),
    "comment edited by hand, then another text": Scenario(edited(A), [B], [C]),
    "comment edited by hand, then the old text again": Scenario(edited(A), [B], [A]),
    "comment edited by hand and journal lost": Scenario(edited_and_lost(A), [B], [B]),
    "lost journal": Scenario(lost(A), [B], [B]),
    "lost journal, same text": Scenario(lost(A), [A], [A]),
    "lost journal and surplus copies": Scenario(lost(A, 2), [B], [B]),
    "first note": Scenario(nothing, [NOTE_A], [NOTE_A]),
    "next note": Scenario(posted(NOTE_A), [NOTE_B], [NOTE_B]),
    "next note, then another text": Scenario(posted(NOTE_A), [NOTE_B], [NOTE_C]),
    "next note, then the old text again": Scenario(posted(NOTE_A), [NOTE_B], [NOTE_A]),
    "card and news in its thread": Scenario(nothing, [NEWS, CARD_A], [NEWS, CARD_A]),
    "card and news, then another card": Scenario(nothing, [NEWS, CARD_A], [NEWS, CARD_B]),
    "card edited and news": Scenario(posted(CARD_A), [CARD_B, NEWS], [CARD_B, NEWS]),
    "card deleted by hand": Scenario(deleted(CARD_A), [CARD_B], [CARD_C]),
}


def wrong(world: World, wishes: list[OutgoingMessage]) -> list[str]:
    """What is not as it should be outside, given what was wished last."""
    found = []
    for one in wishes:
        outlet = world.outlets[one.target]
        key = world.journal.slot_key(one.target, one.ticket, one.kind)
        mine = [message for message in outlet.messages if message.slot == key]
        texts = [message.text for message in mine if not message.edited]
        theirs = [message.text for message in mine if message.edited]
        if any(not text.endswith("says a person") for text in theirs):
            found.append(f"written into a person's text: {theirs}")
        said_before = not texts and f"{one.body['text']}, says a person" in theirs[-1:]
        if texts[-1:] != [one.body["text"]] and not said_before:
            found.append(f"missing or out of date: {texts}")
        if outlet.editable and len(texts) > 1:
            found.append(f"doubled: {texts}")
        if any(text == then for text, then in pairwise(texts)):
            found.append(f"said twice in a row: {texts}")
    return found


def matrix(
    journal: Journal, scenario: Scenario, *, blind: bool = False, second: int = 0
) -> tuple[int, list[str]]:
    """Every crash point of a scenario; with `second` also one in the run after it. Gives how many there
    were, and all that was wrong in the end.
    """
    found: list[str] = []
    for point in range(1, 100):
        world = World(journal, Clock())
        scenario.before(world)
        for outlet in world.outlets.values():
            outlet.blind = blind
        if world.run(scenario.during, crash_at=point):
            return point - 1, found
        if second:
            world.run(scenario.after, crash_at=second)
        assert world.run(scenario.after)
        found += [f"after step {point}: {line}" for line in wrong(world, scenario.after)]
    raise AssertionError("the scenario does not end")


@pytest.mark.long
@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_anywhere_and_run_again(journal: Journal, name: str) -> None:
    points, found = matrix(journal, SCENARIOS[name])
    assert found == []
    assert points >= 10  # commits and calls, before and after: fewer would mean that steps are not counted


@pytest.mark.long
@pytest.mark.parametrize(
    "name", ["first comment", "edit, then the old text again", "next note, then another text"]
)
def test_killed_anywhere_twice_and_run_again(sqlite_journal: Journal, name: str) -> None:
    for second in range(1, 13):
        assert matrix(sqlite_journal, SCENARIOS[name], second=second)[1] == []


@pytest.mark.parametrize(
    "name", ["first comment", "lost journal", "first note", "card and news in its thread"]
)
def test_without_looking_outside_the_matrix_finds_doubles(sqlite_journal: Journal, name: str) -> None:
    """A test of the test: take the read-back away and it must fail."""
    found = matrix(sqlite_journal, SCENARIOS[name], blind=True)[1]
    assert any("doubled" in line or "twice" in line for line in found)


@pytest.mark.parametrize(
    "moment", ["before find", "after find", "before create", "after create", "before update"]
)
@pytest.mark.parametrize("first", [[], [A]], ids=["first comment", "edit"])
def test_a_process_that_lost_its_lease_does_no_lasting_harm(
    journal: Journal, first: list[OutgoingMessage], moment: str
) -> None:
    """It stalls in the middle of a call; another one takes the slot over and finishes; then it goes on."""
    world = World(journal, Clock())
    world.run(first)
    outlet = world.outlets["jira"]
    other = FakeOutlet("jira", world.clock)
    other.messages = outlet.messages

    def stall(label: str) -> None:
        if label == moment:
            outlet.watch = lambda _: None
            world.clock.forward(seconds=LEASE + 1)
            deliver(Journal(journal.engine), {"jira": other}, world.clock, limit=9)

    journal.put_messages([B], world.clock())
    outlet.watch = stall
    deliver(journal, world.outlets, world.clock, limit=9)
    world.clock.forward(seconds=LEASE + 1)
    deliver(journal, world.outlets, world.clock, limit=9)
    assert outlet.texts == ["b"]
    assert journal.due_rows(world.clock()) == ()
