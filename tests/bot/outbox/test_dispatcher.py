"""Delivery: what each answer of the outside leads to. Crashes have a file of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from fakes import NOW, Clock, FakeOutlet

from bot.journal import Journal
from bot.outbox.dispatcher import deliver
from bot.outbox.reconciler import BEGINNING, DeliveryOptions
from bot.outbox.result import DeliveryResult
from domain.facts import Trouble
from domain.outgoing import OutgoingMessage
from domain.ports.errors import (
    Ambiguous,
    AuthRefused,
    Forbidden,
    Garbled,
    Gone,
    NotFound,
    Postponed,
    RateLimited,
    Refused,
    SourceError,
    Unreachable,
)
from domain.ports.messaging import Format, Place
from domain.sentence import say


def wish(target: str, ticket: int = 1, text: str = "a", kind: str = "comment") -> OutgoingMessage:
    container = "C1" if target == "slack" else str(ticket)
    return OutgoingMessage(
        target, f"t:{ticket}", kind, container, f"hash-of-{text}", {"text": text}, say("it changed")
    )


ORDERS = DeliveryOptions(replacing=lambda body, form, at: {"text": f"{body['text']} instead of {at}"})


def news(ticket: int = 1, text: str = "news") -> OutgoingMessage:
    return replace(wish("slack", ticket, text, "news"), thread_kind="card", once=True)


def card(ticket: int = 1, text: str = "card") -> OutgoingMessage:
    return wish("slack", ticket, text, "card")


@dataclass
class World:
    """A journal and three outlets: editable comments, notes that cannot be edited, and Slack."""

    journal: Journal
    clock: Clock
    jira: FakeOutlet
    notes: FakeOutlet
    slack: FakeOutlet

    @property
    def outlets(self) -> Mapping[str, FakeOutlet]:
        return {outlet.name: outlet for outlet in (self.jira, self.notes, self.slack)}

    def deliver(
        self, *wishes: OutgoingMessage, limit: int = 100, stop: Callable[[], bool] = lambda: False
    ) -> DeliveryResult:
        self.journal.put_messages(wishes, self.clock())
        return deliver(self.journal, self.outlets, self.clock, limit=limit, stop=stop, orders=ORDERS)


@pytest.fixture
def world(sqlite_journal: Journal, clock: Clock) -> World:
    return World(
        sqlite_journal,
        clock,
        FakeOutlet("jira", clock),
        FakeOutlet("notes", clock, Format.PLAIN, editable=False),
        FakeOutlet("slack", clock, Format.SLACK),
    )


def counted(delivery: DeliveryResult) -> dict[str, int]:
    """The counts that are not zero, without the number of messages that stand as they should."""
    return {name: count for name, count in delivery.counts().items() if count and name != "unchanged"}


def test_one_message_is_posted_edited_and_then_left_alone(world: World) -> None:
    assert counted(world.deliver(wish("jira"))) == {"created": 1}
    assert counted(world.deliver(wish("jira", text="b"))) == {"updated": 1}
    world.jira.calls.clear()
    again = world.deliver(wish("jira", text="b"))
    assert (counted(again), again.unchanged, again.problems) == ({}, 1, [])
    assert (world.jira.calls, world.jira.texts) == ([], ["b"])


def test_notes_that_cannot_be_edited_are_added(world: World) -> None:
    for text in ("a", "b", "a"):
        assert counted(world.deliver(wish("notes", text=text))) == {"created": 1}
    assert world.notes.texts == ["a", "b", "a"]


@pytest.mark.parametrize("hash_length", [64, 12])
def test_a_note_that_stands_already_is_adopted(world: World, hash_length: int) -> None:
    world.notes.hash_length = hash_length
    world.notes.fail("create", Ambiguous("notes", "no answer"), applied=True)
    assert counted(world.deliver(wish("notes"))) == {"adopted": 1}
    assert world.notes.texts == ["a"]


def test_what_is_posted_once_is_not_edited(world: World) -> None:
    once = replace(wish("slack"), once=True)
    world.deliver(once)
    world.deliver(replace(once, digest="other", body={"text": "other"}))
    assert (world.slack.calls, world.slack.texts) == (["create"], ["a"])


def test_tickets_are_looked_at_before_the_first_post_and_channels_only_in_doubt(world: World) -> None:
    world.deliver(wish("jira"), wish("notes"), wish("slack"))
    assert [world.jira.calls, world.notes.calls, world.slack.calls] == [["find", "create"]] * 2 + [["create"]]
    assert world.jira.looked_since == world.notes.looked_since == [BEGINNING]


def test_a_channel_is_read_from_just_before_the_first_attempt(world: World) -> None:
    world.slack.fail("create", Ambiguous("slack", "no answer"))
    world.deliver(wish("slack"))
    world.clock.forward(hours=2)
    assert counted(world.deliver()) == {"created": 1}
    assert world.slack.looked_since == [NOW - timedelta(minutes=1)] * 2


@pytest.mark.parametrize("outlet", ["jira", "slack"])
@pytest.mark.parametrize(
    ("call", "applied", "counts"),
    [
        ("create", True, {"adopted": 1}),
        ("create", False, {"ambiguous": 1}),
        ("update", True, {"updated": 1}),
        ("update", False, {"updated": 1}),
    ],
)
def test_an_unknown_outcome_is_settled_by_looking(
    world: World, outlet: str, call: str, applied: bool, counts: dict[str, int]
) -> None:
    if call == "update":
        world.deliver(wish(outlet))
    place = world.outlets[outlet]
    place.fail(call, Ambiguous(outlet, "no answer"), applied=applied)
    delivery = world.deliver(wish(outlet, text="b"))
    found = [] if "ambiguous" in counts else ["b"]
    assert (counted(delivery), delivery.problems, place.texts) == (counts, [], found)


def test_an_outcome_that_stays_unknown_is_settled_by_the_next_run(world: World) -> None:
    world.slack.fail("create", Ambiguous("slack", "no answer"), applied=True)
    world.slack.fail("find", Unreachable("slack", "no answer"))
    assert counted(world.deliver(card(), news())) == {"failed": 1, "waiting": 1}
    assert counted(world.deliver()) == {"adopted": 1, "created": 1}
    assert world.slack.texts == ["card", "news"]


def test_twice_unknown_is_counted_as_unknown(world: World) -> None:
    world.jira.fail("create", Ambiguous("jira", "no answer"))
    assert counted(world.deliver(wish("jira"))) == {"ambiguous": 1}
    assert counted(world.deliver()) == {"ambiguous": 1}
    world.clock.forward(minutes=15)
    assert counted(world.deliver()) == {"created": 1}


@pytest.mark.parametrize(
    ("error", "count", "others"),
    [
        (Refused("jira", "too long"), "refused", "created"),
        (Forbidden("jira", "may not comment"), "refused", "created"),
        (NotFound("jira", "no such ticket"), "refused", "created"),
        (Gone("jira", "no such thread"), "refused", "created"),
        (Garbled("jira", "HTML instead of JSON"), "failed", "created"),
        (KeyError("secret"), "failed", "created"),
        (AuthRefused("jira", "401"), "failed", "skipped"),
        (Unreachable("jira", "no connection"), "failed", "skipped"),
        (RateLimited("jira", "429", NOW + timedelta(minutes=7)), "failed", "skipped"),
    ],
)
@pytest.mark.parametrize("call", ["find", "create"])
def test_one_failure_does_not_keep_the_others(
    world: World, error: Exception, count: str, others: str, call: str
) -> None:
    world.jira.fail(call, error)
    delivery = world.deliver(wish("jira", 1), wish("jira", 2), wish("notes", 3))
    expected = {count: 1, others: 1, "created": 1} if others == "skipped" else {count: 1, "created": 2}
    assert counted(delivery) == expected
    (problem,) = delivery.problems
    assert problem.startswith("jira")
    assert "secret" not in problem
    world.clock.forward(days=1)
    assert set(counted(world.deliver())) == {"created"}
    assert sorted(world.jira.texts + world.notes.texts) == ["a", "a", "a"]


@pytest.mark.parametrize(
    ("error", "pause"),
    [
        (Refused("jira", "too long"), timedelta(minutes=5)),
        (Garbled("jira", "HTML"), timedelta(minutes=5)),
        (KeyError("bug"), timedelta(minutes=5)),
        (RateLimited("jira", "429", NOW + timedelta(minutes=7)), timedelta(minutes=7)),
        (Postponed("jira", "would mail again", "", NOW + timedelta(hours=9)), timedelta(hours=9)),
        (Unreachable("jira", "no connection"), timedelta(0)),
        (AuthRefused("jira", "401"), timedelta(0)),
    ],
)
def test_when_it_is_tried_again(world: World, error: Exception, pause: timedelta) -> None:
    world.jira.fail("create", error)
    world.deliver(wish("jira"))
    second = timedelta(seconds=1)
    assert not world.journal.due_rows(NOW + pause - second) or not pause
    assert world.journal.due_rows(NOW + pause)


def test_an_answer_to_a_look_that_cannot_be_understood_puts_nothing_off(world: World) -> None:
    world.jira.fail("find", Garbled("jira", "HTML instead of JSON"))
    delivery = world.deliver(wish("jira"))
    assert (counted(delivery), delivery.problems) == (
        {"failed": 1},
        ["jira t:1 (comment): HTML instead of JSON"],
    )
    assert counted(world.deliver()) == {"created": 1}


def closed(error: SourceError) -> SourceError:
    error.closed = True
    return error


def fallback(world: World, *wishes: OutgoingMessage, to: str | None) -> DeliveryResult:
    world.journal.put_messages(wishes, world.clock())
    orders = replace(ORDERS, elsewhere=lambda slot: to)
    return deliver(world.journal, world.outlets, world.clock, limit=100, orders=orders)


def test_what_a_closed_channel_does_not_take_goes_to_the_default_one_with_its_thread(world: World) -> None:
    world.slack.fail("create", closed(Refused("slack", "the channel is archived", "unarchive it")))
    delivery = fallback(world, card(), news(), to="C9")
    assert counted(delivery) == {"created": 2}
    top, reply = world.slack.messages
    assert (top.place, reply.place) == (Place("C9"), Place("C9", top.remote_id))
    assert delivery.problems == [
        "slack: the channel is archived — unarchive it; what belongs there goes to the default channel meanwhile"
    ]
    assert counted(world.deliver(card(text="b"))) == {"updated": 1}
    assert world.slack.texts == ["b", "news"]


@pytest.mark.parametrize("to", [None, "C1"])
@pytest.mark.parametrize("error", [Refused("slack", "no_text"), closed(Refused("slack", "archived"))])
def test_without_another_channel_it_is_parked(world: World, to: str | None, error: SourceError) -> None:
    world.slack.fail("create", error)
    assert counted(fallback(world, card(), to=to)) == {"refused": 1}
    assert world.slack.calls == ["create"]


def test_a_message_about_itself_is_not_tried_elsewhere(world: World) -> None:
    world.slack.fail("create", Refused("slack", "invalid_blocks"))
    assert counted(fallback(world, card(), to="C9")) == {"refused": 1}


def test_a_default_channel_that_is_closed_too_ends_it(world: World) -> None:
    for _ in range(2):
        world.slack.fail("create", closed(NotFound("slack", "not there")))
    assert counted(fallback(world, card(), to="C9")) == {"refused": 1}
    world.clock.forward(minutes=6)
    assert counted(world.deliver()) == {"created": 1}


def test_what_is_put_off_is_not_forgotten_before_it_is_delivered(world: World) -> None:
    world.jira.fail("create", Refused("jira", "too long", fix="shorten it"))
    world.deliver(wish("jira"), wish("notes"))
    told = [(one.target, one.error, one.again) for one in world.journal.unsent()]
    assert told == [("jira", "too long — shorten it", NOW + timedelta(minutes=5))]
    world.clock.forward(minutes=4)
    assert counted(world.deliver()) == {}
    assert len(world.journal.unsent()) == 1
    world.clock.forward(minutes=1)
    world.deliver()
    assert world.journal.unsent() == ()


def test_what_goes_nowhere_yet_waits_until_it_is_known_where_to(world: World) -> None:
    nowhere = replace(card(), container="", once=True)
    assert counted(world.deliver(nowhere)) == {}
    world.journal.obstruct(("slack", "t:1", "card"), Trouble.NO_ADDRESS, "nobody knows where", NOW)
    (one,) = world.journal.unsent()
    assert (one.error, one.again) == ("nobody knows where", None)
    assert counted(world.deliver(card())) == {"created": 1}
    (slot,) = world.journal.rows_of("t:1")
    assert (slot.blocked_reason, slot.failing_since, slot.last_error) == ("", None, "")


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (Refused("slack", "no"), "refused"),
        (Forbidden("slack", "no"), "refused"),
        (Unreachable("slack", "no"), "out_of_reach"),
        (AuthRefused("slack", "no"), "out_of_reach"),
        (Ambiguous("slack", "no"), "out_of_reach"),
    ],
)
def test_why_and_since_when_it_fails_is_kept(world: World, error: SourceError, trouble: str) -> None:
    for _ in range(2):
        world.slack.fail("create", error)
    world.deliver(card())
    world.clock.forward(hours=1)
    world.deliver()
    (slot,) = world.journal.rows_of("t:1")
    assert (slot.blocked_reason, slot.failing_since) == (trouble, NOW)


def test_a_refusal_is_told_when_it_begins_and_when_it_ends(world: World) -> None:
    """What comes between changes nothing: another failure, or the same refusal again."""
    policy = Refused("jira", "answered 403", "ask", "Backout plan is mandatory")
    told = []
    for error in (
        policy,
        Unreachable("jira", "down"),
        policy,
        Refused("jira", "x", "", "Risk is mandatory"),
        None,
    ):
        if error:
            world.jira.fail("create", error)
        told.append(world.deliver(wish("jira")).turned)
        world.clock.forward(days=2)
    assert [bool(turned) for turned in told] == [True, False, False, True, True]
    assert world.journal.refused("comment") == {}


def test_pauses_grow_to_a_day(world: World) -> None:
    pauses, last = [], world.clock()
    world.journal.put_messages([wish("jira")], NOW)
    for _ in range(12):
        world.jira.fail("create", Refused("jira", "too long", fix="shorten it"))
        delivery = world.deliver()
        assert delivery.problems == ["jira t:1 (comment): too long — shorten it"]
        (slot,) = world.journal.rows_of("t:1")
        again = slot.next_attempt_at
        assert isinstance(again, datetime)
        pauses.append((again - last).total_seconds() / 60)
        world.clock.now = last = again
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440, 1440]


def test_a_refused_post_is_made_later_without_looking_through_the_channel(world: World) -> None:
    world.slack.fail("create", Refused("slack", "no_text"))
    world.deliver(wish("slack"))
    world.deliver(wish("slack", text="b"))
    assert (world.slack.calls, world.slack.texts) == (["create", "create"], ["b"])


@pytest.mark.parametrize("outlet", ["jira", "slack"])
def test_a_message_deleted_by_hand_comes_back_when_there_is_news(world: World, outlet: str) -> None:
    place = world.outlets[outlet]
    world.deliver(wish(outlet))
    place.messages.clear()
    assert counted(world.deliver(wish(outlet))) == {}
    assert counted(world.deliver(wish(outlet, text="b"))) == {"created": 1}
    assert place.texts == ["b"]


def test_a_message_edited_by_hand_is_left_and_a_fresh_one_comes_when_there_is_news(world: World) -> None:
    world.deliver(wish("jira"))
    world.jira.edit()
    world.clock.forward(hours=1)
    world.jira.calls.clear()
    assert (counted(world.deliver(wish("jira"))), world.jira.calls) == ({}, [])
    assert counted(world.deliver(wish("jira", text="b"))) == {"created": 1, "altered": 1}
    assert counted(world.deliver(wish("jira", text="c"))) == {"updated": 1}
    assert world.jira.texts == ["a, says a person", f"c instead of {NOW}"]
    world.jira.edit()
    assert counted(world.deliver(wish("jira", text="d"))) == {"created": 1, "altered": 1}
    assert world.jira.texts[-1] == f"d instead of {NOW + timedelta(hours=1)}"


@pytest.mark.parametrize(
    ("text", "counts", "texts"),
    [
        ("a", {"adopted": 1}, ["a, says a person"]),
        ("b", {"created": 1, "altered": 1}, ["a, says a person", f"b instead of {NOW}"]),
    ],
)
def test_a_lost_journal_does_not_write_into_what_a_person_edited(
    world: World, text: str, counts: dict[str, int], texts: list[str]
) -> None:
    world.deliver(wish("jira"))
    world.jira.edit()
    forget_all(world)
    assert counted(world.deliver(wish("jira", text=text))) == counts
    assert world.jira.texts == texts


def test_what_a_person_edited_is_never_removed_as_surplus(world: World) -> None:
    world.deliver(wish("jira"))
    world.jira.edit()
    world.deliver(wish("jira", text="b"))
    forget_all(world)
    assert counted(world.deliver(wish("jira", text="c"))) == {"adopted": 1, "updated": 1, "altered": 1}
    assert world.jira.texts == ["a, says a person", f"c instead of {NOW}"]


def test_surplus_messages_are_removed_and_the_oldest_is_kept(world: World) -> None:
    world.deliver(wish("jira"))
    (first,) = world.jira.messages
    world.jira.messages += [replace(first, remote_id="jira-later"), replace(first, remote_id="jira-last")]
    forget_all(world)
    assert counted(world.deliver(wish("jira", text="b"))) == {"adopted": 1, "removed": 2, "updated": 1}
    assert [(m.remote_id, m.text) for m in world.jira.messages] == [(first.remote_id, "b")]


@pytest.mark.parametrize(
    ("error", "counts", "told"),
    [
        (Gone("jira", "gone"), {"adopted": 1, "updated": 1}, False),
        (Forbidden("jira", "may not delete"), {"adopted": 1, "updated": 1}, True),
        (Ambiguous("jira", "no answer"), {"adopted": 1, "removed": 1, "updated": 1}, False),
    ],
)
def test_a_surplus_message_that_cannot_be_removed(
    world: World, error: SourceError, counts: dict[str, int], told: bool
) -> None:
    world.deliver(wish("jira"))
    world.jira.messages.append(replace(world.jira.messages[0], remote_id="jira-later"))
    forget_all(world)
    world.jira.fail("remove", error)
    delivery = world.deliver(wish("jira", text="b"))
    assert (counted(delivery), bool(delivery.problems)) == (counts, told)
    assert world.jira.texts[0] == "b"


def test_a_lost_journal_doubles_nothing(world: World) -> None:
    world.deliver(wish("jira"), wish("notes"))
    forget_all(world)
    assert counted(world.deliver(wish("jira"), wish("notes"))) == {"adopted": 2}
    assert (world.jira.texts, world.notes.texts) == (["a"], ["a"])


def test_messages_in_a_thread_follow_the_one_that_starts_it(world: World) -> None:
    assert counted(world.deliver(news(), card(), news(2))) == {"created": 2, "waiting": 1}
    top, reply = world.slack.messages
    assert (top.text, reply.text, reply.place.thread) == ("card", "news", top.remote_id)
    assert counted(world.deliver(card(2))) == {"created": 2}


def test_a_thread_waits_for_a_refused_start(world: World) -> None:
    world.slack.fail("create", Refused("slack", "no_text"))
    assert counted(world.deliver(card(), news())) == {"refused": 1, "waiting": 1}
    world.clock.forward(hours=1)
    assert counted(world.deliver()) == {"created": 2}


def test_a_thread_whose_start_is_settled_at_the_end_still_comes_in_the_same_run(world: World) -> None:
    world.slack.fail("create", Ambiguous("slack", "no answer"), applied=True)
    assert counted(world.deliver(card(), news())) == {"adopted": 1, "created": 1}


def test_a_message_stays_where_it_was_posted_when_the_channel_is_set_otherwise(world: World) -> None:
    world.deliver(card())
    moved = replace(card(text="b"), container="C2")
    assert counted(world.deliver(moved)) == {"updated": 1}
    assert [(m.place.container, m.text) for m in world.slack.messages] == [("C1", "b")]


@pytest.mark.parametrize("limit", [0, 2])
def test_the_cap_holds_back_and_loses_nothing(world: World, limit: int) -> None:
    wishes = [wish("jira", number) for number in range(5)]
    delivery = world.deliver(*wishes, limit=limit)
    held = 5 - limit
    assert counted(delivery) == {**({"created": limit} if limit else {}), "held_back": held}
    assert delivery.problems == [
        f"{held} messages are held back by the cap of {limit} writes; the next run goes on"
    ]
    assert len(world.jira.messages) == limit
    assert counted(world.deliver()) == {"created": held}


def test_the_cap_counts_every_write(world: World) -> None:
    world.deliver(wish("jira"))
    world.jira.messages += [replace(world.jira.messages[0], remote_id=f"jira-{n}") for n in range(3)]
    forget_all(world)
    assert counted(world.deliver(wish("jira", text="b"), limit=2)) == {"removed": 2, "held_back": 1}
    assert counted(world.deliver(limit=2)) == {"removed": 1, "updated": 1, "adopted": 1}


def test_a_stopped_run_leaves_the_rest(world: World) -> None:
    delivery = world.deliver(*(wish("jira", n) for n in range(3)), stop=lambda: bool(world.jira.messages))
    assert counted(delivery) == {"created": 1, "skipped": 2}
    assert counted(world.deliver()) == {"created": 2}


def test_messages_for_an_outlet_that_is_off_wait(world: World) -> None:
    delivery = world.deliver(wish("teams", 1), wish("teams", 2), wish("jira"))
    assert counted(delivery) == {"created": 1, "skipped": 2}
    assert delivery.problems == ["teams: messages wait for an outlet that is not configured"]


def forget_all(world: World) -> None:
    """The journal is lost."""
    with world.journal.write() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")
