"""A CA of the site's own: every client believes it, and none believes what nobody named."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from bot.settings.load import load_settings
from bot.settings.reading import SettingsError
from connectors.mail.client import MailClient
from connectors.mail.settings import MailSettings
from connectors.shared import trust
from connectors.shared.errors import translate
from connectors.shared.http import Adapter, policy
from connectors.slack.client import SlackClient
from domain.ports.errors import SourceError, Unreachable

HOME = Path(__file__).parent / "own_ca"
CA, KEYS = HOME / "ca.pem", HOME / "server.pem"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No CA, no proxy and no settings of the machine."""
    for name in (*trust.VARIABLES, "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def port() -> Iterator[int]:
    """A server whose certificate the test's own CA signed; it answers anything and hangs up."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(KEYS)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    raw, _ = listener.accept()
                except OSError:
                    return
                try:
                    with tls.wrap_socket(raw, server_side=True) as line:
                        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n")
                        line.sendall(b'{"ok":true}')
                        line.recv(4096)
                except OSError:
                    raw.close()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


def by_requests(port: int) -> object:
    session = requests.Session()
    session.mount("https://", Adapter("jira", policy("jira", total=0)))
    try:
        return session.get(f"https://127.0.0.1:{port}/").status_code
    except requests.RequestException as error:
        raise translate("jira", error, writing=True) from None


def by_slack(port: int) -> object:
    return SlackClient("xoxb-1", f"https://127.0.0.1:{port}/").read("api.test")


def by_mail(port: int) -> object:
    made = MailSettings(host="127.0.0.1", port=port, security="smtps", from_address="a@example.org")
    # What answers is no mail server: that it is heard at all is what matters.
    return MailClient(made).probe()


CLIENTS = pytest.mark.parametrize("ask", [by_requests, by_slack, by_mail])


@CLIENTS
def test_a_certificate_that_nobody_named_is_told_with_the_variable(
    port: int, ask: Callable[[int], object]
) -> None:
    with pytest.raises(Unreachable) as raised:
        ask(port)
    assert (trust.UNTRUSTED in str(raised.value), raised.value.fix) == (True, trust.FIX)
    assert "REQUESTS_CA_BUNDLE" in raised.value.fix


@CLIENTS
@pytest.mark.parametrize("variable", trust.VARIABLES)
def test_every_client_believes_the_ca_of_the_site(
    monkeypatch: pytest.MonkeyPatch, port: int, ask: Callable[[int], object], variable: str
) -> None:
    monkeypatch.setenv(variable, str(CA))
    try:
        ask(port)
    except SourceError as error:
        assert ask is by_mail
        assert trust.UNTRUSTED not in str(error)
        assert "TLS" not in str(error)


@pytest.mark.parametrize("variable", trust.VARIABLES)
@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), ("no certificate", "must be PEM")])
def test_a_path_that_does_not_serve_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str, content: str | None, why: str
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv(variable, str(path))
    with pytest.raises(SettingsError) as raised:
        load_settings()
    (line,) = [one for one in raised.value.problems if one.startswith(variable)]
    assert str(path) in line
    assert why in line


def test_the_first_variable_counts_and_an_empty_one_does_not() -> None:
    both = {"REQUESTS_CA_BUNDLE": "/a", "SSL_CERT_FILE": "/b"}
    assert trust.bundle(both) == ("REQUESTS_CA_BUNDLE", "/a")
    assert trust.bundle(both | {"REQUESTS_CA_BUNDLE": ""}) == ("SSL_CERT_FILE", "/b")
    assert (trust.bundle({}), trust.problem({})) == (("", ""), "")
