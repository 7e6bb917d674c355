"""The outlet against the sandbox, over HTTP with the real SDK: what ends up in the channel, and how often."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from slack_helpers import BEFORE, MARKER, body

from connectors.slack.client import SlackClient
from connectors.slack.messages import EVENT, SlackMessages
from domain.ports.errors import Ambiguous, Forbidden, Garbled, Gone, NotFound, Refused, Unreachable
from domain.ports.messaging import Marker, MessageChannel, Place, Posted
from sandbox.server import Fault, How, Server
from sandbox.slack.app import SlackSandbox

POST = r"chat\.postMessage"
HOSTILE = "<!channel> <@U1> *bold* a|b &lt; :tada: `code` https://example.org"


def test_is_an_outlet(outlet: SlackMessages) -> None:
    port: MessageChannel = outlet
    assert (port.name, port.format, port.editable) == ("slack", "slack", True)


def test_post_carries_the_marker_and_no_side_effects(
    sandbox: SlackSandbox, server: Server, outlet: SlackMessages, channel: str
) -> None:
    remote_id = outlet.create(Place(channel), body("CHG-1 mist een testplan"), MARKER)

    [message] = sandbox.messages(channel)
    assert remote_id == f"{channel}/{message.ts}"
    assert message.text == "CHG-1 mist een testplan"
    assert message.metadata == {
        "event_type": EVENT,
        "event_payload": {"slot": "slot-1", "digest": "digest-1", "revision": 1},
    }
    sent = json.loads(server.writes()[-1].body)
    assert {k: sent[k] for k in ("unfurl_links", "unfurl_media", "parse", "link_names")} == {
        "unfurl_links": False,
        "unfurl_media": False,
        "parse": "none",
        "link_names": False,
    }


def test_update_replaces_text_blocks_and_marker(
    sandbox: SlackSandbox, server: Server, outlet: SlackMessages, channel: str
) -> None:
    place = Place(channel)
    remote_id = outlet.create(place, body("first"), MARKER)
    outlet.update(place, remote_id, body("second"), Marker("slot-1", "digest-2", 2))

    [message] = sandbox.messages(channel)
    assert (message.text, message.blocks) == ("second", body("second")["blocks"])
    assert outlet.find(place, MARKER, BEFORE) == [Posted(remote_id, "digest-2")]
    [sent] = [json.loads(asked.body) for asked in server.asked if asked.path == "/api/chat.update"]
    assert (sent["parse"], sent["link_names"]) == ("none", False)


def test_thread_is_kept_apart_from_the_channel(
    sandbox: SlackSandbox, outlet: SlackMessages, channel: str
) -> None:
    card = outlet.create(Place(channel), body("card"), MARKER)
    thread = Place(channel, card)
    news = [outlet.create(thread, body(f"news {n}"), Marker("slot-2", f"d{n}", n)) for n in (1, 2)]

    assert [m.text for m in sandbox.messages(channel)] == ["card"]
    assert [m.text for m in sandbox.thread(channel, card.partition("/")[2])] == ["news 1", "news 2"]
    assert outlet.find(thread, Marker("slot-2", "", 0), BEFORE) == [
        Posted(news[0], "d1"),
        Posted(news[1], "d2"),
    ]
    assert outlet.find(Place(channel), Marker("slot-2", "", 0), BEFORE) == []
    assert outlet.find(thread, MARKER, BEFORE) == []


def test_find_sees_only_our_own_messages_of_the_slot(
    sandbox: SlackSandbox, outlet: SlackMessages, channel: str
) -> None:
    person = sandbox.add_user("Dirk Peeters")
    forged = {"event_type": EVENT, "event_payload": {"slot": "slot-1", "digest": "forged"}}
    sandbox.say(channel, person.id, "I copied your metadata", metadata=forged)
    outlet.create(Place(channel), body("another slot"), Marker("slot-2", "d", 1))
    ours = outlet.create(Place(channel), body("ours"), MARKER)

    assert outlet.find(Place(channel), MARKER, BEFORE) == [Posted(ours, "digest-1")]


def test_find_goes_through_every_page(sandbox: SlackSandbox, outlet: SlackMessages, channel: str) -> None:
    first = outlet.create(Place(channel), body("first"), MARKER)
    person = sandbox.add_user("Els Maes")
    for number in range(450):
        sandbox.say(channel, person.id, f"chatter {number}")
    last = outlet.create(Place(channel), body("again"), MARKER)

    assert [p.remote_id for p in outlet.find(Place(channel), MARKER, BEFORE)] == [first, last]


@pytest.mark.parametrize(("minutes", "found"), [(-2, 0), (-0.5, 1), (30, 1)])
def test_find_looks_back_a_minute_further_than_asked(
    channel: str, sandbox: SlackSandbox, outlet: SlackMessages, minutes: float, found: int
) -> None:
    outlet.create(Place(channel), body("now"), MARKER)
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    assert len(outlet.find(Place(channel), MARKER, since)) == found


def test_remove_and_what_is_gone_afterwards(
    sandbox: SlackSandbox, outlet: SlackMessages, channel: str
) -> None:
    place = Place(channel)
    remote_id = outlet.create(place, body("surplus"), MARKER)
    outlet.remove(place, remote_id)

    assert sandbox.messages(channel) == []
    with pytest.raises(Gone):
        outlet.remove(place, remote_id)
    with pytest.raises(Gone):
        outlet.update(place, remote_id, body("too late"), MARKER)


def test_message_of_somebody_else_counts_as_gone(
    sandbox: SlackSandbox, outlet: SlackMessages, channel: str
) -> None:
    ts = sandbox.say(channel, sandbox.add_user("Els Maes").id, "mine")
    with pytest.raises(Gone):
        outlet.update(Place(channel), f"{channel}/{ts}", body("not yours"), MARKER)
    assert [m.text for m in sandbox.messages(channel)] == ["mine"]


def test_thread_whose_parent_was_deleted(sandbox: SlackSandbox, outlet: SlackMessages, channel: str) -> None:
    card = outlet.create(Place(channel), body("card"), MARKER)
    outlet.remove(Place(channel), card)
    thread = Place(channel, card)

    assert outlet.find(thread, MARKER, BEFORE) == []
    with pytest.raises(NotFound):
        outlet.create(thread, body("news"), MARKER)


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        (Fault(How.DROP_AFTER, POST), 1),
        (Fault(How.DROP_BEFORE, POST), 0),
        (Fault(How.TRUNCATE, POST), 1),
        (Fault(How.ANSWER_AFTER, POST, status=502, body="<html>Bad gateway</html>"), 1),
        (Fault(How.ANSWER, POST, status=500, body="<html>Oops</html>"), 0),
        (Fault(How.ANSWER_AFTER, POST, status=200, body='{"ok": false, "error": "internal_error"}'), 1),
        (Fault(How.ANSWER_AFTER, POST, status=200, body="<html>Log in</html>"), 1),
        (Fault(How.ANSWER_AFTER, POST, status=200, body="[1]"), 1),
        (Fault(How.ANSWER_AFTER, POST, status=200, body='{"ok": true}'), 1),
        (Fault(How.ANSWER_AFTER, POST, status=200, body=""), 1),
    ],
    ids=lambda value: f"{value.how}-{value.status}-{value.body[:12]}" if isinstance(value, Fault) else "",
)
def test_uncertain_post_is_not_repeated_and_can_be_settled_by_looking(
    sandbox: SlackSandbox, server: Server, outlet: SlackMessages, channel: str, fault: Fault, stored: int
) -> None:
    server.fail(fault)
    with pytest.raises(Ambiguous):
        outlet.create(Place(channel), body("once"), MARKER)

    assert server.count("POST", POST) == 1
    assert len(sandbox.messages(channel)) == stored
    assert len(outlet.find(Place(channel), MARKER, BEFORE)) == stored


@pytest.mark.parametrize(
    "body_of_page",
    [
        '{"ok": true}',
        '{"ok": true, "messages": null}',
        '{"ok": true, "messages": [], "has_more": true}',
        "<html>",
    ],
)
def test_incomplete_history_proves_nothing(
    server: Server, outlet: SlackMessages, channel: str, body_of_page: str
) -> None:
    server.fail(Fault(How.ANSWER, "history", status=200, body=body_of_page))
    with pytest.raises(Garbled):
        outlet.find(Place(channel), MARKER, BEFORE)


def test_second_page_that_fails_proves_nothing(
    sandbox: SlackSandbox, server: Server, outlet: SlackMessages, channel: str
) -> None:
    person = sandbox.add_user("Els Maes")
    for number in range(201):
        sandbox.say(channel, person.id, f"chatter {number}")
    outlet.find(Place(channel), MARKER, BEFORE)
    asked = server.count("POST", "history")
    server.fail(Fault(How.DROP_BEFORE, "history"))
    with pytest.raises(Unreachable):
        outlet.find(Place(channel), MARKER, BEFORE)
    assert (asked, server.count("POST", "history")) == (2, 3)


def _archived(sandbox: SlackSandbox) -> str:
    channel = sandbox.add_channel("oud")
    sandbox.archive(channel)
    return channel


def _without_scope(sandbox: SlackSandbox) -> str:
    sandbox.scopes.discard("chat:write")
    return sandbox.add_channel("zonder")


@pytest.mark.parametrize(
    ("place", "error", "said", "fix"),
    [
        (_archived, Refused, "is_archived", "unarchive the channel"),
        (_without_scope, Forbidden, "missing_scope", "add chat:write under OAuth"),
        (lambda s: s.add_channel("buiten", bot_in=False), Forbidden, "not_in_channel", "/invite"),
        (
            lambda s: s.add_channel("dicht", private=True, bot_in=False),
            NotFound,
            "channel_not_found",
            "channel ID",
        ),
        (lambda s: "C0NOWHERE", NotFound, "channel_not_found", "channel ID"),
    ],
)
def test_definite_no_says_what_to_do(sandbox, outlet, place, error, said, fix) -> None:
    with pytest.raises(error) as raised:
        outlet.create(Place(place(sandbox)), body("hello"), MARKER)
    assert said in str(raised.value)
    assert fix in raised.value.fix


def test_refused_layout_is_a_definite_no(outlet: SlackMessages, channel: str) -> None:
    too_long = body("x" * 3001)
    with pytest.raises(Refused):
        outlet.create(Place(channel), too_long, MARKER)


def test_history_scope_missing_is_said_not_guessed(
    sandbox: SlackSandbox, outlet: SlackMessages, channel: str
) -> None:
    sandbox.scopes.discard("channels:history")
    with pytest.raises(Forbidden) as raised:
        outlet.find(Place(channel), MARKER, BEFORE)
    assert "channels:history" in raised.value.fix


def test_hostile_text_arrives_as_given(sandbox: SlackSandbox, outlet: SlackMessages, channel: str) -> None:
    """The outlet changes nothing: what is safe was made safe by the message, and is not escaped twice."""
    outlet.create(Place(channel), body(HOSTILE), MARKER)
    [message] = sandbox.messages(channel)
    assert message.text == HOSTILE


def test_long_channel_is_paced(outlet: SlackMessages, channel: str, slept: list[float]) -> None:
    for number in range(7):
        outlet.create(Place(channel), body(f"{number}"), MARKER)
    assert slept == [1.0, 2.0]


def test_edits_are_paced_for_the_whole_workspace(
    sandbox: SlackSandbox, outlet: SlackMessages, channel: str, slept: list[float]
) -> None:
    """chat.update is of tier 3: fifty a minute, whatever the channel."""
    cards = [outlet.create(Place(c), body("card"), MARKER) for c in (channel, sandbox.add_channel("other"))]
    for number in range(6):
        for card in cards:
            outlet.update(Place(card.partition("/")[0]), card, body(f"{number}"), MARKER)
    assert slept == [1.5, 3.0]


def test_posts_are_paced_for_the_whole_workspace(
    sandbox: SlackSandbox, outlet: SlackMessages, slept: list[float]
) -> None:
    """ "Several hundred a minute" for all channels together."""
    for number in range(32):
        outlet.create(Place(sandbox.add_channel(f"c{number}")), body("x"), MARKER)
    assert slept == pytest.approx([0.3, 0.6])


def test_direct_conversation_takes_messages_like_a_channel(
    sandbox: SlackSandbox, outlet: SlackMessages, client: SlackClient
) -> None:
    user = sandbox.add_user("Dirk Peeters", "dirk.peeters@example.org")
    conversation = client.read("conversations.open", users=user.id).data["channel"]["id"]
    remote_id = outlet.create(Place(conversation), body("for you"), MARKER)
    outlet.update(Place(conversation), remote_id, body("for you, again"), MARKER)

    assert [m.text for m in sandbox.direct(user)] == ["for you, again"]
    assert [p.remote_id for p in outlet.find(Place(conversation), MARKER, BEFORE)] == [remote_id]
