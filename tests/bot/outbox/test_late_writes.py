"""A write that the server carries out after its time-out, or after the process died: never twice for good."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from fakes import NOW, Clock, FakeOutlet, Message

from bot.journal import Journal
from bot.outbox.dispatcher import IN_DOUBT, deliver
from bot.outbox.reconciler import DeliveryOptions
from bot.outbox.result import DeliveryResult
from domain.outgoing import OutgoingMessage
from domain.ports.errors import Ambiguous, Forbidden, NotFound, Unreachable
from domain.ports.messaging import Format, Place
from domain.sentence import say

ORDERS = DeliveryOptions(counting=lambda body, form: {"text": f"{body['text']}, and this one counts"})
NO_ANSWER = Ambiguous("x", "no answer within the time allowed")


def wish(target: str, text: str = "a", *, once: bool = False) -> OutgoingMessage:
    return OutgoingMessage(
        target, "t:1", "comment", "C1", f"hash-of-{text}", {"text": text}, say("it changed"), once=once
    )


@dataclass
class World:
    """A journal and a place outside that may be slow."""

    journal: Journal
    clock: Clock
    outlets: dict[str, FakeOutlet] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, form in (("jira", Format.ADF), ("notes", Format.PLAIN), ("slack", Format.SLACK)):
            self.outlets[name] = FakeOutlet(name, self.clock, form, editable=name != "notes")

    def run(self, *wishes: OutgoingMessage, whole: bool = False) -> DeliveryResult:
        self.journal.put_messages(wishes, self.clock())
        orders = replace(ORDERS, whole=whole)
        return deliver(self.journal, self.outlets, self.clock, limit=100, orders=orders)

    def late(self, target: str, text: str = "a") -> None:
        """The server carries out, only now, what it was asked before."""
        key = self.journal.slot_key(target, "t:1", "comment")
        messages = self.outlets[target].messages
        made = Message(f"late-{len(messages)}", Place("C1"), key, f"hash-of-{text}", text, self.clock())
        messages.append(made)

    def texts(self, target: str) -> list[str]:
        return self.outlets[target].texts


@pytest.fixture
def world(sqlite_journal: Journal, clock: Clock) -> World:
    return World(sqlite_journal, clock)


def counted(delivery: DeliveryResult) -> dict[str, int]:
    return {name: count for name, count in delivery.counts().items() if count and name != "unchanged"}


@pytest.mark.parametrize("target", ["jira", "notes", "slack"])
def test_what_is_carried_out_while_in_doubt_is_found_and_not_written_again(world: World, target: str) -> None:
    world.outlets[target].fail("create", NO_ANSWER)
    assert counted(world.run(wish(target))) == {"ambiguous": 1}, "not posted again in the same run"
    world.clock.forward(minutes=5)
    assert counted(world.run(wish(target))) == {"ambiguous": 1}
    assert world.outlets[target].calls.count("create") == 1
    world.late(target)
    world.clock.forward(minutes=5)
    assert counted(world.run(wish(target))) == {"adopted": 1}
    world.clock.forward(hours=1)
    assert counted(world.run(wish(target))) == {}
    assert world.texts(target) == ["a"]


@pytest.mark.parametrize(
    ("target", "said"), [("jira", "a"), ("slack", "a"), ("notes", "a, and this one counts")]
)
def test_what_was_never_carried_out_is_written_when_the_doubt_is_over(
    world: World, target: str, said: str
) -> None:
    world.outlets[target].fail("create", NO_ANSWER)
    world.run(wish(target))
    world.clock.forward(minutes=14)
    world.run(wish(target))
    assert world.texts(target) == []
    world.clock.forward(minutes=1)
    assert counted(world.run(wish(target))) == {"created": 1}
    assert world.texts(target) == [said]


@pytest.mark.parametrize("target", ["jira", "slack"])
@pytest.mark.parametrize("once", [False, True])
def test_a_surplus_that_comes_later_still_is_removed(world: World, target: str, once: bool) -> None:
    world.outlets[target].fail("create", NO_ANSWER)
    world.run(wish(target, once=once))
    world.clock.forward(minutes=15)
    world.run(wish(target, once=once))
    (ours,) = world.outlets[target].messages
    world.late(target)
    world.clock.forward(minutes=5)
    assert counted(world.run()) == {}
    world.clock.forward(minutes=10)
    assert counted(world.run()) == {"removed": 1}
    assert world.outlets[target].messages == [ours], "the one that the journal knows is kept"
    delivered = world.journal.rows_of("t:1")[0].applied_at
    world.clock.forward(minutes=15)
    assert counted(world.run()) == {}
    assert world.journal.rows_of("t:1")[0].applied_at == delivered, "a look is no delivery"


@pytest.mark.parametrize("target", ["jira", "slack"])
def test_the_one_that_we_know_is_kept_though_another_is_older(world: World, target: str) -> None:
    place = world.outlets[target]
    place.fail("create", NO_ANSWER)
    world.run(wish(target))
    world.clock.forward(minutes=15)

    def arrives(label: str) -> None:
        if label == "before create":
            world.late(target)

    place.watch = arrives
    world.run()
    place.watch = lambda _: None
    known = place.messages[1]
    world.clock.forward(minutes=15)
    assert counted(world.run()) == {"removed": 1}
    assert place.messages == [known]


@pytest.mark.parametrize("target", ["jira", "slack", "notes"])
def test_the_full_look_finds_what_came_after_all_doubt(world: World, target: str) -> None:
    place = world.outlets[target]
    place.fail("create", NO_ANSWER)
    world.run(wish(target))
    for _ in range(3):
        world.clock.forward(minutes=15)
        world.run(wish(target, "b"))
    world.late(target, "a")
    known = place.messages[0]
    world.clock.forward(hours=5)
    assert counted(world.run()) == {}
    found = counted(world.run(whole=True))
    if target == "notes":
        assert found == {"created": 1}
        assert place.texts[1:] == ["a", "b, and this one counts"]
    else:
        assert (found, place.messages) == ({"removed": 1}, [known])
    assert counted(world.run(whole=True)) == {}


def test_an_edit_that_comes_late_does_not_undo_a_newer_one(world: World) -> None:
    for target in ("jira", "slack"):
        world.run(wish(target))
    world.clock.forward(days=40)
    for target in ("jira", "slack"):
        world.outlets[target].fail("update", NO_ANSWER)
        world.run(wish(target, "b"))
        world.run(wish(target, "c"))
        (message,) = world.outlets[target].messages
        message.text, message.digest = "b", "hash-of-b"
    world.outlets["slack"].looked_since.clear()
    world.clock.forward(minutes=15)
    assert counted(world.run()) == {"updated": 2}
    assert world.texts("jira") == world.texts("slack") == ["c"]
    (since,) = world.outlets["slack"].looked_since
    assert since > NOW + timedelta(days=39), "months of a channel are not looked through"


def test_a_note_that_comes_late_is_followed_by_one_that_counts(world: World) -> None:
    world.outlets["notes"].fail("create", NO_ANSWER)
    world.run(wish("notes"))
    world.clock.forward(minutes=5)
    assert counted(world.run(wish("notes", "b"))) == {"ambiguous": 1}
    world.clock.forward(minutes=10)
    world.run()
    world.late("notes", "a")
    world.clock.forward(minutes=15)
    world.run()
    counts = "b, and this one counts"
    assert world.texts("notes") == [counts, "a", counts]
    world.clock.forward(minutes=15)
    assert counted(world.run()) == {}


def test_what_a_person_did_meanwhile_is_left_alone(world: World) -> None:
    world.outlets["jira"].fail("create", NO_ANSWER)
    world.run(wish("jira"))
    world.late("jira")
    world.run()
    world.outlets["jira"].edit()
    world.clock.forward(minutes=15)
    assert counted(world.run()) == {}
    assert world.texts("jira") == ["a, says a person"]
    world.outlets["jira"].messages.clear()
    assert counted(world.run(whole=True)) == {}


def test_a_killed_process_leaves_the_same_doubt_and_says_so(world: World) -> None:
    world.journal.put_messages([wish("jira")], NOW)
    (due,) = world.journal.due_rows(NOW)
    slot = world.journal.lease(due.id, "x", NOW, 60)
    assert slot
    world.journal.begin(slot, Place("C1"), NOW, 60, NOW + timedelta(minutes=15))
    world.journal.free_leases()
    assert counted(world.run()) == {"ambiguous": 1}
    (unsent,) = world.journal.unsent()
    assert (unsent.error, unsent.again) == (IN_DOUBT, None)
    assert world.outlets["jira"].calls == ["find", "find"]
    world.clock.forward(minutes=15)
    assert counted(world.run()) == {"created": 1}


def test_what_never_left_is_in_no_doubt(world: World) -> None:
    world.outlets["slack"].fail("create", Unreachable("slack", "cannot be reached"))
    assert counted(world.run(wish("slack"))) == {"failed": 1}
    assert counted(world.run()) == {"created": 1}


def test_where_nothing_can_be_found_again_no_time_settles_anything(world: World) -> None:
    letters = world.outlets["jira"]
    letters.searchable = False
    letters.fail("create", NO_ANSWER)
    assert counted(world.run(wish("jira"))) == {"created": 1}
    assert world.journal.rows_of("t:1")[0].doubt_until is None


@pytest.mark.parametrize(
    ("error", "told", "again"),
    [
        (NotFound("jira", "no such issue"), [], False),
        (Forbidden("jira", "not allowed"), ["jira t:1 (comment): not allowed"], False),
        (Unreachable("jira", "no connection"), ["jira t:1 (comment): no connection"], True),
    ],
)
def test_a_look_that_fails_is_no_failure_of_the_delivery(
    world: World, error: Exception, told: list[str], again: bool
) -> None:
    jira = world.outlets["jira"]
    jira.fail("create", NO_ANSWER, applied=True)
    world.run(wish("jira"))
    world.clock.forward(minutes=15)
    jira.fail("find", error)
    delivery = world.run()
    assert (counted(delivery), delivery.problems, world.journal.unsent()) == ({}, told, ())
    jira.calls.clear()
    world.run()
    assert jira.calls == (["find"] if again else [])


def test_a_clock_that_was_ahead_leaves_no_doubt_for_years(world: World) -> None:
    world.clock.forward(days=4000)
    world.outlets["jira"].fail("create", NO_ANSWER)
    world.run(wish("jira"))
    world.clock.now = NOW
    world.journal.disbelieve(NOW)
    until = world.journal.rows_of("t:1")[0].doubt_until
    assert isinstance(until, datetime)
    assert until <= NOW + timedelta(minutes=15)
