"""Buttons and commands over Socket Mode and HTTP: what is kept, when it is acknowledged, and what a dead line does."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from connectors.slack.client import SlackClient
from connectors.slack.interactions import SlackInteractions
from connectors.slack.settings import SlackSettings
from domain.ports.errors import Gone, NotFound
from domain.ports.interactions import Interaction, InteractionKind
from sandbox.server import Fault, How, Server
from sandbox.slack.app import SlackSandbox
from sandbox.slack.people import SIGNING_SECRET
from sandbox.slack.state import Message, User

ANSWER = {"text": "hello", "blocks": [{"type": "divider"}]}
ELEMENTS = [
    {"type": "button", "text": {"type": "plain_text", "text": "Seen"}, "action_id": "seen", "value": "jira:1||a"},
    {"type": "button", "text": {"type": "plain_text", "text": "Open"}, "action_id": "open_ticket", "url": "https://x.example"},
    {"type": "static_select", "action_id": "snooze", "placeholder": {"type": "plain_text", "text": "Later"},
     "options": [{"text": {"type": "plain_text", "text": "in two hours"}, "value": "jira:1|2h|"}]},
]  # fmt: skip


class Desk:
    """A desk of one replica, and what it took."""

    def __init__(self, sandbox: SlackSandbox, url: str, **more: Any) -> None:
        self.settings = SlackSettings(bot_token=sandbox.token, api_url=f"{url}/api/", **more)
        self.desk = SlackInteractions(SlackClient(sandbox.token, self.settings.api_url), self.settings)
        self.taken: list[Interaction] = []
        self.before: Callable[[], None] = lambda: None
        self.desk.open(self._take)

    def _take(self, one: Interaction) -> dict[str, Any] | None:
        self.before()
        self.taken.append(one)
        return None


@pytest.fixture
def user(sandbox: SlackSandbox, channel: str) -> User:
    made = sandbox.add_user("Dirk Peeters", "dirk.peeters@example.org")
    sandbox.workspace.channels[channel].members.add(made.id)
    return made


@pytest.fixture
def card(sandbox: SlackSandbox, channel: str) -> Message:
    bot = sandbox.workspace.bot.id
    sandbox.say(channel, bot, "card", blocks=[{"type": "actions", "elements": ELEMENTS}])
    return sandbox.messages(channel)[0]


@pytest.fixture
def replica(sandbox: SlackSandbox, server: Server) -> Iterator[Callable[[], Desk]]:
    """Makes desks on Socket Mode, each with two lines."""
    pytest.importorskip("websockets", reason="NOT TESTED OVER SOCKET MODE: install websockets")
    made: list[Desk] = []

    def make() -> Desk:
        made.append(Desk(sandbox, server.url, app_token="xapp-sandbox"))
        wait(lambda: len(sandbox.sockets.lines) == 2 * len(made))
        return made[-1]

    yield make
    for one in made:
        one.desk.close()
    sandbox.sockets.die()


@pytest.fixture
def web(sandbox: SlackSandbox, server: Server) -> Desk:
    return Desk(sandbox, server.url, signing_secret=SIGNING_SECRET)


def wait(condition: Callable[[], object], seconds: float = 15.0) -> float:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, "it did not happen in time"
        time.sleep(0.02)
    return time.monotonic() - started


def test_each_kind_of_deed_is_taken_and_acknowledged(
    sandbox: SlackSandbox, replica: Callable[[], Desk], channel: str, user: User, card: Message
) -> None:
    one, people = replica(), sandbox.people
    done = [
        people.press(user, channel, card, "seen"),
        people.press(user, channel, card, "snooze", "in two"),
        people.command(user, channel, "explain CHG-1 ICR-16"),
        people.open_home(user),
        people.press(user, channel, card, "open_ticket"),
    ]
    assert all(d.acknowledged for d in done)
    assert [(i.deed, i.action, i.value) for i in one.taken] == [
        (InteractionKind.PRESS, "seen", "jira:1||a"),
        (InteractionKind.PRESS, "snooze", "jira:1|2h|"),
        (InteractionKind.COMMAND, "/sluis", "explain CHG-1 ICR-16"),
        (InteractionKind.HOME, "", ""),
    ], "a link is only acknowledged"
    assert {i.user for i in one.taken} == {user.id}
    assert {i.place for i in one.taken} == {channel, ""}


def test_many_at_once_are_all_acknowledged_in_time(
    sandbox: SlackSandbox, replica: Callable[[], Desk], channel: str, user: User
) -> None:
    """The library would keep five threads for all of it, and answer "not found" for what waits longer than 3 s."""
    one = replica()
    ten_in_hand = threading.Barrier(10, timeout=2.5)  # the library's five are not enough
    one.before = lambda: bool(ten_in_hand.wait())
    with ThreadPoolExecutor(40) as pool:
        done = list(pool.map(lambda _: sandbox.people.command(user, channel, "mine"), range(40)))
    assert all(d.acknowledged for d in done)
    assert len(one.taken) == 40


def test_what_is_not_for_us_is_acknowledged_and_left(
    sandbox: SlackSandbox, server: Server, replica: Callable[[], Desk], user: User
) -> None:
    """What no listener takes would get no acknowledgement, and be sent again. And nobody is asked who we are."""
    one = replica()
    event = {"type": "event_callback", "event_id": "Ev1", "event": {"type": "channel_rename", "channel": {}}}
    assert sandbox.sockets.send("events_api", event).acknowledged
    other_tab = {"type": "app_home_opened", "user": user.id, "tab": "messages"}
    assert sandbox.sockets.send("events_api", event | {"event": other_tab}).acknowledged
    assert one.taken == []
    assert server.count(path="auth.test") == 0


def test_a_deed_delivered_again_has_the_same_id_and_another_press_has_not(
    sandbox: SlackSandbox, replica: Callable[[], Desk], channel: str, user: User, card: Message
) -> None:
    one, people = replica(), sandbox.people
    for deed in (
        lambda: people.press(user, channel, card, "seen"),
        lambda: people.command(user, channel, "mine"),
        lambda: people.open_home(user),
    ):
        one.taken.clear()
        deed()
        people.again(1)
        deed()
        first, again, other = (i.id for i in one.taken)
        assert first == again != other


def test_what_cannot_be_kept_is_not_acknowledged(
    sandbox: SlackSandbox, replica: Callable[[], Desk], channel: str, user: User
) -> None:
    one = replica()

    def broken() -> None:
        raise RuntimeError("the journal is full")

    one.before = broken
    assert not sandbox.sockets.send(
        "slash_commands", _command(sandbox, user, channel), patience=0.3
    ).acknowledged


def _command(sandbox: SlackSandbox, user: User, channel: str) -> dict[str, Any]:
    return {"command": "/sluis", "text": "mine", "user_id": user.id, "channel_id": channel, "trigger_id": "t"}


def test_several_replicas_share_the_deeds(
    sandbox: SlackSandbox, replica: Callable[[], Desk], channel: str, user: User
) -> None:
    first, second = replica(), replica()
    for _ in range(8):
        assert sandbox.people.command(user, channel, "mine").acknowledged
    assert (len(first.taken), len(second.taken)) == (4, 4)
    assert len({i.id for i in first.taken + second.taken}) == 8


@pytest.mark.long
def test_a_line_that_died_is_opened_again_long_before_the_library_would(
    sandbox: SlackSandbox, replica: Callable[[], Desk], channel: str, user: User
) -> None:
    """By default the library notices after 59 s; its own `is_connected()` says all along that all is well."""
    one = replica()
    wait(lambda: (one.desk.silence() or 9) < 1.0)
    sandbox.sockets.die()
    lies = [line.client.is_connected() for line in one.desk._lines]
    assert lies == [True, True]
    wait(lambda: sandbox.people.command(user, channel, "mine").acknowledged, 45)
    wait(lambda: (one.desk.silence() or 9) < 2.0)


def test_silence_tells_that_nobody_answers(
    sandbox: SlackSandbox, server: Server, replica: Callable[[], Desk]
) -> None:
    one = replica()
    server.stop()
    sandbox.sockets.die()
    wait(lambda: (one.desk.silence() or 0) > 3.0)


def test_nothing_is_missed_while_a_line_is_renewed(
    sandbox: SlackSandbox, replica: Callable[[], Desk], channel: str, user: User
) -> None:
    one = replica()
    sandbox.sockets.refresh()
    wait(lambda: sandbox.sockets.opened == 3)
    done = [sandbox.people.command(user, channel, "mine") for _ in range(30)]
    assert all(d.acknowledged for d in done)
    assert len(one.taken) == 30
    wait(lambda: sandbox.sockets.opened == 3 and len(sandbox.sockets.lines) == 2)


def test_hanging_up_waits_for_what_came_in(
    sandbox: SlackSandbox, replica: Callable[[], Desk], channel: str, user: User
) -> None:
    one, begun = replica(), threading.Event()

    def slow() -> None:
        begun.set()
        time.sleep(0.2)

    one.before = slow
    found: list[Any] = []
    sender = threading.Thread(target=lambda: found.append(sandbox.people.command(user, channel, "mine")))
    sender.start()
    begun.wait(5)
    one.desk.close()
    sender.join()
    assert found[0].acknowledged


# -- over HTTP ----------------------------------------------------------------------------------------------


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


def test_signed_requests_are_taken(sandbox: SlackSandbox, web: Desk, channel: str, user: User) -> None:
    body = form(**_command(sandbox, user, channel))
    headers = sandbox.people.signed(body) | {"Content-Type": "application/x-www-form-urlencoded"}
    assert web.desk.receive(headers, body)[0] == 200
    assert web.desk.receive(headers | {"X-Slack-Retry-Num": "1"}, body)[0] == 200
    assert len({i.id for i in web.taken}) == 1
    assert web.desk.silence() is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Request-Timestamp": "abc"},
        {"X-Slack-Request-Timestamp": "१७"},
        {"X-Slack-Signature": "v0=00"},
        {"X-Slack-Request-Timestamp": "1700000000"},
    ],
)
def test_unsigned_forged_and_old_requests_are_refused(
    *,
    sandbox: SlackSandbox,
    server: Server,
    channel: str,
    user: User,
    headers: dict[str, str],
    caplog: Any,
) -> None:
    caplog.set_level(logging.DEBUG)  # as verbose as an admin can make it
    web = Desk(sandbox, server.url, signing_secret=SIGNING_SECRET)
    body = form(**_command(sandbox, user, channel))
    given = headers if not headers else sandbox.people.signed(body) | headers
    assert web.desk.receive(given, body)[0] == 401
    assert web.taken == []
    assert "v0=" not in caplog.text
    assert user.id not in caplog.text, "neither signature nor body are logged"


def test_variables_that_make_the_library_another_kind_of_app_change_nothing(
    sandbox: SlackSandbox, server: Server, channel: str, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With these two Bolt would look for an installation on disk, and know our token no more."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.1")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "x")
    web = Desk(sandbox, server.url, signing_secret=SIGNING_SECRET)
    body = form(**_command(sandbox, user, channel))
    headers = sandbox.people.signed(body) | {"Content-Type": "application/x-www-form-urlencoded"}
    assert web.desk.receive(headers, body)[0] == 200
    assert len(web.taken) == 1
    assert server.asked == []


def test_an_old_signature_is_refused_even_when_it_fits(
    sandbox: SlackSandbox, web: Desk, channel: str, user: User
) -> None:
    body = form(**_command(sandbox, user, channel))
    assert web.desk.receive(sandbox.people.signed(body, str(int(time.time()) - 600)), body)[0] == 401


def test_without_a_signing_secret_nothing_is_expected_over_http(
    sandbox: SlackSandbox, server: Server
) -> None:
    settings = SlackSettings(bot_token=sandbox.token, api_url=f"{server.url}/api/", app_token="xapp-1")
    desk = SlackInteractions(SlackClient(sandbox.token, settings.api_url), settings)
    assert desk.receive(sandbox.people.signed(b""), b"")[0] == 404


def test_the_challenge_of_slack_is_answered(sandbox: SlackSandbox, web: Desk) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c-1"}).encode()
    headers = sandbox.people.signed(body) | {"Content-Type": "application/json"}
    status, _, said = web.desk.receive(headers, body)
    assert (status, json.loads(said)) == (200, {"challenge": "c-1"})


def test_what_cannot_be_kept_over_http_is_no_success(
    sandbox: SlackSandbox, web: Desk, channel: str, user: User
) -> None:
    def broken() -> None:
        raise RuntimeError("the journal is full")

    web.before = broken
    body = form(**_command(sandbox, user, channel))
    headers = sandbox.people.signed(body) | {"Content-Type": "application/x-www-form-urlencoded"}
    assert web.desk.receive(headers, body)[0] == 500


# -- answering ----------------------------------------------------------------------------------------------


def deed(**more: Any) -> Interaction:
    return Interaction("x", InteractionKind.PRESS, **more)


def test_an_answer_goes_by_the_response_url_then_the_channel_then_directly(
    sandbox: SlackSandbox, server: Server, web: Desk, channel: str, user: User, card: Message
) -> None:
    sandbox.people.url = "http://127.0.0.1:9/"
    with pytest.raises(OSError, match=r"refused|Connection"):
        sandbox.people.press(user, channel, card, "seen")
    web.desk.visitor(user.id)  # tells the sandbox its own address
    hook = f"{server.url}/response/{next(iter(sandbox.workspace.hooks))}"
    for _ in range(5):
        web.desk.tell(deed(user=user.id, place=channel, reply=hook), ANSWER)
    assert server.count(path="/response/") == 5
    web.desk.tell(deed(user=user.id, place=channel, reply=hook), ANSWER)  # used up: five times is all
    assert [w.channel for w in sandbox.whispers(user)] == [channel] * 6
    sandbox.workspace.channels[channel].members.discard(user.id)
    web.desk.tell(deed(user=user.id, place=channel), ANSWER)
    assert [m.text for m in sandbox.direct(user)] == ["hello"]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://evil.example/commands/T1/2/3",
        "http://hooks.slack.com/x",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com@evil.example/x",
        "file:///etc/passwd",
        "not a url",
    ],
)
def test_nothing_is_sent_to_an_address_that_is_not_slacks(
    sandbox: SlackSandbox, web: Desk, channel: str, user: User, url: str
) -> None:
    web.desk.tell(deed(user=user.id, place=channel, reply=url), ANSWER)
    assert [w.text for w in sandbox.whispers(user)] == ["hello"], "told in the channel instead"


def test_a_dialog_opens_once_and_soon_or_not_at_all(
    sandbox: SlackSandbox, server: Server, user: User
) -> None:
    now = [1_000.0]
    sandbox.workspace._clock = lambda: now[0]
    web = Desk(sandbox, server.url, signing_secret=SIGNING_SECRET)
    view = {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [{"type": "divider"}]}
    sandbox.workspace.triggers |= {"a": (user.id, 1_003.0), "b": (user.id, 1_003.0)}
    opened = web.desk.show(deed(user=user.id, trigger="a"), view)
    web.desk.change(opened, view)
    with pytest.raises(Gone, match="opened already"):
        web.desk.show(deed(user=user.id, trigger="a"), view)
    now[0] += 3.1
    with pytest.raises(Gone, match="too much time"):
        web.desk.show(deed(user=user.id, trigger="b"), view)
    sandbox.close_dialog(sandbox.workspace.views[opened])
    with pytest.raises(Gone, match="closed"):
        web.desk.change(opened, view)


def test_a_visitor_is_known_by_address_and_language(sandbox: SlackSandbox, web: Desk, user: User) -> None:
    found = web.desk.visitor(user.id)
    assert (found.name, found.email, found.locale) == ("Dirk Peeters", "dirk.peeters@example.org", "nl-NL")
    assert "example.org" not in repr(found)
    sandbox.scopes.discard("users:read.email")
    assert web.desk.visitor(user.id).email == ""


@pytest.mark.parametrize("what", ["deleted", "is_bot"])
def test_who_left_and_who_is_no_person_is_no_visitor(server: Server, web: Desk, what: str) -> None:
    found = {
        "ok": True,
        "user": {"id": "U0DIRK", "profile": {"email": "dirk.peeters@example.org"}, what: True},
    }
    server.fail(Fault(How.ANSWER, "users.info", status=200, body=json.dumps(found)))
    with pytest.raises(NotFound):
        web.desk.visitor("U0DIRK")
