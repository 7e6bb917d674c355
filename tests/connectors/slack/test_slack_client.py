"""The client: which failure becomes which error, what is repeated, and what never shows."""

from __future__ import annotations

import json
import logging
import socket
import threading
import traceback
from datetime import UTC, datetime

import pytest
from flask import Flask

from connectors.slack.client import Me, SlackClient
from connectors.slack.response_checks import CODES
from domain.ports.errors import (
    Ambiguous,
    AuthRefused,
    Forbidden,
    Garbled,
    Gone,
    NotFound,
    RateLimited,
    Refused,
    SourceError,
    Unreachable,
)
from sandbox.server import Fault, How, Server
from sandbox.slack.app import SlackSandbox

SECRET = "xoxb-1234-very-secret"
ADDRESS = "dirk@example.org"


def _no(code: str, **extra: str) -> str:
    return json.dumps({"ok": False, "error": code, **extra})


@pytest.mark.parametrize(
    ("status", "answer", "writing", "reading"),
    [
        (200, _no("invalid_auth"), AuthRefused, AuthRefused),
        (200, _no("token_revoked"), AuthRefused, AuthRefused),
        (200, _no("account_inactive"), AuthRefused, AuthRefused),
        (200, _no("not_in_channel"), Forbidden, Forbidden),
        (200, _no("missing_scope", needed="chat:write"), Forbidden, Forbidden),
        (200, _no("restricted_action_read_only_channel"), Forbidden, Forbidden),
        (200, _no("channel_not_found"), NotFound, NotFound),
        (200, _no("is_archived"), Refused, Refused),
        (200, _no("message_not_found"), Gone, Gone),
        (200, _no("edit_window_closed"), Gone, Gone),
        (200, _no("ratelimited"), RateLimited, RateLimited),
        (200, _no("message_limit_exceeded"), RateLimited, RateLimited),
        (200, _no("fatal_error"), Ambiguous, Unreachable),
        (200, _no("request_timeout"), Ambiguous, Unreachable),
        (200, _no("something_new"), Refused, Garbled),
        (403, _no("invalid_auth"), AuthRefused, AuthRefused),
        (503, _no("service_unavailable"), Ambiguous, Unreachable),
        (500, _no("is_archived"), Ambiguous, Unreachable),
        (502, "<html>Bad gateway</html>", Ambiguous, Unreachable),
        (407, "<html>Proxy login</html>", SourceError, SourceError),
        (403, "<html>Blocked by policy</html>", Forbidden, Forbidden),
        (200, "<html>Log in</html>", Ambiguous, Garbled),
        (200, "[]", Ambiguous, Garbled),
        (200, "[1]", Ambiguous, Garbled),
        (200, "null", Ambiguous, Garbled),
        (200, '{"ok": tr', Ambiguous, Garbled),
        (200, "{}", Refused, Garbled),
    ],
)
def test_answers_are_sorted(server, client, status, answer, writing, reading) -> None:
    for call, wanted in ((client.write, writing), (client.read, reading)):
        server.asked.clear()
        server.fail(Fault(How.ANSWER, "chat", status=status, body=answer))
        with pytest.raises(SourceError) as raised:
            call("chat.delete", channel="C0123", ts="1.0")
        assert type(raised.value) is wanted
        assert len(server.asked) == 1


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_known_code_has_one_plain_line(server: Server, client: SlackClient, code: str) -> None:
    server.fail(Fault(How.ANSWER, status=200, body=_no(code)))
    with pytest.raises(CODES[code].error) as raised:
        client.write("chat.postMessage", channel="C0123", text="hello")
    assert str(raised.value) == f"{CODES[code].says} ({code})"


@pytest.mark.parametrize(
    ("how", "writing", "reading"),
    [
        (How.DROP_BEFORE, Ambiguous, Unreachable),
        (How.DROP_AFTER, Ambiguous, Unreachable),
        (How.TRUNCATE, Ambiguous, Garbled),
    ],
)
def test_dropped_line(server, client, channel, how, writing, reading) -> None:
    for call, wanted in ((client.write, writing), (client.read, reading)):
        server.asked.clear()
        server.fail(Fault(how))
        with pytest.raises(wanted):
            call("chat.postMessage", channel=channel, text="x" * 2000)
        assert len(server.asked) == 1


def _breaks_off(listener: socket.socket) -> None:
    """Answers with a hundred characters announced, and ten sent."""
    line, _ = listener.accept()
    with line, line.makefile("rb") as request:
        # All of it is read first: a socket that is closed with something unread resets the line.
        headers = dict(row.lower().split(b": ", 1) for row in iter(request.readline, b"\r\n") if b": " in row)
        request.read(int(headers.get(b"content-length", 0)))
        line.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
            + b'{"ok": tru'
        )


@pytest.mark.parametrize(("deed", "error"), [("write", Ambiguous), ("read", Unreachable)])
def test_an_answer_that_breaks_off(deed: str, error: type[SourceError]) -> None:
    """What the SDK lets through as `IncompleteRead`, which is no OSError."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_breaks_off, args=(listener,))
        thread.start()
        client = SlackClient(SECRET, f"http://127.0.0.1:{listener.getsockname()[1]}/api/")
        with pytest.raises(error, match="IncompleteRead"):
            getattr(client, deed)("chat.postMessage", channel="C0123", text="hello")
        thread.join()


def test_no_answer_in_time(
    sandbox: SlackSandbox, server: Server, channel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.slack.client.TIMEOUT", 0.05)
    client = SlackClient(sandbox.token, f"{server.url}/api/")
    for call, wanted in ((client.write, Ambiguous), (client.read, Unreachable)):
        server.fail(Fault(How.DELAY, seconds=0.15))
        with pytest.raises(wanted) as raised:
            call("chat.postMessage", channel=channel, text="hello")
        assert "did not answer" in str(raised.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
def test_what_never_left_is_not_ambiguous(host: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = SlackClient(SECRET, f"http://{host}:{port}/api/")
    with pytest.raises(Unreachable):
        client.write("chat.postMessage", channel="C0123", text="hello")


def _busy(wait: str, times: int = 1) -> Fault:
    headers = {"Retry-After": wait} if wait else {}
    return Fault(How.ANSWER, "chat", status=429, headers=headers, body=_no("ratelimited"), times=times)


def test_short_pause_is_slept_through_once(
    sandbox: SlackSandbox, server: Server, client: SlackClient, channel: str, slept: list[float]
) -> None:
    server.fail(_busy("2"))
    client.write("chat.postMessage", channel=channel, text="hello")
    assert [round(pause) for pause in slept] == [2]
    assert [m.text for m in sandbox.messages(channel)] == ["hello"]


@pytest.mark.parametrize(("wait", "pauses"), [("2", 1), ("30", 0), ("", 0), ("soon", 0)])
def test_longer_pause_is_for_the_caller(
    server: Server, client: SlackClient, slept: list[float], wait: str, pauses: int
) -> None:
    server.fail(_busy(wait, times=2))
    with pytest.raises(RateLimited) as raised:
        client.write("chat.postMessage", channel="C0123", text="hello")
    assert raised.value.until > datetime.now(UTC)
    assert (len(server.asked), len(slept)) == (1 + pauses, pauses)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(How.ANSWER, status=200, body=_no("invalid_auth", detail=SECRET, user="dirk@example.org")),
        Fault(How.ANSWER, status=200, body=_no("not a code: " + SECRET)),
        Fault(How.ANSWER, status=200, body=_no(SECRET)),
        Fault(How.ANSWER, status=500, body=SECRET),
        Fault(How.ANSWER, status=200, body=f"<html>{SECRET} dirk@example.org</html>"),
        Fault(How.ANSWER, status=200, body=_no("missing_scope", needed=f"<{SECRET}>")),
        Fault(How.DROP_BEFORE),
    ],
    ids=["code", "made-up", "secret-as-code", "server-error", "page", "scope", "dropped"],
)
def test_nothing_private_in_errors_or_logs(
    server: Server, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    client = SlackClient(SECRET, f"{server.url}/api/")
    server.fail(fault)
    with caplog.at_level(logging.DEBUG), pytest.raises(SourceError) as raised:
        client.read("users.lookupByEmail", email=ADDRESS)
    shown = "".join(traceback.format_exception(raised.value)) + caplog.text + raised.value.fix
    assert SECRET not in shown
    assert ADDRESS not in shown
    assert "\n" not in str(raised.value)


def test_who_we_are_is_asked_once(sandbox: SlackSandbox, server: Server, client: SlackClient) -> None:
    assert (
        client.me()
        == client.me()
        == Me(sandbox.workspace.bot.id, sandbox.workspace.bot_id, sandbox.workspace.team_id)
    )
    assert server.count(path="auth.test") == 1


def test_without_knowing_who_we_are_nothing_is_concluded(server: Server, client: SlackClient) -> None:
    server.fail(Fault(How.ANSWER, status=200, body='{"ok": true}'))
    with pytest.raises(Garbled):
        client.me()


def test_wrong_token(server: Server) -> None:
    with pytest.raises(AuthRefused) as raised:
        SlackClient("xoxb-wrong", f"{server.url}/api/").me()
    assert "SLACK_BOT_TOKEN" in raised.value.fix


@pytest.mark.parametrize(("spared", "by_proxy"), [("", 1), ("127.0.0.1", 0)])
def test_a_proxy_is_used_unless_no_proxy_names_the_address(
    sandbox: SlackSandbox, server: Server, monkeypatch: pytest.MonkeyPatch, spared: str, by_proxy: int
) -> None:
    """It is taken from the environment, also for an address on this machine; the README says so."""
    with Server(Flask("proxy")) as proxy:
        proxy.fail(Fault(How.ANSWER, status=200, body=json.dumps({"ok": True, "user_id": "UPROXY"})))
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", spared)
        monkeypatch.delenv("no_proxy", raising=False)
        me = SlackClient(sandbox.token, f"{server.url}/api/").me()
        assert (len(proxy.asked), len(server.asked)) == (by_proxy, 1 - by_proxy)
        assert (me.user == "UPROXY") is bool(by_proxy)
